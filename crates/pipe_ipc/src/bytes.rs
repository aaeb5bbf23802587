//! Bytes without serialisation: what is a buffer already.
//!
//! A value is written into bytes, copied into a message, copied out, and
//! read: for megabytes of bytes that is most of the time. Here they go
//! straight through the socket below an ipc-channel, in packets, the first
//! of which begins with the length of the whole.

use std::cell::{Cell, RefCell};
use std::io::{self, IoSlice};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::thread;
use std::time::{Duration, Instant};

use ipc_channel::ipc::{self, IpcReceiver, IpcSender};
use process_spawning::{Parcel, Socket, wait_for_any};
use rustix::event::PollFlags;
use rustix::io::Errno;
use rustix::net::{
    RecvFlags, SendAncillaryBuffer, SendFlags, recv, send, sendmsg,
};
use serde::{Deserialize, Serialize};

use crate::arrow::Arrows;
use crate::error::{RecvError, SendError};
use crate::wait::{Ready, deadline, readable};

/// The length of the whole, in front of the first packet.
const HEADER_BYTES: usize = size_of::<u64>();

/// As large as a packet gets. Fewer, larger ones are faster; two must fit
/// into what the system keeps for a socket, so that one can be written while
/// the other is read.
const PACKET_BYTES: usize = 128 * 1024;

/// A pipe for bytes, in one direction. Each message is received as it was
/// sent: neither cut nor merged.
///
/// Python: `send_bytes` and `recv_bytes` of a `Connection`.
///
/// # Errors
///
/// Where the system has no socket left.
pub fn bytes_pipe() -> io::Result<(BytesReceiver, BytesSender)> {
    pipe_with(Arrows::new())
}

/// As [`bytes_pipe`], but the trace has no arrows for its messages: for those
/// who draw their own, of what the messages carry.
///
/// # Errors
///
/// As [`bytes_pipe`].
pub fn bytes_pipe_without_arrows() -> io::Result<(BytesReceiver, BytesSender)> {
    pipe_with(Arrows::none())
}

fn pipe_with(arrows: Arrows) -> io::Result<(BytesReceiver, BytesSender)> {
    let (sender, receiver) = ipc::channel()?;
    let receiver = BytesReceiver {
        socket: Socket::new(receiver)?,
        arrows: arrows.clone(),
        begun: RefCell::default(),
        room: RefCell::default(),
    };
    let (socket, torn) = (Socket::new(sender)?, Cell::new(false));
    Ok((receiver, BytesSender { socket, arrows, torn }))
}

/// The end of a pipe for bytes that sends.
#[derive(Debug, Serialize, Deserialize)]
pub struct BytesSender {
    socket: Socket<IpcSender<Parcel<()>>>,
    arrows: Arrows,
    /// A message was sent in part: what came next would be taken for its
    /// rest.
    torn: Cell<bool>,
}

impl BytesSender {
    /// Sends `bytes`, as one message. Where there is no room, it waits until
    /// the receiver has made some.
    ///
    /// Python: `send_bytes`.
    ///
    /// # Errors
    ///
    /// [`SendError`]. It ends by itself when the receiver's process does.
    /// After an error in the middle of a message the pipe is of no more use,
    /// and says so.
    pub fn send(&self, bytes: &[u8]) -> Result<(), SendError> {
        loop {
            if self.send_until(bytes, None)? {
                return Ok(());
            }
        }
    }

    /// As [`send`](Self::send), but waits no longer than `timeout` for the
    /// receiver to make room. `false` where it has not made enough. If a part
    /// had been sent by then, the pipe is of no more use, and says so.
    ///
    /// Python has none.
    ///
    /// # Errors
    ///
    /// As [`send`](Self::send).
    pub fn send_timeout(
        &self,
        bytes: &[u8],
        timeout: Duration,
    ) -> Result<bool, SendError> {
        self.send_until(bytes, deadline(Some(timeout)))
    }

    fn send_until(
        &self,
        bytes: &[u8],
        deadline: Option<Instant>,
    ) -> Result<bool, SendError> {
        if self.torn.get() {
            return Err(io::Error::other(TORN).into());
        }
        self.arrows.sent();
        let sent = self.send_packets(bytes, deadline);
        if !matches!(sent, Ok(true)) {
            self.arrows.not_sent();
        }
        sent
    }

    fn send_packets(
        &self,
        bytes: &[u8],
        deadline: Option<Instant>,
    ) -> Result<bool, SendError> {
        let header = (bytes.len() as u64).to_le_bytes();
        let first = bytes.len().min(PACKET_BYTES - HEADER_BYTES);
        let (first, rest) = bytes.split_at(first);
        let has_begun = self.when_there_is_room(deadline, |to| {
            let packet = [IoSlice::new(&header), IoSlice::new(first)];
            let mut nothing = SendAncillaryBuffer::default();
            sendmsg(to, &packet, &mut nothing, WITHOUT_WAITING)
        })?;
        if !has_begun {
            return Ok(false);
        }
        self.torn.set(true);
        for packet in rest.chunks(PACKET_BYTES) {
            let is_sent = self.when_there_is_room(deadline, |to| {
                send(to, packet, WITHOUT_WAITING)
            })?;
            if !is_sent {
                return Ok(false);
            }
        }
        self.torn.set(false);
        Ok(true)
    }

