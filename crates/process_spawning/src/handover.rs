//! How the argument gets from the parent into the worker.
//!
//! ipc-channel turns a value, with all the senders and receivers in it, into
//! one packet on a socket of its own. Its documented way to carry the first
//! packet across (`IpcOneShotServer`) needs a name in the file system, which
//! stays there when a process is killed at the wrong moment, and waits for
//! ever for a worker that died early. So the parent takes the packet out of
//! a channel of its own and passes it on through the lifeline, and the worker
//! puts it into a channel of its own: nothing has a name, and the death of
//! either side is an end of file to the other.

use std::cell::{Cell, RefCell};
use std::io::{self, ErrorKind, IoSlice, IoSliceMut};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::OnceLock;
use std::thread;

use ipc_channel::IpcError;
use ipc_channel::ipc;
use rustix::cmsg_space;
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags,
    SendAncillaryBuffer, SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};

use crate::causes;
use crate::parcel::{INLINE_BYTES, Parcel};
use crate::socket::Socket;
use crate::target::Argument;

/// Room for a packet: a parcel and what ipc-channel puts around it.
const PACKET_BYTES: usize = INLINE_BYTES + 4096;

/// As many senders and receivers as ipc-channel lets one message hold.
pub(crate) const MOST_DESCRIPTORS: usize = 64;

