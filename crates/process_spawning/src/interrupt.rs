//! Ctrl-C as an error that travels up `main`.
//!
//! The terminal sends Ctrl-C to the whole family at once. Were everyone to
//! die on the spot, nothing would be put away. So the workers leave it to
//! the parent; in the parent whatever waits returns [`Interrupted`], `?`
//! carries it to `main`, and on the way every [`Process`](crate::Process) is
//! ended and waited for. It is Python's `KeyboardInterrupt`, as a value.
//!
//! Left out: whoever is started with Ctrl-C ignored, as a shell's script does
//! with what it puts into the background, notices it here all the same.
//!
//! A parent that computes instead of waiting would not notice: after
//! [`GRACE`] it is ended, and its workers by their lifelines.

use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, Instant};
use std::{io, thread};

use rustix::pipe::{PipeFlags, pipe_with};
use signal_hook::consts::{SIGCHLD, SIGINT, SIGTERM};
use signal_hook::{flag, low_level};

use rustix::event::PollFlags;

use crate::cleaner::clean_up_and_exit;
use crate::wait::{Source, all_ready, first_ready};

/// How long `main` has to end by itself after Ctrl-C.
pub const GRACE: Duration = Duration::from_secs(2);

/// What asks a program to end, and the exit code that shells give it.
const SIGNALS: [(i32, u8); 2] = [(SIGINT, 130), (SIGTERM, 143)];

/// For each of [`SIGNALS`], what is readable for ever once it has come.
static BELLS: OnceLock<[OwnedFd; 2]> = OnceLock::new();

/// For each of [`SIGNALS`], whether it has come: faster to ask than a bell.
static NOTICED: LazyLock<[Arc<AtomicBool>; 2]> =
    LazyLock::new(Default::default);

/// The program was asked to end: by Ctrl-C (SIGINT), or by SIGTERM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("interrupted by signal {signal}")]
pub struct Interrupted {
    signal: i32,
    exit_code: u8,
}

impl Interrupted {
    fn by(bell: usize) -> Self {
        let (signal, exit_code) = SIGNALS[bell];
        Self { signal, exit_code }
    }

    /// The exit code that shells give it: 130 for Ctrl-C, 143 for SIGTERM.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        self.exit_code
    }
}

/// Parent: from now on Ctrl-C and SIGTERM are noticed, not deadly.
pub(crate) fn watch() -> io::Result<()> {
    if BELLS.get().is_some() {
        // A second main guard: the first one's watch goes on.
        return Ok(());
    }
    // Somebody above us may ignore the end of children, and then the system
    // does not keep their exit codes. To handle it is not to ignore it.
    flag::register(SIGCHLD, Arc::new(AtomicBool::new(false)))?;
    let [(interrupt, _), (terminate, _)] = SIGNALS;
    flag::register(interrupt, Arc::clone(&NOTICED[0]))?;
    flag::register(terminate, Arc::clone(&NOTICED[1]))?;
    let bells = [bell(interrupt)?, bell(terminate)?];
    if let Some(early) = interrupted() {
        // It came when there was no bell yet to be rung: once more.
        low_level::raise(early.signal)?;
    }
    let bells = BELLS.get_or_init(|| bells);
    thread::Builder::new()
        .name("interrupt".into())
        .spawn(move || end_after_grace(bells))?;
    Ok(())
}

/// What becomes readable when `signal` comes.
fn bell(signal: i32) -> io::Result<OwnedFd> {
    let (bell, ringer) = pipe_with(PipeFlags::CLOEXEC)?;
    low_level::pipe::register(signal, ringer)?;
    Ok(bell)
}

fn end_after_grace(bells: &[OwnedFd; 2]) {
    let bells = bells.each_ref().map(OwnedFd::as_fd);
    let rung = first_ready(&bells, None);
    thread::sleep(GRACE);
    let code = rung.ok().flatten().map_or(1, |rung| SIGNALS[rung].1);
    clean_up_and_exit(code.into());
}

/// Worker: leaves Ctrl-C to the parent. Handled and not ignored, because
/// programs that the worker starts would inherit that.
pub(crate) fn leave_to_parent() -> io::Result<()> {
    flag::register(SIGINT, Arc::new(AtomicBool::new(false)))?;
    Ok(())
}

/// Whether this program has been asked to end.
///
/// For a `main` that computes: ask now and then, and return the error.
#[must_use]
pub fn interrupted() -> Option<Interrupted> {
    let came = |signal: &Arc<AtomicBool>| signal.load(Ordering::Relaxed);
    NOTICED.iter().position(came).map(Interrupted::by)
}

/// Waits until `source` is readable, which is `true`; until the deadline is
/// over, which is `false`; or until this program is asked to end, whichever
/// comes first.
pub(crate) fn readable_in_time(
    source: BorrowedFd<'_>,
    deadline: Option<Instant>,
) -> Result<bool, WaitError> {
    Ok(!wait_for_any(&[(source, PollFlags::IN)], deadline)?.is_empty())
}

/// Waits until some of `sources` are ready, and says which, by their places
/// in the list; none when the deadline is over. Without a deadline it waits
/// as long as it takes.
///
/// # Errors
///
/// [`WaitError`], when this program is asked to end, or the system cannot
/// wait.
pub fn wait_for_any(
    sources: &[Source<'_>],
    deadline: Option<Instant>,
) -> Result<Vec<usize>, WaitError> {
    let bells = BELLS.get().into_iter().flatten();
    let bells = bells.map(|bell| (bell.as_fd(), PollFlags::IN));
    let all: Vec<_> = sources.iter().copied().chain(bells).collect();
    let ready = all_ready(&all, deadline)?;
    // Whatever else is ready: who is asked to end, ends.
    match ready.iter().find(|at| **at >= sources.len()) {
        Some(bell) => Err(Interrupted::by(bell - sources.len()).into()),
        None => Ok(ready),
    }
}

/// Waits for Ctrl-C or SIGTERM, for a thread that passes it on to whatever
/// does not wait for descriptors. For ever, where this process does not
/// watch for them: it is a worker, or has no main guard.
#[must_use]
pub fn until_interrupted() -> Interrupted {
    while let Some(bells) = BELLS.get() {
        let bells = bells.each_ref().map(OwnedFd::as_fd);
        if let Ok(Some(rung)) = first_ready(&bells, None) {
            return Interrupted::by(rung);
        }
    }
    loop {
        thread::park();
    }
}

/// Why a wait came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// Ctrl-C, or SIGTERM, came first.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The system cannot wait, or does not say how a process ended.
    #[error("the system cannot wait")]
    System(#[from] io::Error),
}
