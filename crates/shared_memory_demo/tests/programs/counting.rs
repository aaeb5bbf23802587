//! Several count at the same time, and nothing is lost.

use std::thread;

use anyhow::ensure;
use process_spawning::{Interrupted, Process, interrupted};
use shared_memory_demo::{Array, Backing, SharedCell, Value};

use crate::workers::{ADD, Counters, MOVE, add, join};

const WORKERS: u32 = 4;
const TIMES: u32 = 100_000;

fn counters(backing: Backing) -> anyhow::Result<Counters> {
    Ok((
        Value::new_in(backing, 0)?,
        Value::new_in(backing, 0.0)?,
        Value::new_in(backing, 0)?,
        Array::zeros(backing, 2)?,
        Value::new_in(backing, 0)?,
        TIMES,
    ))
}

fn ensure_exact(counters: &Counters) -> anyhow::Result<()> {
    let (whole, float, small, pair, one, _) = counters;
    let sum = i64::from(WORKERS * TIMES);
    ensure!(whole.get() == sum, "fetch_add: {whole:?}");
    ensure!(float.get().to_bits() == 400_000_f64.to_bits(), "f64: {float:?}");
    ensure!(i64::from(small.get()) == sum % 256, "update: {small:?}");
    ensure!(pair.snapshot() == [sum, -sum], "locked: {pair:?}");
    ensure!(one.get() == sum / 10, "locked value: {one:?}");
    Ok(())
}

pub(crate) fn sums(backing: Backing) -> anyhow::Result<()> {
    let counters = counters(backing)?;
    let start = |_| Process::target(ADD).start(counters.clone());
    let workers = (0..WORKERS).map(start).collect::<Result<Vec<_>, _>>()?;
    for mut worker in workers {
        join(&mut worker)?;
    }
    ensure_exact(&counters)
}

/// Clones in threads are the same memory and the same lock; the name is there
/// until the last of them is gone.
pub(crate) fn threads() -> anyhow::Result<()> {
    let counters = counters(Backing::Named)?;
    let add = |_| {
        let clone = counters.clone();
        thread::spawn(move || add(clone))
    };
    let threads: Vec<_> = (0..WORKERS).map(add).collect();
    for thread in threads {
        thread.join().expect("no panic")?;
    }
    ensure_exact(&counters)?;
    let name = counters.0.name().expect("a name").to_owned();
    let last = counters.0.clone();
    drop(counters);
    Value::<i64>::open(&name)?;
    drop(last);
    ensure!(Value::<i64>::open(&name).is_err(), "it is still there");
    Ok(())
}

/// A snapshot under the lock is one of one moment.
pub(crate) fn moments() -> anyhow::Result<()> {
    let numbers = Array::new(&[0_i64; 100])?;
    let enough = Value::new(false)?;
    let argument = (numbers.clone(), enough.clone());
    let mut worker = Process::target(MOVE).start(argument)?;
    let mut seen = 0;
    let mut last = numbers.snapshot();
    while seen < 1000 {
        let now = numbers.locked(|numbers| {
            numbers.iter().map(SharedCell::get).collect::<Vec<_>>()
        })?;
        ensure!(now.iter().sum::<i64>() == 0, "a moment between: {now:?}");
        seen += i32::from(now != last);
        last = now;
        interrupted().map_or(Ok(()), Err::<(), Interrupted>)?;
    }
    enough.set(true);
    join(&mut worker)
}
