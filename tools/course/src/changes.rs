//! Notices when the learner saves an exercise.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use notify::event::{AccessKind, AccessMode};
use notify::{Event, EventKind, RecommendedWatcher, RecursiveMode, Watcher};
use process_spawning::wait_for_any;
use rustix::event::{EventfdFlags, PollFlags, eventfd};
use time_utils::OutputError;

use crate::exercise::Exercise;

/// An editor saves in several steps: they are over when there has been none
/// for as long as this.
pub const QUIET: Duration = Duration::from_millis(30);

/// The changes of an exercise since this was made.
#[derive(Debug)]
pub struct Changes {
    /// A counter: readable while there is a change that nobody has taken.
    counter: Arc<OwnedFd>,
    _watch: Watch,
}

/// Watches an exercise for as long as it is there.
#[derive(Debug)]
pub struct Watch {
    _watcher: RecommendedWatcher,
}

impl Watch {
    /// Calls `on_change` at each step of a save of `exercise`: an editor may
    /// need several, up to [`QUIET`] apart.
    ///
    /// # Errors
    ///
    /// Where the system cannot watch its files.
    pub fn of(
        exercise: &Exercise,
        mut on_change: impl FnMut() + Send + 'static,
    ) -> anyhow::Result<Self> {
        let tell = move |event: notify::Result<Event>| {
            if event.as_ref().map_or(true, is_change) {
                on_change();
            }
        };
        let mut watcher = notify::recommended_watcher(tell)
            .context("cannot watch files here")?;
        for below in ["src", "tests"] {
            let directory = exercise.directory().join(below);
            watcher.watch(&directory, RecursiveMode::Recursive).with_context(
                || format!("cannot watch {}", directory.display()),
            )?;
        }
        Ok(Self { _watcher: watcher })
    }
}

impl Changes {
    /// Watches the files of `exercise` from now on.
    ///
    /// # Errors
    ///
    /// Where the system cannot watch them.
    pub fn of(exercise: &Exercise) -> anyhow::Result<Self> {
        let flags = EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK;
        let counter = Arc::new(eventfd(0, flags).map_err(io::Error::from)?);
        let its_counter = Arc::clone(&counter);
        let watch = Watch::of(exercise, move || {
            // Where it cannot count higher, it is readable already.
            let _ = rustix::io::write(&its_counter, &1_u64.to_ne_bytes());
        })?;
        Ok(Self { counter, _watch: watch })
    }

    /// Readable as soon as something has changed.
    #[must_use]
    pub fn source(&self) -> BorrowedFd<'_> {
        self.counter.as_fd()
    }

    /// Waits until something has changed and no more changes come.
    ///
    /// # Errors
    ///
    /// When this program is asked to end, or nobody reads its output any more:
    /// then there is nobody to wait for.
    pub fn wait(&self) -> anyhow::Result<()> {
        let stdout = io::stdout();
        // Without anything asked of it, it is ready when its reader has gone.
        let reader_gone = (stdout.as_fd(), PollFlags::empty());
        let change = (self.source(), PollFlags::IN);
        let mut deadline = None;
        loop {
            let ready = wait_for_any(&[change, reader_gone], deadline)?;
            match ready.first() {
                Some(0) => {
                    let _ = rustix::io::read(&self.counter, &mut [0; 8]);
                    deadline = Some(Instant::now() + QUIET);
                }
                Some(_) => return Err(OutputError::Closed.into()),
                None => return Ok(()),
            }
        }
    }
}

/// Whether something was written, and not only looked at.
fn is_change(event: &Event) -> bool {
    let written = AccessKind::Close(AccessMode::Write);
    !event.kind.is_access() || event.kind == EventKind::Access(written)
}
