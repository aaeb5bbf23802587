//! The end of something, for whoever waits for a crossbeam channel.

use std::convert::Infallible;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::thread;

use crossbeam::channel::{Receiver, bounded};
use process_spawning::wait_for_any;
use rustix::event::PollFlags;

use crate::line::keep_until_our_end;

/// A channel over which nothing ever comes, and that is cut off when `thing`
/// shows `sign`: `IN` is the end of a process, none the end of a pipe. One
/// more arm for a `select!` that waits for something else.
///
/// # Errors
///
/// Where the system has no thread left.
pub fn ending(
    thing: OwnedFd,
    sign: PollFlags,
) -> io::Result<Receiver<Infallible>> {
    let (alive, ended) = bounded(0);
    thread::Builder::new().name("ending".into()).spawn(move || {
        match wait_for_any(&[(thing.as_fd(), sign)], None) {
            Ok(_) => drop(alive),
            Err(_) => keep_until_our_end(alive),
        }
    })?;
    Ok(ended)
}
