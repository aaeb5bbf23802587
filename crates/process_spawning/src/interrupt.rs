//! Ctrl-C as an error that travels up `main`.
//!
//! The terminal sends Ctrl-C to the whole family at once. Were everyone to
//! die on the spot, nothing would be put away. So the workers leave it to
//! the parent; in the parent whatever waits returns [`Interrupted`], `?`
//! carries it to `main`, and on the way every [`Process`](crate::Process) is
//! ended and waited for. It is Python's `KeyboardInterrupt`, as a value.
//!
//! A parent that computes instead of waiting would not notice: after
//! [`GRACE`] it is ended, and its workers by their lifelines.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use std::{io, thread};

use rustix::pipe::{PipeFlags, pipe_with};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use crate::wait::first_ready;

/// How long `main` has to end by itself after Ctrl-C.
pub const GRACE: Duration = Duration::from_secs(2);

/// The program was asked to end: by Ctrl-C (SIGINT), or by SIGTERM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted by signal {signal}")]
pub struct Interrupted {
    signal: u8,
}

impl Interrupted {
    /// The exit code that shells give it: 130 for Ctrl-C, 143 for SIGTERM.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        128 + self.signal
    }
}

struct Watch {
    /// Readable for ever after the first signal.
    bell: OwnedFd,
    signal: Arc<AtomicUsize>,
}

static WATCH: OnceLock<Watch> = OnceLock::new();

/// Parent: from now on Ctrl-C and SIGTERM are noticed, not deadly.
pub(crate) fn watch() -> io::Result<()> {
    let (bell, ringer) = pipe_with(PipeFlags::CLOEXEC)?;
    let signal = Arc::new(AtomicUsize::new(0));
    for (number, value) in [(SIGINT, 2), (SIGTERM, 15)] {
        // In this order: when the bell rings, the number stands.
        flag::register_usize(number, Arc::clone(&signal), value)?;
        low_level::pipe::register(number, ringer.try_clone()?)?;
    }
    let watch = WATCH.get_or_init(|| Watch { bell, signal });
    thread::Builder::new()
        .name("interrupt".into())
        .spawn(|| end_after_grace(watch))?;
    Ok(())
}

fn end_after_grace(watch: &Watch) {
    if let Ok(Some(_)) = first_ready(&[watch.bell.as_fd()], None) {
        thread::sleep(GRACE);
        let code = interrupted().map_or(1, Interrupted::exit_code);
        std::process::exit(code.into());
    }
}

/// Worker: leaves Ctrl-C to the parent. Handled and not ignored, because
/// programs that the worker starts would inherit that.
pub(crate) fn leave_to_parent() -> io::Result<()> {
    flag::register(SIGINT, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}

/// What becomes readable with Ctrl-C; `None` in a worker.
pub(crate) fn bell() -> Option<BorrowedFd<'static>> {
    WATCH.get().map(|watch| watch.bell.as_fd())
}

/// Whether this program has been asked to end.
///
/// For a `main` that computes: ask now and then, and return the error.
#[must_use]
pub fn interrupted() -> Option<Interrupted> {
    let number = WATCH.get()?.signal.load(Ordering::SeqCst);
    let signal = u8::try_from(number).ok().filter(|signal| *signal != 0)?;
    Some(Interrupted { signal })
}
