//! What is refused, and when; and what goes through all the same.

use std::time::Duration;

use anyhow::{Context as _, ensure};
use pipe_ipc::one_way;
use process_spawning::Process;
use queue_ipc::{Consumer, GetError, Producer, PutError, Queue};
use rustix::process::{Pid, Signal, kill_process};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

use crate::workers::{
    COLLECT, EMPTY, LONG, PATIENCE, PUT_BYTES, PUT_LIMITED, PUT_RANGE,
    ensure_each_once, get_all, join_all, took, until,
};

/// 20 MiB: many times what a socket takes at once.
const HUGE: usize = 20 << 20;

/// Three items for two places: the third is put when a place is free.
pub(crate) fn maxsize_blocks() -> anyhow::Result<()> {
    let mut queue = Queue::bounded(2);
    let argument = (queue.producer()?, 0, 3);
    let mut producer = Process::target(PUT_RANGE).start(argument)?;
    until("a full queue", || queue.is_full())?;
    let early = producer.join_timeout(PATIENCE)?;
    ensure!(early.is_none(), "it put three items in two places: {early:?}");
    ensure!(queue.len() == 2, "{} items in two places", queue.len());
    ensure!(queue.get()? == (0, 0), "not the first");
    join_all([producer])?;
    queue.close();
    ensure!(get_all(&queue)? == [(0, 1), (0, 2)], "not the others");
    Ok(())
}

pub(crate) fn full_and_empty_here() -> anyhow::Result<()> {
    let queue = Queue::bounded(1);
    let empty = took(Duration::ZERO, || queue.try_get())?;
    ensure!(matches!(empty, Err(GetError::Empty)), "{empty:?}");
    let empty = took(PATIENCE, || queue.get_timeout(PATIENCE))?;
    ensure!(matches!(empty, Err(GetError::Empty)), "{empty:?}");
    queue.try_put(&1)?;
    let full = took(Duration::ZERO, || queue.try_put(&2))?;
    ensure!(matches!(full, Err(PutError::Full)), "{full:?}");
    let full = took(PATIENCE, || queue.put_timeout(&2, PATIENCE))?;
    ensure!(matches!(full, Err(PutError::Full)), "{full:?}");
    ensure!(queue.try_get()? == 1 && queue.is_empty(), "what was refused");
    queue.task_done()?;
    // What was refused is no task either.
    Ok(queue.join_timeout(Duration::ZERO)?)
}

pub(crate) fn full_in_a_producer() -> anyhow::Result<()> {
    let mut queue = Queue::bounded(2);
    join_all([Process::target(PUT_LIMITED).start(queue.producer()?)?])?;
    queue.close();
    ensure!(get_all(&queue)? == [1, 2], "not the two that were put");
    Ok(())
}

pub(crate) fn empty_in_a_consumer() -> anyhow::Result<()> {
    let queue = Queue::new();
    let (seen, tells) = one_way()?;
    let consumer = Process::target(EMPTY).start((queue.consumer()?, tells))?;
    seen.recv()?;
    queue.put(&5)?;
    join_all([consumer])
}

/// An item that can be written or not, as it says itself.
#[derive(Debug, PartialEq, Deserialize)]
struct Writable(bool);

impl Serialize for Writable {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0 {
            return to.serialize_bool(true);
        }
        Err(S::Error::custom("cannot be written"))
    }
}

/// It is told at once, stops nothing that comes later, and takes no place.
pub(crate) fn unwritable_items() -> anyhow::Result<()> {
    let mut queue: Queue<Writable> = Queue::bounded(1);
    let refused = queue.try_put(&Writable(false));
    ensure!(matches!(refused, Err(PutError::Value(_))), "{refused:?}");
    let producer: Producer<Writable> = queue.producer()?;
    for _ in 0..3 {
        let refused = producer.try_put(&Writable(false));
        ensure!(matches!(refused, Err(PutError::Value(_))), "{refused:?}");
    }
    producer.try_put(&Writable(true))?;
    drop(producer);
    queue.close();
    ensure!(get_all(&queue)? == [Writable(true)], "another item");
    queue.task_done()?;
    Ok(queue.join_timeout(Duration::ZERO)?)
}

pub(crate) fn put_after_close() -> anyhow::Result<()> {
    let mut queue = Queue::new();
    queue.put(&1)?;
    queue.close();
    let refused = queue.put(&2);
    ensure!(matches!(refused, Err(PutError::Closed)), "{refused:?}");
    ensure!(queue.producer().is_err(), "a producer of a closed queue");
    let consumer: Consumer<i32> = queue.consumer()?;
    ensure!(consumer.get()? == 1, "another item");
    let closed = consumer.get();
    ensure!(matches!(closed, Err(GetError::Closed)), "{closed:?}");
    let closed = queue.get();
    ensure!(matches!(closed, Err(GetError::Closed)), "{closed:?}");
    Ok(())
}

pub(crate) fn huge_and_empty_items() -> anyhow::Result<()> {
    for queue in [Queue::new(), Queue::bounded(1)] {
        let argument = (queue.producer()?, HUGE);
        let producer = Process::target(PUT_BYTES).start(argument)?;
        let consumer: Consumer<Vec<u8>> = queue.consumer()?;
        let huge = consumer.get_timeout(LONG)?;
        ensure!(huge == vec![7; HUGE], "not what was put");
        ensure!(consumer.get_timeout(LONG)?.is_empty(), "not empty");
        join_all([producer])?;
    }
    Ok(())
}

/// While processes are stopped and continued, and children end, nobody is
/// told that something was interrupted.
pub(crate) fn signals() -> anyhow::Result<()> {
    const PRODUCERS: u32 = 4;
    const EACH: u64 = 500;
    let (mut items, mut got) = (Queue::bounded(1), Queue::new());
    let ends = (items.consumer()?, got.producer()?, 1);
    let mut processes = vec![Process::target(COLLECT).start(ends)?];
    for who in 0..PRODUCERS {
        let argument = (items.producer()?, who, EACH);
        processes.push(Process::target(PUT_RANGE).start(argument)?);
    }
    items.close();
    got.close();
    for _ in 0..50 {
        for signal in [Signal::STOP, Signal::CONT] {
            processes.iter().try_for_each(|process| send(process, signal))?;
        }
    }
    let all = get_all(&got)?.concat();
    join_all(processes)?;
    ensure_each_once(all, PRODUCERS, EACH)
}

/// We have not waited for it, so its number is still its own.
fn send(process: &Process, signal: Signal) -> anyhow::Result<()> {
    let pid = Pid::from_raw(process.pid().try_into()?);
    Ok(kill_process(pid.context("a process number")?, signal)?)
}
