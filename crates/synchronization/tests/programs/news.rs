//! Until somebody says so, and until something is true.

use std::thread;
use std::time::Duration;

use anyhow::ensure;
use process_spawning::{Process, Target};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, Backing, Value};
use synchronization::{AcquireError, Condition, Event, Lock, NotifyError};

use crate::workers::{
    LONG, PATIENCE, Thing, WAIT, join_all, start, took, until, until_asleep,
};

/// Waits for the one, and sets the other.
pub(crate) const ANSWER: Target<(Event, Event)> =
    Target::new("answer", |(ask, answer)| {
        ask.wait()?;
        answer.set();
        Ok(())
    });

pub(crate) fn event() -> anyhow::Result<()> {
    let (ask, answer) = (Event::new()?, Event::new()?);
    ensure!(!ask.is_set(), "set from the start");
    ensure!(!took(Duration::ZERO, || ask.wait_timeout(Duration::ZERO))??, "!");
    ensure!(!took(PATIENCE, || ask.wait_timeout(PATIENCE))??, "set");
    let other = start(1, ANSWER, &(ask.clone(), answer.clone()))?;
    ask.set();
    ensure!(ask.is_set(), "not set");
    ensure!(ask.wait_timeout(Duration::ZERO)?, "not set");
    ask.wait()?;
    ensure!(answer.wait_timeout(LONG)?, "no answer");
    join_all(other)?;
    // It stays set, also when it is set again.
    ask.set();
    ask.wait()?;
    ask.clear();
    ensure!(!ask.is_set(), "still set");
    ensure!(!took(PATIENCE, || ask.wait_timeout(PATIENCE))??, "set");
    Ok(())
}

/// All who wait go on, though it is unset before any of them has looked.
pub(crate) fn set_and_clear() -> anyhow::Result<()> {
    let event = Event::new()?;
    for _ in 0..5 {
        let waiting = start(3, WAIT, &Thing::Event(event.clone()))?;
        waiting.iter().try_for_each(until_asleep)?;
        event.set();
        event.clear();
        join_all(waiting)?;
    }
    ensure!(!took(PATIENCE, || event.wait_timeout(PATIENCE))??, "set");
    Ok(())
}

/// One who waits in a condition, counted when it begins and when it goes on.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Sleeper {
    condition: Condition,
    asleep: Value<u32>,
    awake: Value<u32>,
}

impl Sleeper {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            condition: Condition::new(&Lock::new()?)?,
            asleep: Value::new_in(Backing::Memfd, 0)?,
            awake: Value::new_in(Backing::Memfd, 0)?,
        })
    }

    fn sleep(self) -> anyhow::Result<()> {
        let held = self.condition.lock().acquire()?;
        self.asleep.fetch_add(1);
        let _held = self.condition.wait(held)?;
        self.awake.fetch_add(1);
        Ok(())
    }

    /// Notifies, and sees that so many are awake then, and no more.
    fn notify(&self, count: usize, awake: u32) -> anyhow::Result<()> {
        let held = self.condition.lock().acquire()?;
        self.condition.notify(&held, count)?;
        drop(held);
        until("they are awake", || self.awake.get() >= awake)?;
        thread::sleep(PATIENCE);
        let now = self.awake.get();
        ensure!(now == awake, "{now} are awake, and not {awake}");
        Ok(())
    }
}

pub(crate) const SLEEP: Target<Sleeper> = Target::new("sleep", Sleeper::sleep);

/// Processes and threads wait: exactly as many go on as are notified.
pub(crate) fn notify() -> anyhow::Result<()> {
    let sleeper = Sleeper::new()?;
    // That nobody waits is no error, and is not kept for later.
    sleeper.notify(1, 0)?;
    let processes = start(3, SLEEP, &sleeper)?;
    let threads = [(); 3].map(|()| {
        let sleeper = sleeper.clone();
        thread::spawn(move || sleeper.sleep())
    });
    // They hold the lock until they wait.
    until("all wait", || sleeper.asleep.get() == 6)?;
    sleeper.notify(1, 1)?;
    sleeper.notify(2, 3)?;
    sleeper.notify(0, 3)?;
    let held = sleeper.condition.lock().acquire()?;
    sleeper.condition.notify_all(&held)?;
    drop(held);
    join_all(processes)?;
    for thread in threads {
        thread.join().expect("it does not panic")?;
    }
    ensure!(sleeper.awake.get() == 6, "not all six");
    Ok(())
}

