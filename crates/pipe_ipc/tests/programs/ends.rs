//! How a pipe ends: with its other process, whichever way that goes.

use std::fs::read_to_string;
use std::process;
use std::thread::{self, sleep};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use pipe_ipc::{
    BytesReceiver, BytesSender, Connection, Receiver, Sender, bytes_pipe,
    one_way, pipe, wait,
};
use process_spawning::{Process, Target};
use rustix::process::{Pid, Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use time_utils::print_line;

use crate::descriptors;

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Ending {
    Return,
    Error,
    Panic,
    Exit,
    Abort,
    Kill,
}

/// Less than there is room for: the parent joins before it receives.
const WORDS: u32 = 50;

pub(crate) const END: Target<(Ending, Connection<u32, u32>)> =
    Target::new("end", |(how, parent)| {
        for word in 0..WORDS {
            parent.send(word)?;
        }
        end(how)
    });

fn end(how: Ending) -> anyhow::Result<()> {
    match how {
        Ending::Return => Ok(()),
        Ending::Error => bail!("as asked"),
        Ending::Panic => panic!("as asked"),
        Ending::Exit => process::exit(3),
        Ending::Abort => process::abort(),
        Ending::Kill => send_to(getpid(), Signal::KILL),
    }
}

fn send_to(process: Pid, signal: Signal) -> anyhow::Result<()> {
    Ok(kill_process(process, signal)?)
}

/// Whatever the child's end: all it sent is received, and then the end.
pub(crate) fn endings() -> anyhow::Result<()> {
    for how in [
        Ending::Return,
        Ending::Error,
        Ending::Panic,
        Ending::Exit,
        Ending::Abort,
        Ending::Kill,
    ] {
        let (ours, theirs) = pipe()?;
        // It will end without having read this.
        ours.send(1)?;
        let mut child = Process::target(END).start((how, theirs))?;
        let exit = child.join()?;
        let sent = (ours.send(2), ours.send(3));
        let mut words = 0;
        let end = loop {
            match ours.recv() {
                Ok(word) => ensure!(word == words, "{word} out of order"),
                Err(end) => break end,
            }
            words += 1;
        };
        let poll = ours.poll(Duration::from_mins(1))?;
        ensure!(poll, "the end is nothing to wait for");
        print_line(format_args!("{how:?}: {exit}"))?;
        print_line(format_args!("  sends: {sent:?}"))?;
        print_line(format_args!("  received {words}, then {end:?}"))?;
    }
    Ok(())
}

pub(crate) const HANG_UP: Target<(Connection<u32, u32>, Receiver<()>)> =
    Target::new("hang_up", |(parent, stay)| {
        drop(parent);
        let _ = stay.recv();
        Ok(())
    });

/// The child lets go of its end, and lives on.
pub(crate) fn hanging_up() -> anyhow::Result<()> {
    let (ours, theirs) = pipe::<u32, u32>()?;
    let (stay, go) = one_way::<()>()?;
    let mut child = Process::target(HANG_UP).start((theirs, stay))?;
    print_line(format_args!("{:?}", ours.recv()))?;
    print_line(format_args!("{:?}", ours.send(1)))?;
    print_line(format_args!("alive: {}", child.is_alive()?))?;
    drop(go);
    child.join()?;
    Ok(())
}

const LARGE_BYTES: usize = 100 << 20;

pub(crate) const SEND_WITHOUT_END: Target<BytesSender> =
    Target::new("send_without_end", |parent| {
        parent.send(b"a small one first")?;
        parent.send(&vec![7; LARGE_BYTES])?;
        Ok(())
    });

/// A hundred mebibytes do not fit into a socket: once the first of them can
/// be received, their sender is in the middle of its message.
pub(crate) fn sender_killed() -> anyhow::Result<()> {
    let (receiver, sender) = bytes_pipe()?;
    let mut child = Process::target(SEND_WITHOUT_END).start(sender)?;
    ensure!(receiver.recv()? == b"a small one first", "another message");
    wait(&[&receiver], None)?;
    child.kill()?;
    child.join()?;
    print_line(format_args!("{:?}", receiver.recv()))?;
    print_line(format_args!("again: {:?}", receiver.recv()))?;
    Ok(())
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Deaf {
    bytes: BytesReceiver,
    values: Receiver<Vec<u8>>,
}

/// Waits for its first packet, and reads none of it.
pub(crate) const DIE_AT_THE_FIRST_PACKET: Target<Deaf> =
    Target::new("die_at_the_first_packet", |deaf| {
        wait(&[&deaf.bytes, &deaf.values], None)?;
        send_to(getpid(), Signal::KILL)
    });

pub(crate) const STOP_AT_ONCE: Target<Deaf> =
    Target::new("stop_at_once", |deaf| {
        send_to(getpid(), Signal::STOP)?;
        drop(deaf);
        Ok(())
    });

pub(crate) fn receiver_killed() -> anyhow::Result<()> {
    let (_child, bytes, _values) = talk_to(DIE_AT_THE_FIRST_PACKET)?;
    print_line(format_args!("bytes: {:?}", send_large_bytes(&bytes)))?;
    let (_child, _bytes, values) = talk_to(DIE_AT_THE_FIRST_PACKET)?;
    print_line(format_args!("values: {:?}", send_for_ever(&values)))?;
    Ok(())
}

/// Whoever is stopped reads nothing, so the send waits, until the end.
pub(crate) fn receiver_stopped() -> anyhow::Result<()> {
    let (child, bytes, _values) = talk_to(STOP_AT_ONCE)?;
    let killer = kill_once_stopped(&child)?;
    print_line(format_args!("bytes: {:?}", send_large_bytes(&bytes)))?;
    killer.join().ok().context("the killer panicked")??;

    let (child, _bytes, values) = talk_to(STOP_AT_ONCE)?;
    let killer = kill_once_stopped(&child)?;
    print_line(format_args!("values: {:?}", send_for_ever(&values)))?;
    killer.join().ok().context("the killer panicked")??;
    Ok(())
}

type Talk = (Process, BytesSender, Sender<Vec<u8>>);

fn talk_to(target: Target<Deaf>) -> anyhow::Result<Talk> {
    let (bytes, bytes_sender) = bytes_pipe()?;
    let (values, value_sender) = one_way()?;
    let child = Process::target(target).start(Deaf { bytes, values })?;
    Ok((child, bytes_sender, value_sender))
}

fn send_large_bytes(to: &BytesSender) -> Result<(), pipe_ipc::SendError> {
    to.send(&vec![7; LARGE_BYTES])
}

fn send_for_ever(to: &Sender<Vec<u8>>) -> Result<(), pipe_ipc::SendError> {
    loop {
        to.send(vec![7; 20_000])?;
    }
}

fn kill_once_stopped(
    process: &Process,
) -> anyhow::Result<thread::JoinHandle<anyhow::Result<()>>> {
    let pid = pid(process)?;
    Ok(thread::spawn(move || {
        until_stopped(pid)?;
        send_to(pid, Signal::KILL)
    }))
}

pub(crate) fn pid(process: &Process) -> anyhow::Result<Pid> {
    Pid::from_raw(process.pid().cast_signed()).context("a pid")
}

pub(crate) fn until_stopped(pid: Pid) -> anyhow::Result<()> {
    let stat = format!("/proc/{}/stat", pid.as_raw_nonzero());
    while !read_to_string(&stat)?.contains(") T ") {
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

pub(crate) const PASS_ON: Target<(Connection<u32, u32>, Receiver<()>)> =
    Target::new("pass_on", |(connection, stay)| {
        let mut grandchild = Process::target(LAST_WORDS).start(connection)?;
        ensure!(grandchild.join()?.success(), "the grandchild failed");
        // The connection is nowhere now, though this process lives.
        let _ = stay.recv();
        Ok(())
    });

pub(crate) const LAST_WORDS: Target<Connection<u32, u32>> =
    Target::new("last_words", |grandparent| {
        grandparent.send(grandparent.recv()? * 2)?;
        Ok(())
    });

pub(crate) fn passed_on() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let (stay, go) = one_way::<()>()?;
    let mut child = Process::target(PASS_ON).start((theirs, stay))?;
    ours.send(21)?;
    print_line(format_args!("{:?}", ours.recv()))?;
    print_line(format_args!("{:?}", ours.recv()))?;
    print_line(format_args!("alive: {}", child.is_alive()?))?;
    drop(go);
    child.join()?;
    Ok(())
}

pub(crate) fn a_hundred_pipes() -> anyhow::Result<()> {
    // The first one opens what stays open for all.
    one_pipe()?;
    let before = descriptors()?;
    for _ in 0..100 {
        one_pipe()?;
    }
    let after = descriptors()?;
    print_line(format_args!("descriptors before and after: {before} {after}"))?;
    ensure!(before == after, "some are left");
    Ok(())
}

fn one_pipe() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let mut child = Process::target(LAST_WORDS).start(theirs)?;
    ours.send(1)?;
    ensure!(ours.recv()? == 2, "another answer");
    child.join()?;
    Ok(())
}
