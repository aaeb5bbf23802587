//! Tasks that are done, and tasks that will not be.

use std::time::Duration;

use anyhow::ensure;
use pipe_ipc::one_way;
use process_spawning::Process;
use queue_ipc::{Consumer, JoinError, Queue};

use crate::sharing::{held_without_queues, until_held};
use crate::workers::{
    HOLD, Item, JOIN, LONG, PATIENCE, WORK, at_once, join_all, kill, took,
};

/// `join` waits for the last of them, here and in a producer.
pub(crate) fn all_done() -> anyhow::Result<()> {
    let mut queue: Queue<Item> = Queue::new();
    let (begin, begins) = one_way()?;
    let joining = (queue.producer()?, begin);
    let joining = Process::target(JOIN).start(joining)?;
    for number in 0..1000 {
        queue.put(&(0, number))?;
    }
    begins.send(())?;
    let mine = queue.get()?;
    ensure!(mine == (0, 0), "another task");
    let consumers = (0..3)
        .map(|_| Ok(Process::target(WORK).start(queue.consumer()?)?))
        .collect::<anyhow::Result<Vec<_>>>()?;
    // One is still to be done: ours.
    let early = took(PATIENCE, || queue.join_timeout(PATIENCE))?;
    ensure!(matches!(early, Err(JoinError::TimedOut)), "{early:?}");
    queue.task_done()?;
    queue.join_timeout(LONG)?;
    join_all([joining])?;
    queue.close();
    join_all(consumers)?;
    Ok(queue.join_timeout(Duration::ZERO)?)
}

pub(crate) fn done_too_often() -> anyhow::Result<()> {
    let queue = Queue::new();
    let refused = queue.task_done();
    ensure!(matches!(refused, Err(JoinError::NotGot)), "{refused:?}");
    queue.put(&1)?;
    queue.put(&2)?;
    let consumer: Consumer<i32> = queue.consumer()?;
    let refused = consumer.task_done();
    ensure!(matches!(refused, Err(JoinError::NotGot)), "{refused:?}");
    consumer.get()?;
    consumer.task_done()?;
    let refused = consumer.task_done();
    ensure!(matches!(refused, Err(JoinError::NotGot)), "{refused:?}");
    queue.get()?;
    queue.task_done()?;
    Ok(queue.join_timeout(LONG)?)
}

/// The last consumer is gone, but the keeper does the rest.
pub(crate) fn keeper_works() -> anyhow::Result<()> {
    let queue: Queue<i32> = Queue::new();
    for number in 0..3 {
        queue.put(&number)?;
    }
    drop(queue.consumer()?);
    queue.get()?;
    let early = queue.join_timeout(PATIENCE);
    ensure!(matches!(early, Err(JoinError::TimedOut)), "{early:?}");
    queue.task_done()?;
    for _ in 0..2 {
        queue.get()?;
        queue.task_done()?;
    }
    Ok(queue.join_timeout(LONG)?)
}

/// A consumer dies with three tasks that it got; another does the rest.
pub(crate) fn lost() -> anyhow::Result<()> {
    let queue = Queue::new();
    for number in 0..10 {
        queue.put(&(0, number))?;
    }
    let (told, tells) = one_way()?;
    let argument = (queue.consumer()?, tells, 3, 5);
    let holding = Process::target(HOLD).start(argument)?;
    for _ in 0..3 {
        told.recv()?;
    }
    let early = queue.join_timeout(PATIENCE);
    ensure!(matches!(early, Err(JoinError::TimedOut)), "{early:?}");
    kill(holding)?;
    let other = Process::target(WORK).start(queue.consumer()?)?;
    let lost = queue.join_timeout(LONG);
    ensure!(matches!(lost, Err(JoinError::Lost { tasks: 3 })), "{lost:?}");
    kill(other)
}

/// The last consumer dies, and there is no place for what it had not got:
/// `join` says so all the same, and nothing of it stays.
pub(crate) fn lost_with_a_full_queue() -> anyhow::Result<()> {
    let before = held_without_queues()?;
    let queue = Queue::bounded(4);
    for number in 0..4 {
        queue.put(&(0, number))?;
    }
    let consumer: Consumer<Item> = queue.consumer()?.prefetch(at_once(4)?);
    ensure!(consumer.get()? == (0, 0), "another item");
    for number in 4..8 {
        queue.put(&(0, number))?;
    }
    drop(consumer);
    let lost = queue.join_timeout(LONG);
    ensure!(matches!(lost, Err(JoinError::Lost { tasks: 8 })), "{lost:?}");
    drop(queue);
    until_held(before)
}
