//! Who dies, and what becomes of the others.

use std::thread::sleep;
use std::time::Duration;

use anyhow::ensure;
use pipe_ipc::{Receiver, RecvError, one_way};
use process_spawning::Process;
use queue_ipc::{GetError, Queue};
use time_utils::print_line;

use crate::sharing::{held_without_queues, until_held};
use crate::workers::{
    COLLECT, GET_ONE, HOLD, Item, LONG, PATIENT, PUT_FOR_EVER, PUT_RANGE, WORK,
    ensure_each_once, get_all, join_all, kill, until,
};

/// Numbers that are as good as random, and the same in each run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        // xorshift64, by George Marsaglia.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// All that the killed consumer told of before its end.
fn told(by: &Receiver<Option<Item>>) -> anyhow::Result<Vec<Item>> {
    let mut items = Vec::new();
    loop {
        match by.recv() {
            Ok(item) => items.extend(item),
            Err(RecvError::Closed | RecvError::CutOff { .. }) => {
                return Ok(items);
            }
            Err(error) => return Err(error.into()),
        }
    }
}

/// Thirty consumers are killed while they get. What a killed one had got and
/// not yet told of, one item at most, is lost; nothing else is, and nothing
/// comes twice.
pub(crate) fn killed_at_random() -> anyhow::Result<()> {
    const KILLS: usize = 30;
    const COUNT: u64 = 60_000;
    let (mut items, mut got) = (Queue::new(), Queue::new());
    let ends = (items.consumer()?, got.producer()?, 4);
    let survivor = Process::target(COLLECT).start(ends)?;
    let argument = (items.producer()?, 0, COUNT);
    let producer = Process::target(PUT_RANGE).start(argument)?;
    items.close();
    got.close();
    let mut random = Random(88_172_645_463_325_252);
    let mut all = Vec::new();
    for kills in 0..KILLS {
        let at_once = (kills % 3 + 1).try_into()?;
        let consumer = items.consumer()?.prefetch(at_once);
        let (tells, told_by) = one_way()?;
        let killed = Process::target(PATIENT).start((consumer, told_by))?;
        ensure!(tells.recv()?.is_none(), "not ready");
        sleep(Duration::from_micros(random.below(1500)));
        kill(killed)?;
        all.extend(told(&tells)?);
    }
    ensure!(!all.is_empty(), "no killed one got anything");
    all.extend(get_all(&got)?.concat());
    join_all([producer, survivor])?;
    all.sort_unstable();
    let count = all.len();
    all.dedup();
    ensure!(count == all.len(), "{} came twice", count - all.len());
    let lost = usize::try_from(COUNT)? - count;
    ensure!(lost <= KILLS, "{lost} items lost by {KILLS} kills");
    Ok(())
}

/// Consumers that die while they wait take nothing that comes later, and
/// nobody goes on to wait for them.
pub(crate) fn killed_while_waiting() -> anyhow::Result<()> {
    let before = held_without_queues()?;
    let mut items = Queue::new();
    let mut random = Random(2_463_534_242);
    for number in 0..10 {
        let (tells, told_by) = one_way()?;
        let ends = (items.consumer()?, told_by);
        let waiting = Process::target(PATIENT).start(ends)?;
        ensure!(tells.recv()?.is_none(), "not ready");
        sleep(Duration::from_micros(random.below(2000)));
        kill(waiting)?;
        ensure!(told(&tells)?.is_empty(), "it got something");
        drop(tells);
        if number % 2 == 0 {
            until_held(before)?;
        }
        items.put(&(0, number))?;
        ensure!(items.get_timeout(LONG)? == (0, number), "another item");
    }
    items.close();
    ensure!(get_all(&items)?.is_empty(), "more than was put");
    Ok(())
}