/// Waits until the number is 4, then makes it 5; lets each step be seen.
pub(crate) const UNTIL_FOUR: Target<(Condition, Value<i32>)> =
    Target::new("until_four", |(condition, number)| {
        let held = condition.lock().acquire()?;
        let held = condition.wait_for(held, || number.get() == 4)?;
        number.set(5);
        condition.notify_all(&held)?;
        Ok(())
    });

pub(crate) fn wait_for() -> anyhow::Result<()> {
    let condition = Condition::new(&Lock::new()?)?;
    let number = Value::new_in(Backing::Memfd, 0)?;
    let argument = (condition.clone(), number.clone());
    let other = start(1, UNTIL_FOUR, &argument)?;
    for new in 1..=4 {
        let held = condition.lock().acquire()?;
        number.set(new);
        condition.notify(&held, 1)?;
    }
    let held = condition.lock().acquire()?;
    let five = || number.get() == 5;
    let (held, is_so) = condition.wait_for_timeout(held, LONG, five)?;
    ensure!(is_so, "it was not waited for");
    drop(held);
    join_all(other)
}

/// Nobody notifies: it comes back in time, and with the lock.
pub(crate) fn condition_timeouts() -> anyhow::Result<()> {
    let lock = Lock::new()?;
    let condition = Condition::new(&lock)?;
    let (held, notified) =
        took(PATIENCE, || condition.wait_timeout(lock.acquire()?, PATIENCE))??;
    ensure!(!notified && lock.is_locked(), "notified, or not held");
    let (held, is_so) = took(PATIENCE, || {
        condition.wait_for_timeout(held, PATIENCE, || false)
    })??;
    ensure!(!is_so && lock.is_locked(), "true, or not held");
    let zero = Duration::ZERO;
    let (held, notified) = condition.wait_timeout(held, zero)?;
    ensure!(!notified, "notified");
    let (_held, is_so) = condition.wait_for_timeout(held, zero, || true)?;
    ensure!(is_so, "it is true");
    Ok(())
}

pub(crate) fn guard_of_another_lock() -> anyhow::Result<()> {
    let condition = Condition::new(&Lock::new()?)?;
    let other = Lock::new()?;
    let refused = condition.notify(&other.acquire()?, 1);
    ensure!(refused == Err(NotifyError::OtherLock), "{refused:?}");
    let refused = condition.wait(other.acquire()?);
    ensure!(matches!(refused, Err(AcquireError::OtherLock)), "{refused:?}");
    ensure!(!other.is_locked(), "the refused guard is kept");
    Ok(())
}

/// A buffer of few places: two conditions share its lock.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Buffer {
    not_full: Condition,
    not_empty: Condition,
    places: Array<i64>,
    filled: Value<u32>,
}

const ITEMS: i64 = 2000;
const PLACES: u32 = 4;

pub(crate) const PRODUCE: Target<Buffer> = Target::new("produce", |buffer| {
    for item in 1..=ITEMS {
        let filled = &buffer.filled;
        let held = buffer.not_full.lock().acquire()?;
        let held = buffer.not_full.wait_for(held, || filled.get() < PLACES)?;
        buffer.places[filled.fetch_add(1) as usize].set(item);
        buffer.not_empty.notify(&held, 1)?;
    }
    Ok(())
});

pub(crate) const CONSUME: Target<(Buffer, Value<i64>)> =
    Target::new("consume", |(buffer, sum)| {
        for _ in 0..ITEMS {
            let filled = &buffer.filled;
            let held = buffer.not_empty.lock().acquire()?;
            let held = buffer.not_empty.wait_for(held, || filled.get() > 0)?;
            let last = filled.fetch_sub(1) as usize - 1;
            sum.fetch_add(buffer.places[last].get());
            buffer.not_full.notify(&held, 1)?;
        }
        Ok(())
    });

pub(crate) fn bounded_buffer() -> anyhow::Result<()> {
    let lock = Lock::new()?;
    let buffer = Buffer {
        not_full: Condition::new(&lock)?,
        not_empty: Condition::new(&lock)?,
        places: Array::new_in(Backing::Memfd, &[0; PLACES as usize])?,
        filled: Value::new_in(Backing::Memfd, 0)?,
    };
    let sum = Value::new_in(Backing::Memfd, 0)?;
    let mut all: Vec<Process> = start(2, PRODUCE, &buffer)?;
    all.extend(start(2, CONSUME, &(buffer, sum.clone()))?);
    join_all(all)?;
    let each = ITEMS * (ITEMS + 1) / 2;
    ensure!(sum.get() == 2 * each, "the sum is {}", sum.get());
    Ok(())
}
