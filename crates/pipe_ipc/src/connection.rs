//! Both ways: a sender and a receiver at each end.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use process_spawning::wait_for_any;
use rustix::event::PollFlags;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{RecvError, SendError};
use crate::typed::{Receiver, Sender, one_way};
use crate::wait::Ready;

/// A pipe for both directions. What the first end sends is an `A`, what it
/// receives is a `B`; for the other end it is the other way round.
///
/// Python: `Pipe()`.
///
/// # Errors
///
/// Where the system has no socket left.
pub fn pipe<A, B>() -> io::Result<(Connection<A, B>, Connection<B, A>)>
where
    A: Serialize + DeserializeOwned,
    B: Serialize + DeserializeOwned,
{
    let (from_first, to_second) = one_way()?;
    let (from_second, to_first) = one_way()?;
    let first = Connection::new(to_second, from_second);
    let second = Connection::new(to_first, from_first);
    Ok((first, second))
}

/// An end of a pipe for both directions: sends an `S`, receives an `R`.
///
/// | Python                | here                                          |
/// | --------------------- | --------------------------------------------- |
/// | `.send(value)`        | [`.send(value)`](Self::send)                  |
/// | `.recv()`             | [`.recv()`](Self::recv)                       |
/// | `.poll(t)`, `.recv()` | [`.recv_timeout(t)`](Self::recv_timeout)      |
/// | `.poll(t)`            | [`.poll(t)`](Self::poll)                      |
/// | `.send_bytes(b)`      | a pipe of its own: [`bytes_pipe`](crate::bytes_pipe) |
/// | `.fileno()`           | [`.source()`](Ready::source)                  |
/// | `.close()`            | `drop(connection)`                            |
/// | `EOFError`            | [`RecvError::Closed`]                         |
/// | `BrokenPipeError`     | [`SendError::Closed`]                         |
///
/// Given to another process it is gone here, so that each end is in one
/// place: when that process ends, this side sees the end of the file. A
/// Python parent has to close its copy by hand, or waits for ever.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "S: Serialize, R: Serialize + DeserializeOwned")]
pub struct Connection<S, R> {
    sender: Sender<S>,
    receiver: Receiver<R>,
    /// What came while we waited for room to send; of what cannot be read,
    /// why.
    kept: RefCell<VecDeque<Result<R, String>>>,
}

impl<S, R> Connection<S, R> {
    fn new(sender: Sender<S>, receiver: Receiver<R>) -> Self {
        Self { sender, receiver, kept: RefCell::default() }
    }
}

impl<S, R> Connection<S, R>
where
    S: Serialize,
    R: Serialize + DeserializeOwned,
{
    // ANCHOR: send
    /// Sends `value`. Where there is no room, as the other side is behind by
    /// some dozens of messages, it waits until there is.
    ///
    /// While it waits it takes in what the other side sends, for the next
    /// [`recv`](Self::recv). So two sides that both send before they receive
    /// get on, where Python's would wait for each other for ever.
    ///
    /// # Errors
    ///
    /// [`SendError`]. It ends by itself when the other process does.
    pub fn send(&self, value: S) -> Result<(), SendError> {
        let mut incoming = true;
        loop {
            let mut sources = vec![self.sender.room()];
            if incoming {
                sources.push((self.receiver.source(), PollFlags::IN));
            }
            if wait_for_any(&sources, None)?.contains(&0) {
                return self.sender.post(value);
            }
            incoming = self.keep_what_came();
        }
    }

    /// Puts a message aside; `false` when no more can come.
    fn keep_what_came(&self) -> bool {
        match self.receiver.take() {
            Ok(value) => {
                self.kept.borrow_mut().extend(value.map(Ok));
                true
            }
            Err(RecvError::Value { why }) => {
                self.kept.borrow_mut().push_back(Err(why));
                true
            }
            // Whoever receives next meets the same again.
            Err(_) => false,
        }
    }
    // ANCHOR_END: send

    /// Waits for the next message.
    ///
    /// # Errors
    ///
    /// [`RecvError`]: [`Closed`](RecvError::Closed) when the other process is
    /// gone, whichever way it went, and everything it sent has been received.
    pub fn recv(&self) -> Result<R, RecvError> {
        self.next_kept().unwrap_or_else(|| self.receiver.recv())
    }

    /// Waits for the next message, but no longer than `timeout`; `None` when
    /// none came.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_timeout(
        &self,
        timeout: Duration,
    ) -> Result<Option<R>, RecvError> {
        match self.next_kept() {
            Some(kept) => kept.map(Some),
            None => self.receiver.recv_timeout(timeout),
        }
    }

    /// Whether [`recv`](Self::recv) would return at once: with a message, or
    /// with the end. Waits up to `timeout` for that.
    ///
    /// # Errors
    ///
    /// As [`Receiver::poll`].
    pub fn poll(&self, timeout: Duration) -> Result<bool, RecvError> {
        Ok(self.has_kept() || self.receiver.poll(timeout)?)
    }

    fn next_kept(&self) -> Option<Result<R, RecvError>> {
        let kept = self.kept.borrow_mut().pop_front()?;
        Some(kept.map_err(|why| RecvError::Value { why }))
    }
}

impl<S, R> Ready for Connection<S, R> {
    fn source(&self) -> BorrowedFd<'_> {
        self.receiver.source()
    }

    fn has_kept(&self) -> bool {
        !self.kept.borrow().is_empty()
    }
}
