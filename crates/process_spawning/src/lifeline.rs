//! The lifeline: a socket between a worker and its parent, whose only job
//! is to be open.
//!
//! The system closes the parent's end when the parent ends, whichever way,
//! even by `kill -9`. The worker sees the end of file and ends too. It is
//! the worker's standard input, so it needs no name and no number; the worker
//! puts `/dev/null` there instead (as Python's worker does), so that what it
//! starts itself does not inherit it. At start-up the argument and the
//! worker's [`Reply`] travel through it.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::thread;

use rustix::fs::{Mode, OFlags, open};
use rustix::io::{Errno, fcntl_dupfd_cloexec, read, retry_on_intr};
use rustix::net::sockopt::socket_type;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send,
    socketpair,
};
use rustix::stdio::{dup2_stdin, stdin};
use serde::{Deserialize, Serialize};

use crate::causes;
use crate::cleaner::clean_up_and_exit;
use crate::handover::HandoverError;

/// What the worker answers when it has been handed its argument.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Reply {
    /// The argument has arrived; the target is about to run.
    Started,
    /// The main guard does not list the target, but these.
    UnknownTarget { listed: Vec<String> },
    /// The argument did not arrive.
    NoArgument { why: String },
}

impl Reply {
    pub(crate) fn no_argument(error: HandoverError) -> Self {
        Self::NoArgument { why: causes(error) }
    }
}

/// Room for an answer: it lists the names of targets.
const LONGEST_REPLY: usize = 64 * 1024;

fn not_a_reply() -> io::Error {
    io::Error::other("the worker's answer is none: is it another program?")
}

/// A new lifeline: the parent's end and the worker's.
pub(crate) fn new() -> io::Result<(OwnedFd, OwnedFd)> {
    // Packets, because one of ipc-channel's must arrive as one. No other
    // worker inherits the parent's end: it would keep it open.
    let (parent, worker) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    Ok((parent, worker))
}

/// Worker: takes the lifeline from standard input and leaves `/dev/null`.
/// `None` where standard input is something else: nobody's worker.
pub(crate) fn grasp() -> io::Result<Option<OwnedFd>> {
    if socket_type(stdin()) != Ok(SocketType::SEQPACKET) {
        return Ok(None);
    }
    let lifeline = fcntl_dupfd_cloexec(stdin(), 3)?;
    dup2_stdin(open(
        "/dev/null",
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )?)?;
    Ok(Some(lifeline))
}

/// Worker: from now on, ends this process when its parent is gone.
///
/// A thread of its own does it, or a worker that computes would not notice.
// ANCHOR: watch
pub(crate) fn watch(lifeline: OwnedFd) -> io::Result<()> {
    thread::Builder::new().name("lifeline".into()).spawn(move || {
        until_parent_is_gone(lifeline.as_fd());
        // Nobody is left to read this code.
        clean_up_and_exit(1);
    })?;
    Ok(())
}

fn until_parent_is_gone(lifeline: BorrowedFd<'_>) {
    let mut byte = [0];
    // The parent sends nothing more: whatever this returns is the end.
    let _ = retry_on_intr(|| read(lifeline, &mut byte));
}
// ANCHOR_END: watch

/// Worker: answers the parent.
pub(crate) fn reply(lifeline: impl AsFd, reply: &Reply) -> io::Result<()> {
    let packet = serde_json::to_vec(reply)?;
    send(lifeline, &packet, SendFlags::NOSIGNAL)?;
    Ok(())
}

/// Parent: the worker's answer, which must be there; `None` at the end of
/// the file, where the worker is gone.
pub(crate) fn take_reply(lifeline: impl AsFd) -> io::Result<Option<Reply>> {
    let mut packet = vec![0; LONGEST_REPLY];
    loop {
        match recv(&lifeline, &mut packet, RecvFlags::empty()) {
            Ok((0, _)) => return Ok(None),
            Ok((length, _)) => {
                let reply = serde_json::from_slice(&packet[..length]);
                return Ok(Some(reply.map_err(|_| not_a_reply())?));
            }
            // Said once, before what the worker wrote, where it ended
            // without having read its argument.
            Err(Errno::CONNRESET | Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}