/// Of five that it fetched it got two: the other three are for somebody else.
pub(crate) fn killed_with_fetched_items() -> anyhow::Result<()> {
    let mut items = Queue::new();
    for number in 0..5 {
        items.put(&(0, number))?;
    }
    items.close();
    let (told, tells) = one_way()?;
    let ends = (items.consumer()?, tells, 2, 5);
    let holding = Process::target(HOLD).start(ends)?;
    let first = [told.recv()?, told.recv()?];
    ensure!(first == [(0, 0), (0, 1)], "{first:?}");
    // They are on their way: neither here nor gone.
    let empty = items.try_get();
    ensure!(matches!(empty, Err(GetError::Empty)), "{empty:?}");
    kill(holding)?;
    let mut rest = get_all(&items)?;
    rest.extend(first);
    ensure_each_once(rest, 1, 5)
}

/// The queue lives on, and all that others put arrives.
pub(crate) fn killed_producer() -> anyhow::Result<()> {
    const COUNT: u64 = 5_000;
    for mut items in [Queue::new(), Queue::bounded(8)] {
        let argument = (items.producer()?, 1);
        let killed = Process::target(PUT_FOR_EVER).start(argument)?;
        let argument = (items.producer()?, 0, COUNT);
        let other = Process::target(PUT_RANGE).start(argument)?;
        items.close();
        let mut all = Vec::new();
        while all.len() < 1000 {
            all.push(items.get_timeout(LONG)?);
        }
        kill(killed)?;
        all.extend(get_all(&items)?);
        join_all([other])?;
        let of = |who| all.iter().copied().filter(move |item| item.0 == who);
        ensure!(of(1).count() > 0, "nothing of the one that was killed");
        ensure!(of(1).map(|item| item.1).eq(0..of(1).count() as u64), "a gap");
        ensure_each_once(of(0).collect(), 1, COUNT)?;
    }
    Ok(())
}

/// Keeps queues for others that put and get, until it is killed.
pub(crate) fn keeper() -> anyhow::Result<()> {
    let (busy, full, empty) =
        (Queue::new(), Queue::bounded(1), Queue::<Item>::new());
    let consumer = Process::target(WORK).start(busy.consumer()?)?;
    let argument = (busy.producer()?, 0);
    let producer = Process::target(PUT_FOR_EVER).start(argument)?;
    let argument = (full.producer()?, 0);
    let blocked = Process::target(PUT_FOR_EVER).start(argument)?;
    let waiting = Process::target(GET_ONE).start(empty.consumer()?)?;
    until("a full queue", || full.is_full())?;
    until("some items", || busy.len() > 100)?;
    print_line("all are at work")?;
    let all = [consumer, producer, blocked, waiting];
    join_all(all)
}

/// Waits for an item that never comes; so does another process.
pub(crate) fn wait_in_get() -> anyhow::Result<()> {
    let queue: Queue<Item> = Queue::new();
    let _other = Process::target(GET_ONE).start(queue.consumer()?)?;
    print_line("waiting")?;
    queue.get()?;
    Ok(())
}

/// Waits for a place in a full queue; so does another process.
pub(crate) fn wait_in_put() -> anyhow::Result<()> {
    let queue = Queue::bounded(1);
    queue.put(&(0, 0))?;
    let argument = (queue.producer()?, 1);
    let _other = Process::target(PUT_FOR_EVER).start(argument)?;
    print_line("waiting")?;
    Ok(queue.put(&(0, 1))?)
}

/// Gets items without an end, which another process puts without an end.
pub(crate) fn get_for_ever() -> anyhow::Result<()> {
    let queue = Queue::new();
    let argument = (queue.producer()?, 1);
    let _other = Process::target(PUT_FOR_EVER).start(argument)?;
    queue.get()?;
    print_line("waiting")?;
    loop {
        queue.get()?;
    }
}

/// Waits for a task that nobody does, and that is not lost.
pub(crate) fn wait_in_join() -> anyhow::Result<()> {
    let queue = Queue::new();
    let (told, tells) = one_way()?;
    let ends = (queue.consumer()?, tells, 1, 1);
    let _holding = Process::target(HOLD).start(ends)?;
    queue.put(&(0, 0))?;
    told.recv()?;
    print_line("waiting")?;
    Ok(queue.join()?)
}
