//! Waiting for whichever comes first, without turning in circles.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Waits until one of `sources` has something to read or has ended, and says
/// which, the earliest in the list first; `None` when the deadline is over.
///
/// Python: `multiprocessing.connection.wait(sources, timeout)`.
pub(crate) fn first_ready(
    sources: &[BorrowedFd<'_>],
    deadline: Option<Instant>,
) -> io::Result<Option<usize>> {
    let mut polled: Vec<_> = sources
        .iter()
        .map(|source| PollFd::from_borrowed_fd(*source, PollFlags::IN))
        .collect();
    loop {
        match poll(&mut polled, time_left(deadline).as_ref()) {
            Ok(0) => return Ok(None),
            Ok(_) => break,
            // A signal was handled meanwhile: nothing that we wait for.
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(polled.iter().position(|source| !source.revents().is_empty()))
}

fn time_left(deadline: Option<Instant>) -> Option<Timespec> {
    let left = deadline?.saturating_duration_since(Instant::now());
    // Longer than the system can count is for ever.
    left.try_into().ok()
}
