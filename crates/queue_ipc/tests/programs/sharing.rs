//! Several at either end: every item once, in order, to the very last.

use std::fs::read_dir;
use std::time::Duration;

use anyhow::ensure;
use process_spawning::Process;
use queue_ipc::{Consumer, Producer, Queue};

use crate::workers::{
    COLLECT, EXCHANGE, GET_ONE, Item, LONG, NOTHING, PUT_FOR_EVER, PUT_RANGE,
    WORK, at_once, ensure_each_once, get_all, join_all, kill, until,
};

const PRODUCERS: u32 = 2;
const CONSUMERS: usize = 3;
const EACH: u64 = 2_000;

/// Starts all, waits for all, and tells what each consumer got.
fn share(at_once: usize) -> anyhow::Result<Vec<Vec<Item>>> {
    let (mut items, mut got) = (Queue::new(), Queue::new());
    let mut processes = Vec::new();
    for _ in 0..CONSUMERS {
        let ends = (items.consumer()?, got.producer()?, at_once);
        processes.push(Process::target(COLLECT).start(ends)?);
    }
    for who in 0..PRODUCERS {
        let argument = (items.producer()?, who, EACH);
        processes.push(Process::target(PUT_RANGE).start(argument)?);
    }
    items.close();
    got.close();
    let all = get_all(&got)?;
    join_all(processes)?;
    ensure!(all.len() == CONSUMERS, "only {} told", all.len());
    Ok(all)
}

pub(crate) fn exactly_once(at_once: usize) -> anyhow::Result<()> {
    ensure_each_once(share(at_once)?.concat(), PRODUCERS, EACH)
}

/// The items of one producer stay in their order, whoever gets them.
pub(crate) fn in_order() -> anyhow::Result<()> {
    for got in share(4)? {
        for who in 0..PRODUCERS {
            let numbers = got.iter().filter(|item| item.0 == who);
            ensure!(numbers.is_sorted(), "in another order");
        }
    }
    Ok(())
}

/// Two producers, of which one is killed: a consumer is told of the end only
/// after the last item of both.
pub(crate) fn closed_after_the_last() -> anyhow::Result<()> {
    let (mut items, mut got) = (Queue::new(), Queue::new());
    let argument = (items.producer()?, 0, EACH);
    let first = Process::target(PUT_RANGE).start(argument)?;
    let argument = (items.producer()?, 1);
    items.close();
    join_all([first])?;
    // Not before: all that it puts has to be got.
    let killed = Process::target(PUT_FOR_EVER).start(argument)?;
    until("an item", || items.len() > EACH.try_into().unwrap_or(usize::MAX))?;
    kill(killed)?;
    let ends = (items.consumer()?, got.producer()?, 1);
    let consumer = Process::target(COLLECT).start(ends)?;
    got.close();
    let all = get_all(&got)?.concat();
    join_all([consumer])?;
    let of = |who| -> Vec<Item> {
        all.iter().copied().filter(|item| item.0 == who).collect()
    };
    ensure_each_once(of(0), 1, EACH)?;
    // Of the killed one, all that came before its end, without a gap.
    let killed: Vec<_> = of(1).into_iter().map(|(_, n)| (0, n)).collect();
    ensure!(!killed.is_empty(), "nothing of the one that was killed");
    let count = killed.len().try_into()?;
    ensure_each_once(killed, 1, count)
}

/// A consumer that has fetched more than it got takes that along.
pub(crate) fn passed_on() -> anyhow::Result<()> {
    let mut queue: Queue<Item> = Queue::new();
    for number in 0..9 {
        queue.put(&(0, number))?;
    }
    let consumer = queue.consumer()?.prefetch(at_once(4)?);
    ensure!(consumer.get()? == (0, 0), "another item");
    consumer.task_done()?;
    let worker = Process::target(WORK).start(consumer)?;
    queue.join_timeout(LONG)?;
    queue.close();
    join_all([worker])
}

pub(crate) fn joined_before_drained() -> anyhow::Result<()> {
    let mut queue = Queue::new();
    let argument = (queue.producer()?, 0, 100_000);
    join_all([Process::target(PUT_RANGE).start(argument)?])?;
    queue.close();
    ensure_each_once(get_all(&queue)?, 1, 100_000)
}

pub(crate) fn both_put_first() -> anyhow::Result<()> {
    let (to, mut from) = (Queue::new(), Queue::new());
    let ends = (from.producer()?, to.consumer()?, EACH);
    let worker = Process::target(EXCHANGE).start(ends)?;
    (0..EACH).try_for_each(|number| to.put(&(0, number)))?;
    join_all([worker])?;
    from.close();
    let all: Vec<_> = (0..EACH).map(|number| (1, number)).collect();
    ensure!(get_all(&from)? == all, "not what was put");
    Ok(())
}

/// Queues are dropped with items in them, and with ends in use: their
/// threads and descriptors go too.
pub(crate) fn a_hundred_queues() -> anyhow::Result<()> {
    let before = held_without_queues()?;
    for number in 0..100 {
        use_and_drop(number)?;
    }
    until_held(before)
}

/// What stays once it is needed: who starts processes, who waits for Ctrl-C.
pub(crate) fn held_without_queues() -> anyhow::Result<[usize; 2]> {
    join_all([Process::target(NOTHING).start(())?])?;
    let _ = Queue::<u8>::new().get_timeout(Duration::from_millis(1));
    held()
}

pub(crate) fn until_held(before: [usize; 2]) -> anyhow::Result<()> {
    until("as few threads and descriptors as before", || {
        held().is_ok_and(|now| now[0] <= before[0] && now[1] <= before[1])
    })
}

fn use_and_drop(number: usize) -> anyhow::Result<()> {
    let queue = Queue::bounded(number % 4);
    let consumer: Consumer<Item> = queue.consumer()?;
    let producer: Producer<Item> = queue.producer()?;
    producer.put(&(0, 0))?;
    ensure!(consumer.get()? == (0, 0), "another item");
    producer.put(&(0, 1))?;
    // Now and then, with ends that live longer than the queue.
    if number.is_multiple_of(20) {
        let waiting = Process::target(GET_ONE).start(queue.consumer()?)?;
        let putting = Process::target(PUT_FOR_EVER);
        let putting = putting.start((queue.producer()?, 1))?;
        drop(queue);
        drop((waiting, putting));
    }
    Ok(())
}

/// How many threads this process has, and how many descriptors.
fn held() -> anyhow::Result<[usize; 2]> {
    let threads = read_dir("/proc/self/task")?.count();
    let descriptors = read_dir("/proc/self/fd")?.count();
    Ok([threads, descriptors])
}
