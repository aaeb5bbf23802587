//! Waiting: for several at once, with a deadline, and until Ctrl-C.

use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use pipe_ipc::{
    BytesSender, Connection, Ready, Receiver, RecvError, Sender, bytes_pipe,
    one_way, pipe, wait,
};
use process_spawning::{Process, Target};
use rustix::process::{Signal, getpid, kill_process};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use time_utils::print_line;

use crate::ends::{pid, until_stopped};
use crate::messages::{checksum, many_bytes};
use crate::values::Even;

/// Answers each message, and ends with the pipe.
pub(crate) const ANSWER: Target<Connection<u32, u32>> =
    Target::new("answer", |parent| {
        while let Ok(number) = parent.recv() {
            parent.send(number)?;
        }
        Ok(())
    });

const MOMENT: Duration = Duration::from_millis(100);
const LONG: Duration = Duration::from_mins(1);

pub(crate) fn deadlines() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let mut child = Process::target(ANSWER).start(theirs)?;
    for patience in [Duration::ZERO, MOMENT] {
        let start = Instant::now();
        ensure!(ours.recv_timeout(patience)?.is_none(), "a message");
        ensure!(!ours.poll(patience)?, "something is there");
        ensure!(wait(&[&ours], Some(patience))?.is_empty(), "ready");
        ensure!(start.elapsed() >= 3 * patience, "back too early");
        ensure!(start.elapsed() < LONG / 2, "back too late");
    }
    ours.send(5)?;
    ensure!(ours.poll(LONG)?, "no answer");
    // To look at it does not take it away.
    ensure!(ours.poll(Duration::ZERO)?, "gone");
    print_line(format_args!("{:?}", ours.recv_timeout(LONG)?))?;
    child.terminate()?;
    child.join()?;
    ensure!(ours.poll(Duration::ZERO)?, "the end is nothing to see");
    print_line(format_args!("{:?}", ours.recv_timeout(LONG)))?;
    Ok(())
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Parts {
    go: Receiver<()>,
    bytes: BytesSender,
}

const BYTES: usize = 4 << 20;

pub(crate) const SEND_IN_PARTS: Target<Parts> =
    Target::new("send_in_parts", |Parts { go, bytes }| {
        go.recv()?;
        bytes.send(&many_bytes(BYTES))?;
        go.recv()?;
        Ok(())
    });

/// A receiver that never waits, and whose message comes in many packets.
pub(crate) fn bytes_in_parts() -> anyhow::Result<()> {
    let (go_receiver, go) = one_way()?;
    let (receiver, bytes) = bytes_pipe()?;
    let to = Parts { go: go_receiver, bytes };
    let mut child = Process::target(SEND_IN_PARTS).start(to)?;
    ensure!(receiver.recv_timeout(MOMENT)?.is_none(), "a message");
    go.send(())?;
    let mut looks = 0;
    let bytes = loop {
        looks += 1;
        if let Some(bytes) = receiver.recv_timeout(Duration::ZERO)? {
            break bytes;
        }
    };
    ensure!(looks > 1, "it came in one part");
    ensure!(checksum(&bytes) == checksum(&many_bytes(BYTES)), "changed");
    go.send(())?;
    print_line(format_args!("whole, {}", child.join()?))?;
    ensure!(matches!(receiver.recv(), Err(RecvError::Closed)), "no end");
    Ok(())
}

/// Nobody reads: a send with a deadline comes back, and says what of it was
/// sent.
pub(crate) fn no_room() -> anyhow::Result<()> {
    let (receiver, sender) = bytes_pipe()?;
    let small = [7; 10];
    let mut sent = 0;
    while sender.send_timeout(&small, Duration::ZERO)? {
        sent += 1;
    }
    let start = Instant::now();
    ensure!(!sender.send_timeout(&small, MOMENT)?, "there was room");
    ensure!(start.elapsed() >= MOMENT, "back too early");
    ensure!(receiver.recv()? == small, "changed");
    // Nothing of it was sent, so the pipe is as before.
    ensure!(sender.send_timeout(&small, LONG)?, "there was no room");
    for _ in 0..sent {
        ensure!(receiver.recv()? == small, "changed");
    }
    ensure!(receiver.recv_timeout(Duration::ZERO)?.is_none(), "too many");
    ensure!(sender.send_timeout(&small, Duration::MAX)?, "no room");
    ensure!(receiver.recv()? == small, "changed");
    // A part of this one is sent.
    ensure!(!sender.send_timeout(&many_bytes(BYTES), MOMENT)?, "all of it");
    let Err(torn) = sender.send_timeout(&small, LONG) else {
        bail!("it was sent into the middle of another message");
    };
    print_line(format_args!("{:#}", anyhow::Error::from(torn)))?;
    Ok(())
}

/// Says something, or not, and stays until the parent hangs up.
pub(crate) const SAY_AND_STAY: Target<(bool, Connection<u32, ()>)> =
    Target::new("say_and_stay", |(speaks, parent)| {
        if speaks {
            parent.send(1)?;
        }
        let _ = parent.recv();
        Ok(())
    });

/// Two of three have something to say; then one of the processes ends.
pub(crate) fn several() -> anyhow::Result<()> {
    let mut connections = Vec::new();
    let mut children = Vec::new();
    for speaks in [true, false, true] {
        let (ours, theirs) = pipe::<(), u32>()?;
        children.push(Process::target(SAY_AND_STAY).start((speaks, theirs))?);
        connections.push(ours);
    }
    for speaker in [0, 2] {
        ensure!(connections[speaker].poll(LONG)?, "nothing said");
    }
    let things = things(&connections, &children);
    print_line(format_args!("{:?}", wait(&things, None)?))?;
    print_line(format_args!("{:?}", wait(&[], Some(Duration::ZERO))?))?;
    for speaker in [0, 2] {
        connections[speaker].recv()?;
    }
    print_line(format_args!("{:?}", wait(&things, Some(MOMENT))?))?;
    drop(things);
    children[1].kill()?;
    children[1].join()?;
    let things = self::things(&connections, &children);
    print_line(format_args!("{:?}", wait(&things, Some(LONG))?))?;
    Ok(())
}

