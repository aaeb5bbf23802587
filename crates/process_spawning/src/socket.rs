//! The socket below an end of an ipc-channel.
//!
//! ipc-channel waits in its own way only: for ever, or for one channel. To
//! wait for several, for a process, or for Ctrl-C at the same time, we poll
//! the socket below, which ipc-channel does not lend. So a [`Socket`] keeps
//! an end together with a descriptor of its own for the same socket.

use std::fmt::Debug;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd, RawFd};

use ipc_channel::ipc::{IpcReceiver, IpcSender};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::parcel::Parcel;

/// An end of an ipc-channel, and the socket below it.
///
/// It can be passed on to another process, as the end itself.
#[derive(Debug)]
pub struct Socket<E> {
    end: E,
    /// Not that of `end`, which gives it away when it is passed on.
    descriptor: OwnedFd,
}

impl<E: End> Socket<E> {
    /// The socket below `end`.
    ///
    /// # Errors
    ///
    /// Where `end` has been passed on to another process, or the system has
    /// no descriptor left.
    #[expect(unsafe_code, reason = "ipc-channel does not lend its socket")]
    pub fn new(end: E) -> io::Result<Self> {
        let number = shown_descriptor(&format!("{end:?}"))?;
        // SAFETY: `end` has just shown this number as that of the descriptor
        // it owns, and it is neither dropped nor passed on before the end of
        // this statement, which is also the end of what we borrow.
        let descriptor =
            unsafe { BorrowedFd::borrow_raw(number) }.try_clone_to_owned()?;
        Ok(Self { end, descriptor })
    }

    /// The end of the channel.
    pub fn end(&self) -> &E {
        &self.end
    }
}

/// The socket, to be polled, or to be written and read as it is.
impl<E> AsFd for Socket<E> {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

fn passed_on() -> io::Error {
    io::Error::other("this end has been passed on to another process")
}

impl<E: End> Serialize for Socket<E> {
    fn serialize<S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        self.end.serialize(serializer)
    }
}

impl<'de, E: End + Deserialize<'de>> Deserialize<'de> for Socket<E> {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        Self::new(E::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// An end of an ipc-channel of [`Parcel`]s: a sender or a receiver.
///
/// Of parcels, because they never block halfway, and can be shown whatever
/// is in them.
pub trait End: Debug + Serialize + sealed::Sealed {}

impl<T: Serialize> End for IpcSender<Parcel<T>> {}
impl<T> End for IpcReceiver<Parcel<T>> {}

mod sealed {
    use super::{IpcReceiver, IpcSender, Parcel};

    pub trait Sealed {}
    impl<T> Sealed for IpcSender<Parcel<T>> {}
    impl<T> Sealed for IpcReceiver<Parcel<T>> {}
}

/// The number in `… OsIpcSender { fd: SharedFileDescriptor(7) } …`, as an end
/// shows itself. The version of ipc-channel is pinned, and a test sees that
/// it still does.
fn shown_descriptor(shown: &str) -> io::Result<RawFd> {
    let is_number = |c: char| c.is_ascii_digit() || c == '-';
    let number = shown.split_once("fd: ").and_then(|(_, rest)| {
        let rest = &rest[rest.find(is_number)?..];
        rest[..rest.find(|c| !is_number(c))?].parse().ok()
    });
    match number {
        // What it shows of an end that has been passed on.
        Some(..0) => Err(passed_on()),
        Some(number) => Ok(number),
        None => Err(io::Error::other("ipc-channel shows no socket")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipc_channel::ipc;
    use rustix::net::sockopt::socket_type;
    use rustix::net::{RecvFlags, SendFlags, SocketType, recv, send};

    #[test]
    fn ipc_channel_still_shows_its_sockets() {
        let (sender, receiver) = ipc::channel::<Parcel<u8>>().unwrap();
        let sender = Socket::new(sender).unwrap();
        let receiver = Socket::new(receiver).unwrap();
        assert_eq!(socket_type(&sender).unwrap(), SocketType::SEQPACKET);
        // They are the two ends of one connection.
        send(&sender, b"?", SendFlags::empty()).unwrap();
        let mut byte = [0];
        recv(&receiver, &mut byte, RecvFlags::empty()).unwrap();
        assert_eq!(&byte, b"?");
    }

    #[test]
    fn a_socket_that_is_lent_outlives_the_end_that_is_passed_on() {
        let (_sender, receiver) = ipc::channel::<Parcel<u8>>().unwrap();
        let receiver = Socket::new(receiver).unwrap();
        let lent = receiver.as_fd();
        let _index = postcard::to_stdvec(&receiver).unwrap();
        assert_eq!(socket_type(lent).unwrap(), SocketType::SEQPACKET);
        // And there is no other one to be had from that end.
        assert!(Socket::new(receiver.end).is_err());
    }
}
