//! File descriptors as a part of an argument.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};

use ipc_channel::ipc::{self, IpcReceiver};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::handover::{
    MOST_DESCRIPTORS, receive_packet, refusal_to_write, send_packet,
};
use crate::parcel::Parcel;
use crate::socket::Socket;

/// File descriptors that can be passed on to another process, as a part of
/// its argument or of a message. The other process gets descriptors of its
/// own for the same open files; these stay open here until they are dropped.
///
/// They take up one of the 64 places that ipc-channel has for descriptors in
/// a message, however many they are, up to 64: they travel in a packet of
/// their own.
///
/// Python: `multiprocessing.reduction.DupFd`.
#[derive(Debug)]
pub struct Descriptors<const N: usize>(pub [OwnedFd; N]);

impl<const N: usize> Descriptors<N> {
    /// The descriptors, in a channel that has nothing else in it.
    fn packed(&self) -> io::Result<IpcReceiver<Parcel<()>>> {
        const { assert!(N <= MOST_DESCRIPTORS, "one packet holds no more") };
        let (sender, receiver) = ipc::channel()?;
        // Without a byte there would be no packet.
        send_packet(Socket::new(sender)?.as_fd(), &[0], &self.0)?;
        Ok(receiver)
    }

    fn unpacked(receiver: IpcReceiver<Parcel<()>>) -> io::Result<Self> {
        let socket = Socket::new(receiver)?;
        let (_, descriptors) = receive_packet(socket.as_fd())?;
        let descriptors = descriptors.try_into();
        let other = |_| io::Error::other("another number of descriptors");
        Ok(Self(descriptors.map_err(other)?))
    }
}

impl<const N: usize> Serialize for Descriptors<N> {
    fn serialize<S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        self.packed().map_err(refusal_to_write)?.serialize(serializer)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Descriptors<N> {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let receiver = IpcReceiver::deserialize(deserializer)?;
        Self::unpacked(receiver).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::{read, write};
    use rustix::pipe::pipe;

    #[test]
    fn what_is_written_to_a_descriptor_passed_on_arrives() {
        let (reader, writer) = pipe().unwrap();
        let (sender, receiver) = ipc::channel().unwrap();
        sender.send(Parcel(Descriptors([writer]))).unwrap();
        let Parcel(Descriptors([writer])) = receiver.recv().unwrap();
        write(&writer, b"?").unwrap();
        drop(writer);
        let mut bytes = [0; 2];
        assert_eq!(read(&reader, &mut bytes).unwrap(), 1);
        assert_eq!(read(&reader, &mut bytes).unwrap(), 0);
    }

    #[test]
    fn another_number_of_descriptors_is_an_error() {
        let (reader, writer) = pipe().unwrap();
        let (sender, receiver) = ipc::channel().unwrap();
        sender.send(Parcel(Descriptors([reader, writer]))).unwrap();
        let bytes = receiver.to_opaque().to::<Parcel<Descriptors<1>>>();
        assert!(bytes.recv().is_err());
    }
}
