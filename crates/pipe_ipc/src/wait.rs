//! Waiting for several pipes and processes at once.

use std::os::fd::{AsFd as _, BorrowedFd};
use std::thread;
use std::time::{Duration, Instant};

use process_spawning::{Process, WaitError, wait_for_any};
use rustix::event::PollFlags;

/// How long a receiver looks again and again before it goes to sleep.
///
/// To be put to sleep and woken up again takes longer than the answer of a
/// peer that is at work on another core. Longer than this, and it is better
/// to leave the core to others.
const LOOK: Duration = Duration::from_micros(50);

/// What [`wait`](wait()) can wait for: a message, or an end.
// ANCHOR: ready
pub trait Ready {
    /// What becomes readable with a message, or at the end.
    fn source(&self) -> BorrowedFd<'_>;

    /// Whether a message has been taken from the source already, and waits
    /// here.
    fn has_kept(&self) -> bool {
        false
    }
}

/// Ready when it has ended. Python: `Process.sentinel`.
impl Ready for Process {
    fn source(&self) -> BorrowedFd<'_> {
        self.as_fd()
    }
}
// ANCHOR_END: ready

/// Waits until at least one of `things` is ready, and says which, by their
/// places in the list; none when the time is over. A pipe is ready when it
/// has a message, or its other end is gone; a process, when it has ended.
///
/// Python: `multiprocessing.connection.wait(things, timeout)`.
///
/// # Errors
///
/// [`WaitError`], when Ctrl-C comes first.
pub fn wait(
    things: &[&dyn Ready],
    timeout: Option<Duration>,
) -> Result<Vec<usize>, WaitError> {
    let sources: Vec<_> =
        things.iter().map(|thing| (thing.source(), PollFlags::IN)).collect();
    let kept = |at: &usize| things[*at].has_kept();
    if !(0..things.len()).any(|at| kept(&at)) {
        return wait_for_any(&sources, deadline(timeout));
    }
    let ready = wait_for_any(&sources, Some(Instant::now()))?;
    let is_ready = |at: &usize| kept(at) || ready.contains(at);
    Ok((0..things.len()).filter(is_ready).collect())
}

/// The end of `timeout`; none where that is for ever.
pub(crate) fn deadline(timeout: Option<Duration>) -> Option<Instant> {
    Instant::now().checked_add(timeout?)
}

// ANCHOR: readable
/// Waits until `source` is readable: looks for a while, then sleeps.
/// `false` when the deadline is over.
pub(crate) fn readable(
    source: BorrowedFd<'_>,
    deadline: Option<Instant>,
) -> Result<bool, WaitError> {
    let sources = [(source, PollFlags::IN)];
    let sleep_at = Instant::now() + LOOK;
    while deadline.is_none_or(|deadline| sleep_at < deadline) {
        let now = Instant::now();
        if !wait_for_any(&sources, Some(now))?.is_empty() {
            return Ok(true);
        }
        if now >= sleep_at {
            break;
        }
        // Perhaps it is our core that the peer waits for.
        thread::yield_now();
    }
    Ok(!wait_for_any(&sources, deadline)?.is_empty())
}
// ANCHOR_END: readable