/// Why an argument did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// The argument cannot be written, or what arrived is not of its type.
    #[error("the argument cannot be carried")]
    Argument(#[source] IpcError),
    /// What is in the argument does not let itself be carried, and says why.
    #[error("the argument cannot be carried: {why}")]
    Refused {
        /// Why not.
        why: String,
    },
    /// The other process is gone, or the system refuses.
    #[error("cannot reach the other process")]
    Connection(#[from] io::Error),
    /// Writing or reading the argument panicked: its own code did, or
    /// ipc-channel over more than 64 channels in it.
    #[error("writing or reading the argument panicked, as told above")]
    Panicked,
}

thread_local! {
    /// What ipc-channel would forget: the words of a serde error.
    static WHY: RefCell<Option<String>> = const { RefCell::new(None) };

    /// This thread writes an argument.
    static GIVING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is writing the argument of a process that is being
/// started: for what can be passed on in no other way, such as a lock (lesson
/// 9), whose holders must all be below its maker.
///
/// Python: `multiprocessing.context.assert_spawning`.
#[must_use]
pub fn is_giving_argument() -> bool {
    GIVING.get()
}

/// The serde error for something in an argument that cannot be opened: one
/// whose words come through to [`HandoverError::Refused`].
pub fn refusal<E: serde::de::Error>(why: impl Into<anyhow::Error>) -> E {
    E::custom(noted(why))
}

/// As [`refusal`], for something that cannot be passed on.
pub fn refusal_to_write<E>(why: impl Into<anyhow::Error>) -> E
where
    E: serde::ser::Error,
{
    E::custom(noted(why))
}

/// The words of a refusal, also for who only gets to see that there was one.
fn noted(why: impl Into<anyhow::Error>) -> String {
    let why = causes(why);
    WHY.set(Some(why.clone()));
    why
}

impl HandoverError {
    /// Whether it failed only because the other process has ended.
    pub(crate) fn peer_is_gone(&self) -> bool {
        let Self::Connection(error) = self else { return false };
        let kind = error.kind();
        matches!(kind, ErrorKind::BrokenPipe | ErrorKind::ConnectionReset)
    }
}

/// Parent: sends `argument` through the lifeline, and gives back what is left
/// of it here, to be kept until the worker has its own. Does not wait.
pub(crate) fn give<A: Argument>(
    argument: A,
    lifeline: BorrowedFd<'_>,
) -> Result<Option<A>, HandoverError> {
    apart(move || {
        // For good: the thread does nothing else.
        GIVING.set(true);
        let argument = Rc::new(argument);
        ask_packet_size()?;
        let (sender, receiver) = ipc::channel()?;
        sender
            .send(Parcel(Rc::clone(&argument)))
            .map_err(HandoverError::Argument)?;
        relay(Socket::new(receiver)?.as_fd(), lifeline)?;
        Ok(Rc::into_inner(argument))
    })
}

/// Worker: waits for the argument that the parent sends through the lifeline.
pub(crate) fn take<A: Argument>(
    lifeline: BorrowedFd<'_>,
) -> Result<A, HandoverError> {
    apart(move || {
        ask_packet_size()?;
        let (sender, receiver) = ipc::channel()?;
        relay(lifeline, Socket::new(sender)?.as_fd())?;
        let Parcel(argument) =
            receiver.recv().map_err(HandoverError::Argument)?;
        Ok(argument)
    })
}

/// Has ipc-channel ask the system how large a packet may be, which it does
/// once, with the first message. It opens two descriptors for that, and panics
/// where there are none: so we see first that there are.
fn ask_packet_size() -> io::Result<()> {
    static IS_KNOWN: OnceLock<()> = OnceLock::new();
    if IS_KNOWN.get().is_some() {
        return Ok(());
    }
    let (sender, _receiver) = ipc::channel()?;
    let room = ipc::channel::<()>()?;
    drop(room);
    sender.send(()).map_err(io::Error::other)?;
    IS_KNOWN.get_or_init(|| ());
    Ok(())
}

/// Runs `work` in a thread of its own. ipc-channel keeps the channels of a
/// message that failed in thread-local storage, where they would spoil the
/// next one, and panics where an error would do: both end with the thread.
fn apart<T: Send>(
    work: impl FnOnce() -> Result<T, HandoverError> + Send,
) -> Result<T, HandoverError> {
    thread::scope(|scope| {
        let told = || {
            let done = catch_unwind(AssertUnwindSafe(work));
            match (done, WHY.take()) {
                (Ok(Err(HandoverError::Argument(_))) | Err(_), Some(why)) => {
                    Err(HandoverError::Refused { why })
                }
                (Ok(done), _) => done,
                (Err(_), None) => Err(HandoverError::Panicked),
            }
        };
        let thread = thread::Builder::new().spawn_scoped(scope, told)?;
        thread.join().unwrap_or(Err(HandoverError::Panicked))
    })
}

/// Passes one packet on, with the file descriptors that travel in it.
fn relay(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> io::Result<()> {
    let (bytes, descriptors) = receive_packet(from)?;
    send_packet(to, &bytes, &descriptors)
}

/// Waits for a packet: its bytes, and the descriptors that travel in it.
pub(crate) fn receive_packet(
    from: BorrowedFd<'_>,
) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
    let mut bytes = vec![0; PACKET_BYTES];
    let mut space =
        [MaybeUninit::uninit(); cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let packet = retry_on_intr(|| {
        let mut room = [IoSliceMut::new(&mut bytes)];
        recvmsg(from, &mut room, &mut control, RecvFlags::CMSG_CLOEXEC)
    })?;
    if packet.bytes == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    if packet.flags.contains(ReturnFlags::TRUNC) {
        return Err(io::Error::other("a packet larger than a parcel"));
    }
    if packet.flags.contains(ReturnFlags::CTRUNC) {
        // Left out were those that the system had no number for.
        return Err(Errno::MFILE.into());
    }
    let descriptors = control
        .drain()
        .filter_map(|message| match message {
            RecvAncillaryMessage::ScmRights(descriptors) => Some(descriptors),
            _ => None,
        })
        .flatten()
        .collect();
    bytes.truncate(packet.bytes);
    Ok((bytes, descriptors))
}

pub(crate) fn send_packet(
    to: BorrowedFd<'_>,
    bytes: &[u8],
    descriptors: &[OwnedFd],
) -> io::Result<()> {
    let descriptors: Vec<_> = descriptors.iter().map(OwnedFd::as_fd).collect();
    let mut space =
        [MaybeUninit::uninit(); cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty()
        && !control.push(SendAncillaryMessage::ScmRights(&descriptors))
    {
        return Err(io::Error::other("too many descriptors for one packet"));
    }
    retry_on_intr(|| {
        // Without `NOSIGNAL` a dead peer would end us by SIGPIPE.
        let packet = [IoSlice::new(bytes)];
        sendmsg(to, &packet, &mut control, SendFlags::NOSIGNAL)
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use ipc_channel::ipc::IpcSender;
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    fn lifeline() -> (OwnedFd, OwnedFd) {
        socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .unwrap()
    }

    #[test]
    fn a_large_argument_arrives_whole() {
        let (parent, worker) = lifeline();
        let sent: Vec<u8> = (0..=250).cycle().take(10 << 20).collect();
        give(sent.clone(), parent.as_fd()).unwrap();
        assert!(take::<Vec<u8>>(worker.as_fd()).unwrap() == sent);
    }

    #[test]
    fn an_argument_may_hold_channels() {
        let (parent, worker) = lifeline();
        let (sender, receiver) = ipc::channel::<String>().unwrap();
        give((7, sender), parent.as_fd()).unwrap();
        let (number, sender): (i32, IpcSender<String>) =
            take(worker.as_fd()).unwrap();
        sender.send(format!("{number} came along")).unwrap();
        assert_eq!(receiver.recv().unwrap(), "7 came along");
    }

    #[test]
    fn an_argument_of_another_type_is_an_error() {
        let (parent, worker) = lifeline();
        give(String::from("not a number"), parent.as_fd()).unwrap();
        let taken = take::<(u64, Vec<String>)>(worker.as_fd());
        assert!(matches!(taken, Err(HandoverError::Argument(_))), "{taken:?}");
    }

    /// Nobody can open it.
    #[derive(Debug, serde::Serialize)]
    struct Shut;

    impl<'de> serde::Deserialize<'de> for Shut {
        fn deserialize<D: serde::Deserializer<'de>>(
            _: D,
        ) -> Result<Self, D::Error> {
            Err(refusal(io::Error::other("it is shut")))
        }
    }

    #[test]
    fn what_refuses_to_be_opened_says_why() {
        let (parent, worker) = lifeline();
        give(Shut, parent.as_fd()).unwrap();
        let refused = take::<Shut>(worker.as_fd()).unwrap_err();
        assert!(refused.to_string().ends_with("carried: it is shut"));
        // Also where ipc-channel panics, over a channel behind it.
        let (sender, _receiver) = ipc::channel::<u8>().unwrap();
        give((Shut, sender), parent.as_fd()).unwrap();
        let refused = take::<(Shut, IpcSender<u8>)>(worker.as_fd());
        assert!(refused.unwrap_err().to_string().ends_with("it is shut"));
    }

    /// Nobody can pass it on.
    #[derive(Debug, serde::Deserialize)]
    struct Fixed;

    impl serde::Serialize for Fixed {
        fn serialize<S: serde::Serializer>(
            &self,
            _: S,
        ) -> Result<S::Ok, S::Error> {
            Err(refusal_to_write(io::Error::other("it is fixed")))
        }
    }

    #[test]
    fn what_refuses_to_be_passed_on_says_why() {
        let (parent, _worker) = lifeline();
        let refused = give(Fixed, parent.as_fd()).unwrap_err();
        assert!(refused.to_string().ends_with("carried: it is fixed"));
    }

    #[test]
    fn a_peer_that_is_gone_is_an_error_on_both_sides() {
        let (parent, worker) = lifeline();
        drop(worker);
        let given = give(1, parent.as_fd()).unwrap_err();
        assert!(given.peer_is_gone(), "{given:?}");

        let (parent, worker) = lifeline();
        drop(parent);
        let taken = take::<i32>(worker.as_fd());
        assert!(matches!(taken, Err(HandoverError::Connection(_))));
    }
}
