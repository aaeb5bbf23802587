//! Waiting for whichever comes first, without turning in circles.

use std::io;
use std::os::fd::BorrowedFd;
use std::time::Instant;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Something to wait for: that one can read from a descriptor, or write.
///
/// The end of a file, or of a process, is something to read.
pub type Source<'fd> = (BorrowedFd<'fd>, PollFlags);

/// Waits until some of `sources` are ready, and says which, by their places;
/// none when the deadline is over.
pub(crate) fn all_ready(
    sources: &[Source<'_>],
    deadline: Option<Instant>,
) -> io::Result<Vec<usize>> {
    let mut polled: Vec<_> = sources
        .iter()
        .map(|(source, what)| PollFd::from_borrowed_fd(*source, *what))
        .collect();
    loop {
        match poll(&mut polled, time_left(deadline).as_ref()) {
            // A signal was handled meanwhile: nothing that we wait for.
            Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
            Ok(_) => break,
        }
    }
    let ready = |at: &usize| !polled[*at].revents().is_empty();
    Ok((0..polled.len()).filter(ready).collect())
}

/// Waits until one of `sources` has something to read or has ended, and says
/// which, the earliest in the list first; `None` when the deadline is over.
pub(crate) fn first_ready(
    sources: &[BorrowedFd<'_>],
    deadline: Option<Instant>,
) -> io::Result<Option<usize>> {
    let readable: Vec<_> =
        sources.iter().map(|source| (*source, PollFlags::IN)).collect();
    Ok(all_ready(&readable, deadline)?.first().copied())
}

fn time_left(deadline: Option<Instant>) -> Option<Timespec> {
    let left = deadline?.saturating_duration_since(Instant::now());
    // Longer than the system can count is for ever.
    left.try_into().ok()
}