    /// `false` where there was none before the deadline.
    fn when_there_is_room(
        &self,
        deadline: Option<Instant>,
        mut send: impl FnMut(BorrowedFd<'_>) -> rustix::io::Result<usize>,
    ) -> Result<bool, SendError> {
        let socket = self.socket.as_fd();
        loop {
            match send(socket) {
                Ok(_) => return Ok(true),
                Err(Errno::PIPE | Errno::CONNRESET) => {
                    return Err(SendError::Closed);
                }
                Err(Errno::AGAIN) => {
                    let room = [(socket, PollFlags::OUT)];
                    if wait_for_any(&room, deadline)?.is_empty() {
                        return Ok(false);
                    }
                }
                // The system is short of memory for the moment.
                Err(Errno::NOBUFS) => thread::sleep(SHORT_OF_MEMORY),
                Err(Errno::INTR) => {}
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
    }
}

/// How long to leave the system alone that is short of memory.
const SHORT_OF_MEMORY: Duration = Duration::from_millis(1);

const TORN: &str = "a message was cut off here: the pipe is of no more use";

/// And without a signal that would end us when the receiver is gone.
const WITHOUT_WAITING: SendFlags =
    SendFlags::DONTWAIT.union(SendFlags::NOSIGNAL);

/// The end of a pipe for bytes that receives.
#[derive(Debug, Serialize, Deserialize)]
pub struct BytesReceiver {
    socket: Socket<IpcReceiver<Parcel<()>>>,
    arrows: Arrows,
    /// A message of which the deadline let only a part arrive.
    begun: RefCell<Option<Begun>>,
    /// Where a message's first packet arrives; empty before the first.
    #[serde(skip)]
    room: RefCell<Vec<u8>>,
}

/// A message that has begun to arrive.
#[derive(Debug, Serialize, Deserialize)]
struct Begun {
    bytes: Vec<u8>,
    arrived: usize,
}

impl BytesReceiver {
    /// Waits for the next message.
    ///
    /// Python: `recv_bytes`.
    ///
    /// # Errors
    ///
    /// [`RecvError`]: [`Closed`](RecvError::Closed) when the sender is gone,
    /// [`CutOff`](RecvError::CutOff) when it went in the middle of a message.
    pub fn recv(&self) -> Result<Vec<u8>, RecvError> {
        loop {
            if let Some(bytes) = self.recv_until(None)? {
                return Ok(bytes);
            }
        }
    }

    /// Waits for the next message, but no longer than `timeout`; `None` when
    /// none has arrived whole. What has arrived of it is kept for the next
    /// call.
    ///
    /// # Errors
    ///
    /// As [`recv`](Self::recv).
    pub fn recv_timeout(
        &self,
        timeout: Duration,
    ) -> Result<Option<Vec<u8>>, RecvError> {
        self.recv_until(deadline(Some(timeout)))
    }

    fn recv_until(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Option<Vec<u8>>, RecvError> {
        let mut begun = self.begun.borrow_mut();
        loop {
            let arrived = match &mut *begun {
                None => self.first_packet(deadline)?.map(|b| *begun = Some(b)),
                Some(begun) => self.next_packet(begun, deadline)?,
            };
            if arrived.is_none() {
                return Ok(None);
            }
            if let Some(whole) = begun.take_if(|b| b.is_whole()) {
                self.arrows.received();
                return Ok(Some(whole.bytes));
            }
        }
    }

    fn first_packet(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Option<Begun>, RecvError> {
        let mut room = self.room.borrow_mut();
        room.resize(PACKET_BYTES, 0);
        let Some(length) = self.packet(&mut room, deadline)? else {
            return Ok(None);
        };
        Ok(Some(Begun::with(&room[..length]).ok_or(RecvError::Closed)?))
    }

    fn next_packet(
        &self,
        begun: &mut Begun,
        deadline: Option<Instant>,
    ) -> Result<Option<()>, RecvError> {
        let (got, of) = (begun.arrived, begun.bytes.len());
        let missing = &mut begun.bytes[got..];
        match self.packet(missing, deadline)? {
            None => Ok(None),
            Some(0) => Err(RecvError::CutOff { got, of }),
            Some(length) => {
                begun.arrived += length;
                Ok(Some(()))
            }
        }
    }

    /// How long the packet is that came into `room`; 0 at the end of the
    /// file, `None` when the deadline is over.
    fn packet(
        &self,
        room: &mut [u8],
        deadline: Option<Instant>,
    ) -> Result<Option<usize>, RecvError> {
        let socket = self.socket.as_fd();
        loop {
            match recv(socket, &mut *room, RecvFlags::DONTWAIT) {
                Ok((length, _)) => return Ok(Some(length)),
                Err(Errno::AGAIN) if !readable(socket, deadline)? => {
                    return Ok(None);
                }
                Err(Errno::AGAIN | Errno::INTR) => {}
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
    }
}

impl Begun {
    /// What the first packet of a message says; `None` where it is none.
    fn with(packet: &[u8]) -> Option<Self> {
        let (header, first) = packet.split_first_chunk()?;
        let length = u64::from_le_bytes(*header).try_into().ok()?;
        let mut bytes = vec![0; length];
        bytes.get_mut(..first.len())?.copy_from_slice(first);
        Some(Self { bytes, arrived: first.len() })
    }

    fn is_whole(&self) -> bool {
        self.arrived == self.bytes.len()
    }
}

impl Ready for BytesReceiver {
    fn source(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}
