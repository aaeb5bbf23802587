//! One way: values of one type, from a sender to a receiver.

use std::fmt;
use std::io::{self, ErrorKind};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use ipc_channel::IpcError;
use ipc_channel::ipc::{self, IpcReceiver, IpcSender};
use process_spawning::{Parcel, Socket, panic_message, wait_for_any};
use rustix::event::PollFlags;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time_utils::trace;

use crate::arrow::Arrows;
use crate::error::{RecvError, SendError};
use crate::wait::{Ready, deadline, readable};

/// A pipe for one direction: what is sent to the one end is received at the
/// other.
///
/// Python: `Pipe(duplex=False)`, which has the same order.
///
/// # Errors
///
/// Where the system has no socket left.
pub fn one_way<T>() -> io::Result<(Receiver<T>, Sender<T>)>
where
    T: Serialize + DeserializeOwned,
{
    let (sender, receiver) = ipc::channel()?;
    let arrows = Arrows::new();
    let receiver =
        Receiver { socket: Socket::new(receiver)?, arrows: arrows.clone() };
    Ok((receiver, Sender { socket: Socket::new(sender)?, arrows }))
}

/// The end of a pipe that sends.
///
/// There is one for each pipe, so that the receiver knows that nothing comes
/// any more when it is gone.
#[derive(Serialize, Deserialize)]
#[serde(bound = "T: Serialize")]
pub struct Sender<T> {
    socket: Socket<IpcSender<Parcel<T>>>,
    arrows: Arrows,
}

impl<T: Serialize> Sender<T> {
    /// Sends `value`. Where there is no room, as the receiver is behind by
    /// some dozens of messages, it waits until there is.
    ///
    /// A value of any size is one message. It may hold ends of other pipes.
    ///
    /// # Errors
    ///
    /// [`SendError`]. It ends by itself when the receiver's process does.
    pub fn send(&self, value: T) -> Result<(), SendError> {
        wait_for_any(&[self.room()], None)?;
        self.post(value)
    }

    /// What is ready when there is room for one more message of any size,
    /// or the receiver is gone.
    pub(crate) fn room(&self) -> (BorrowedFd<'_>, PollFlags) {
        (self.socket.as_fd(), PollFlags::OUT)
    }

    /// Sends `value`, for which there is room: does not wait.
    pub(crate) fn post(&self, value: T) -> Result<(), SendError> {
        self.arrows.sent();
        let sent = self.post_whole(value);
        if sent.is_err() {
            self.arrows.not_sent();
        }
        sent
    }

    fn post_whole(&self, value: T) -> Result<(), SendError> {
        let send = || self.socket.end().send(Parcel(value));
        // ipc-channel panics where a value holds too many channels.
        let why = match catch_unwind(AssertUnwindSafe(send)) {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(IpcError::Io(error))) => return Err(not_sent(error)),
            Ok(Err(IpcError::Disconnected)) => return Err(SendError::Closed),
            Ok(Err(IpcError::SerializationError(error))) => error.to_string(),
            Err(panic) => format!("it panicked: {}", panic_message(&*panic)),
        };
        forget_channels();
        Err(SendError::Value { why })
    }
}

fn not_sent(error: io::Error) -> SendError {
    match error.kind() {
        ErrorKind::BrokenPipe | ErrorKind::ConnectionReset => SendError::Closed,
        _ => SendError::System(error),
    }
}

/// Takes away what a value that could not be sent has left behind:
/// ipc-channel keeps its channels for the thread's next message, whose
/// receiver would not know what to do with them.
fn forget_channels() {
    if let Ok((sender, _nobody)) = ipc::channel::<()>() {
        let _ = sender.send(());
    }
}

/// The end of a pipe that receives.
#[derive(Serialize, Deserialize)]
#[serde(bound = "T: Serialize + DeserializeOwned")]
pub struct Receiver<T> {
    socket: Socket<IpcReceiver<Parcel<T>>>,
    arrows: Arrows,
}

impl<T: Serialize + DeserializeOwned> Receiver<T> {
    /// Waits for the next message.
    ///
    /// # Errors
    ///
    /// [`RecvError`]: [`Closed`](RecvError::Closed) when the sender is gone,
    /// whichever way it went, and everything it sent has been received.
    pub fn recv(&self) -> Result<T, RecvError> {
        loop {
            if let Some(value) = self.recv_until(None)? {
                return Ok(value);
            }
        }
    }

    /// Waits for the next message, but no longer than `timeout`; `None` when
    /// none came.
    ///
    /// Python: `recv()` after `poll(timeout)`.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_timeout(
        &self,
        timeout: Duration,
    ) -> Result<Option<T>, RecvError> {
        self.recv_until(deadline(Some(timeout)))
    }

    fn recv_until(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Option<T>, RecvError> {
        let _wait = trace::span(trace::Category::Wait, "recv");
        while readable(self.source(), deadline)? {
            if let Some(value) = self.take()? {
                return Ok(Some(value));
            }
        }
        Ok(None)
    }

    /// Whether [`recv`](Self::recv) would return at once: with a message, or
    /// with the end. Waits up to `timeout` for that.
    ///
    /// # Errors
    ///
    /// Where Ctrl-C comes first, or the system cannot wait.
    pub fn poll(&self, timeout: Duration) -> Result<bool, RecvError> {
        Ok(readable(self.source(), deadline(Some(timeout)))?)
    }

    /// Takes the message that has arrived; `None` where none has after all.
    pub(crate) fn take(&self) -> Result<Option<T>, RecvError> {
        let recv = || self.socket.end().recv();
        // ipc-channel panics where a message is of another type.
        let why = match catch_unwind(AssertUnwindSafe(recv)) {
            Ok(Ok(Parcel(value))) => {
                self.arrows.received();
                return Ok(Some(value));
            }
            Ok(Err(IpcError::Disconnected)) => return Err(RecvError::Closed),
            Ok(Err(IpcError::Io(error))) => return not_received(error),
            Ok(Err(IpcError::SerializationError(error))) => error.to_string(),
            Err(panic) => format!("it panicked: {}", panic_message(&*panic)),
        };
        Err(RecvError::Value { why })
    }
}

fn not_received<T>(error: io::Error) -> Result<Option<T>, RecvError> {
    match error.kind() {
        // A signal was handled meanwhile: nothing of ours.
        ErrorKind::Interrupted => Ok(None),
        _ => Err(error.into()),
    }
}

impl<T> Ready for Receiver<T> {
    fn source(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

impl<T> fmt::Debug for Sender<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender")
    }
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Receiver")
    }
}