fn things<'a>(
    connections: &'a [Connection<(), u32>],
    children: &'a [Process],
) -> Vec<&'a dyn Ready> {
    let connections = connections.iter().map(|c| c as &dyn Ready);
    connections.chain(children.iter().map(|p| p as &dyn Ready)).collect()
}

const WRITERS: usize = 4;
const NUMBERS: u32 = 500;

pub(crate) const WRITE: Target<Sender<u32>> = Target::new("write", |parent| {
    for number in 0..NUMBERS {
        parent.send(number)?;
    }
    Ok(())
});

/// Each message once, in the order of its writer, until all are gone.
pub(crate) fn several_writers() -> anyhow::Result<()> {
    let mut children = Vec::new();
    let mut open = Vec::new();
    for writer in 0..WRITERS {
        let (receiver, sender) = one_way()?;
        children.push(Process::target(WRITE).start(sender)?);
        open.push((writer, receiver));
    }
    let mut counts = [0; WRITERS];
    while !open.is_empty() {
        let things: Vec<_> =
            open.iter().map(|(_, r)| r as &dyn Ready).collect();
        for at in wait(&things, None)?.into_iter().rev() {
            let (writer, receiver) = &open[at];
            let expected = &mut counts[*writer];
            match receiver.recv() {
                Ok(number) if number == *expected => *expected += 1,
                Err(RecvError::Closed) => drop(open.remove(at)),
                other => anyhow::bail!("{other:?} instead of {expected}"),
            }
        }
    }
    print_line(format_args!("received {counts:?}"))?;
    while !children.is_empty() {
        let things: Vec<_> = children.iter().map(|p| p as &dyn Ready).collect();
        for at in wait(&things, None)?.into_iter().rev() {
            print_line(children.remove(at).join()?)?;
        }
    }
    Ok(())
}

/// Less than there is room for.
const WORDS: u32 = 50;

/// Speaks, is stopped, and then only listens.
pub(crate) const SPEAK_AND_STOP: Target<Connection<u32, u32>> =
    Target::new("speak_and_stop", |parent| {
        for word in 0..WORDS {
            parent.send(word)?;
        }
        kill_process(getpid(), Signal::STOP)?;
        while parent.recv().is_ok() {}
        Ok(())
    });

/// A parent that has no room to send takes in what has come: then nothing is
/// left in the pipe, and all the same there is something to receive.
pub(crate) fn kept() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let child = Process::target(SPEAK_AND_STOP).start(theirs)?;
    send_more_than_there_is_room_for(&child, &ours)?;
    let ready = wait(&[&child, &ours], Some(Duration::ZERO))?;
    print_line(format_args!("ready: {ready:?}"))?;
    ensure!(ours.poll(Duration::ZERO)?, "poll does not know");
    for word in 0..WORDS {
        ensure!(ours.recv_timeout(LONG)? == Some(word), "another word");
    }
    ensure!(!ours.poll(Duration::ZERO)?, "one word too many");
    print_line("all words, in their order")?;
    Ok(())
}

/// To a child that is stopped, and goes on once the parent has to wait.
fn send_more_than_there_is_room_for<R: Serialize + DeserializeOwned>(
    child: &Process,
    connection: &Connection<u32, R>,
) -> anyhow::Result<()> {
    let stopped = pid(child)?;
    until_stopped(stopped)?;
    let waker = thread::spawn(move || {
        // Time to fill the pipe. Were it not enough, this would show less.
        sleep(MOMENT);
        kill_process(stopped, Signal::CONT)
    });
    for number in 0..1_000 {
        connection.send(number)?;
    }
    waker.join().ok().context("the waker panicked")??;
    Ok(())
}

pub(crate) const SPEAK_ODDLY_AND_STOP: Target<Connection<Even, u32>> =
    Target::new("speak_oddly_and_stop", |parent| {
        for number in 1..=4 {
            parent.send(Even(number))?;
        }
        kill_process(getpid(), Signal::STOP)?;
        while parent.recv().is_ok() {}
        Ok(())
    });

/// What cannot be read is told in its turn, though it came during a send.
pub(crate) fn kept_unreadable() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let child = Process::target(SPEAK_ODDLY_AND_STOP).start(theirs)?;
    send_more_than_there_is_room_for(&child, &ours)?;
    for _ in 1..=4 {
        match ours.recv() {
            Ok(Even(number)) => print_line(number)?,
            Err(RecvError::Value { .. }) => print_line("unreadable")?,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

pub(crate) fn listen() -> anyhow::Result<()> {
    let (ours, theirs) = pipe::<u32, u32>()?;
    let _child = Process::target(ANSWER).start(theirs)?;
    print_line("both wait for a word")?;
    ours.recv()?;
    Ok(())
}

/// A stopped child takes nothing, so there is no room before long.
pub(crate) fn talk_to_the_deaf() -> anyhow::Result<()> {
    let (ours, theirs) = pipe::<u32, u32>()?;
    let child = Process::target(SPEAK_AND_STOP).start(theirs)?;
    until_stopped(pid(&child)?)?;
    print_line("the child is deaf")?;
    loop {
        ours.send(1)?;
    }
}
