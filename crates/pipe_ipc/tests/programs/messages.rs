//! What arrives: values and bytes, small and large, in order, each once.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use pipe_ipc::{
    BytesReceiver, BytesSender, Connection, Receiver, RecvError, Sender,
    bytes_pipe, one_way, pipe,
};
use process_spawning::{Process, Target};
use rustix::process::{Signal, getppid, kill_process};
use serde::{Deserialize, Serialize};
use time_utils::print_line;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Thing {
    Nothing,
    Number(f64),
    Named { name: String, parts: Vec<Option<i64>> },
}

pub(crate) const ECHO: Target<Connection<Thing, Thing>> =
    Target::new("echo", |parent| {
        while let Ok(thing) = parent.recv() {
            parent.send(thing)?;
        }
        Ok(())
    });

pub(crate) fn there_and_back() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let mut echo = Process::target(ECHO).start(theirs)?;
    let parts = vec![Some(i64::MIN), None];
    for thing in [
        Thing::Nothing,
        Thing::Number(0.1 + 0.2),
        Thing::Named { name: "ünïcode \0".into(), parts },
    ] {
        ours.send(thing.clone())?;
        let back = ours.recv()?;
        ensure!(back == thing, "{thing:?} became {back:?}");
        print_line(format_args!("{back:?}"))?;
    }
    drop(ours);
    print_line(echo.join()?)?;
    Ok(())
}

pub(crate) const COUNT_UP: Target<(Receiver<u32>, Sender<u32>)> =
    Target::new("count_up", |(numbers, answers)| {
        while let Ok(number) = numbers.recv() {
            answers.send(number + 1)?;
        }
        Ok(())
    });

pub(crate) fn one_way_there_and_back() -> anyhow::Result<()> {
    let (numbers, to_child) = one_way()?;
    let (from_child, answers) = one_way()?;
    let mut child = Process::target(COUNT_UP).start((numbers, answers))?;
    to_child.send(41)?;
    print_line(from_child.recv()?)?;
    drop(to_child);
    print_line(child.join()?)?;
    Ok(())
}

/// What was sent before the other process was there waits for it.
pub(crate) fn sent_before_the_start() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    ours.send(Thing::Number(7.0))?;
    let _echo = Process::target(ECHO).start(theirs)?;
    print_line(format_args!("{:?}", ours.recv()?))?;
    Ok(())
}

pub(crate) const SAY_THREE_THINGS: Target<(Sender<String>, BytesSender)> =
    Target::new("say_three_things", |(values, bytes)| {
        for word in ["one", "", "three"] {
            values.send(word.into())?;
            bytes.send(word.as_bytes())?;
        }
        Ok(())
    });

pub(crate) fn three_things() -> anyhow::Result<()> {
    let (values, value_sender) = one_way()?;
    let (bytes, bytes_sender) = bytes_pipe()?;
    let ends = (value_sender, bytes_sender);
    // All of it has been sent before anything is received.
    Process::target(SAY_THREE_THINGS).start(ends)?.join()?;
    for _ in 0..3 {
        let (value, bytes) = (values.recv()?, bytes.recv()?);
        print_line(format_args!(
            "{value:?}, {:?}",
            String::from_utf8_lossy(&bytes)
        ))?;
    }
    let at_the_end = (values.recv(), bytes.recv());
    print_line(format_args!("{at_the_end:?}"))?;
    Ok(())
}

const LARGE_BYTES: usize = 100 << 20;

/// Bytes of which no part looks like another.
pub(crate) fn many_bytes(count: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_le_bytes()[3]
    };
    (0..count).map(|_| next()).collect()
}

/// A sum that knows the order, too.
pub(crate) fn checksum(bytes: &[u8]) -> u64 {
    let add = |sum: u64, byte: &u8| {
        sum.wrapping_mul(31).wrapping_add(u64::from(*byte))
    };
    bytes.iter().fold(bytes.len() as u64, add)
}

pub(crate) const WEIGH: Target<Connection<u64, Vec<u8>>> =
    Target::new("weigh", |parent| {
        parent.send(checksum(&parent.recv()?))?;
        Ok(())
    });

pub(crate) fn large_value() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let _child = Process::target(WEIGH).start(theirs)?;
    let bytes = many_bytes(LARGE_BYTES);
    let expected = checksum(&bytes);
    ours.send(bytes)?;
    ensure!(ours.recv()? == expected, "it arrived changed");
    print_line("whole")?;
    Ok(())
}

pub(crate) const WEIGH_BYTES: Target<(BytesReceiver, Sender<u64>)> =
    Target::new("weigh_bytes", |(bytes, answers)| {
        while let Ok(bytes) = bytes.recv() {
            answers.send(checksum(&bytes))?;
        }
        Ok(())
    });

pub(crate) fn large_bytes() -> anyhow::Result<()> {
    let (receiver, sender) = bytes_pipe()?;
    let (answers, to_us) = one_way()?;
    let _child = Process::target(WEIGH_BYTES).start((receiver, to_us))?;
    let bytes = many_bytes(LARGE_BYTES);
    let packet = 128 << 10;
    // Also where a packet is just full, and where it is not quite.
    for count in [LARGE_BYTES, packet - 9, packet - 8, packet - 7, packet, 0] {
        let bytes = &bytes[..count];
        sender.send(bytes)?;
        ensure!(answers.recv()? == checksum(bytes), "{count} bytes changed");
    }
    print_line("whole")?;
    Ok(())
}

/// Far more than a pipe has room for.
const MANY: u32 = 10_000;

pub(crate) const TALK_FIRST: Target<Connection<u32, u32>> =
    Target::new("talk_first", |parent| talk_first(&parent));

fn talk_first(other: &Connection<u32, u32>) -> anyhow::Result<()> {
    for number in 0..MANY {
        other.send(number)?;
    }
    for number in 0..MANY {
        let received = other.recv()?;
        ensure!(received == number, "{received} came instead of {number}");
    }
    Ok(())
}

pub(crate) fn both_send_first() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let mut child = Process::target(TALK_FIRST).start(theirs)?;
    talk_first(&ours)?;
    print_line(child.join()?)?;
    Ok(())
}

/// Rings at its parent again and again, and only then does its part.
pub(crate) const RING: Target<Connection<u32, u32>> =
    Target::new("ring", |parent| {
        ring(Duration::from_millis(100))?;
        parent.send(1)?;
        // The parent sends more than there is room for.
        ring(Duration::from_millis(100))?;
        for _ in 0..MANY {
            parent.recv()?;
        }
        Ok(())
    });

fn ring(time: Duration) -> anyhow::Result<()> {
    let parent = getppid().context("a parent")?;
    let end = Instant::now() + time;
    while Instant::now() < end {
        // The main guard handles it.
        kill_process(parent, Signal::CHILD)?;
    }
    Ok(())
}

pub(crate) fn signals() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let mut child = Process::target(RING).start(theirs)?;
    print_line(format_args!("received {}", ours.recv()?))?;
    for number in 0..MANY {
        ours.send(number)?;
    }
    print_line(format_args!("sent, {}", child.join()?))?;
    ensure!(matches!(ours.recv(), Err(RecvError::Closed)), "no end");
    Ok(())
}
