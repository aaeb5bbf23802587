//! Noticing that somebody has gone.
//!
//! Whoever is given a lock, or another of these, is given the writing end of
//! a pipe with it, and whoever gave it reads the other end. The system closes
//! the writing end when its process ends, whichever way.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, read, write};

/// How somebody has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Departure {
    /// It never got there.
    NeverCame,
    /// Let go of it, and said so.
    Left,
    /// Without a word.
    Died,
}

const HELLO: u8 = b'+';
const FAREWELL: u8 = b'-';

/// Said into the pipe by whoever has got it.
pub(crate) fn say_hello(pipe: &OwnedFd) {
    say(pipe, HELLO);
}

/// Said into the pipe by whoever lets go.
pub(crate) fn say_farewell(pipe: &OwnedFd) {
    say(pipe, FAREWELL);
}

fn say(pipe: &OwnedFd, word: u8) {
    // Nobody may be left to hear it.
    let _ = write(pipe, &[word]);
}

/// A thread that waits for the end of a pipe.
#[derive(Debug)]
pub(crate) struct Watch {
    /// Gone with the thread.
    pipe: Weak<OwnedFd>,
    thread: JoinHandle<()>,
}

/// Calls `then` when all writing ends of `pipe` are closed. A thread waits
/// for that: it has nothing else to do, and needs next to nothing.
pub(crate) fn when_gone(
    pipe: OwnedFd,
    then: impl FnOnce(Departure) + Send + 'static,
) -> io::Result<Watch> {
    let pipe = Arc::new(pipe);
    let watched = Arc::downgrade(&pipe);
    let thread = thread::Builder::new()
        .name("watch".into())
        .stack_size(64 * 1024)
        .spawn(move || {
            let departure = listen(&pipe);
            drop(pipe);
            then(departure);
        })?;
    Ok(Watch { pipe: watched, thread })
}

impl Watch {
    /// Where they have gone: waits until `then` has been called, which may
    /// have been about to happen. Else gives it back.
    pub(crate) fn unless_over(self) -> Option<Self> {
        let is_there = self.pipe.upgrade().is_some_and(|pipe| {
            let mut end = [PollFd::new(&*pipe, PollFlags::empty())];
            let now = Timespec::default();
            !poll(&mut end, Some(&now)).is_ok_and(|ready| ready > 0)
        });
        if is_there {
            return Some(self);
        }
        let _ = self.thread.join();
        None
    }
}

fn listen(pipe: &OwnedFd) -> Departure {
    let mut departure = Departure::NeverCame;
    let mut said = [0];
    loop {
        match read(pipe, &mut said) {
            Ok(1..) if said == [HELLO] => departure = Departure::Died,
            Ok(1..) => departure = Departure::Left,
            Err(Errno::INTR) => {}
            Ok(0) | Err(_) => return departure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::pipe::pipe;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    #[test]
    fn who_has_gone_has_been_seen_to_before_anybody_is_told() {
        let (listening, theirs) = pipe().unwrap();
        let seen_to = Arc::new(AtomicBool::new(false));
        let watch = when_gone(listening, {
            let seen_to = Arc::clone(&seen_to);
            move |_| {
                // Late, as a thread may be on a busy machine.
                thread::sleep(Duration::from_millis(50));
                seen_to.store(true, Ordering::Release);
            }
        });
        let watch = watch.unwrap().unless_over().expect("it is there");
        drop(theirs);
        assert!(watch.unless_over().is_none());
        assert!(seen_to.load(Ordering::Acquire));
    }

    #[test]
    fn a_farewell_is_told_from_a_death() {
        for expected in [Departure::Died, Departure::Left] {
            let (listening, theirs) = pipe().unwrap();
            say_hello(&theirs);
            if expected == Departure::Left {
                say_farewell(&theirs);
            }
            drop(theirs);
            assert_eq!(listen(&listening), expected);
        }
    }

    #[test]
    fn what_never_arrives_does_not_die() {
        let (listening, theirs) = pipe().unwrap();
        drop(theirs);
        assert_eq!(listen(&listening), Departure::NeverCame);
    }
}
