//! Programs that end in all ways, with names that they own.

use anyhow::{Context as _, bail};
use pipe_ipc::one_way;
use process_spawning::Process;
use shared_memory_demo::{Array, Value};
use time_utils::print_line;

use crate::workers::{HANG, HOLD, park};

type Family = (Array<i64>, Value<f64>, Process);

/// An array that a worker has open as well, and a value of one's own.
fn family() -> anyhow::Result<Family> {
    let numbers = Array::new(&[1, 2, 3])?;
    let (ready, is_ready) = one_way()?;
    let argument = (numbers.clone(), is_ready);
    let worker = Process::target(HOLD).start(argument)?;
    ready.recv()?;
    let value = Value::new(0.5)?;
    // A second one of the same name is none that we own.
    Value::<f64>::open(value.name().context("a name")?)?;
    Ok((numbers, value, worker))
}

pub(crate) fn finish() -> anyhow::Result<()> {
    let _family = family()?;
    Ok(())
}

pub(crate) fn fail() -> anyhow::Result<()> {
    let _family = family()?;
    bail!("on purpose")
}

pub(crate) fn panic() -> anyhow::Result<()> {
    let _family = family()?;
    panic!("on purpose")
}

pub(crate) fn wait() -> anyhow::Result<()> {
    let (_numbers, _value, mut worker) = family()?;
    print_line("ready")?;
    worker.join()?;
    Ok(())
}

/// Does not notice that it is asked to end.
pub(crate) fn compute() -> anyhow::Result<()> {
    let (numbers, _value, _worker) = family()?;
    print_line("ready")?;
    loop {
        numbers[0].fetch_add(1);
    }
}

/// The same, but it waits for a lock that nobody gives back.
pub(crate) fn wait_for_the_lock() -> anyhow::Result<()> {
    let (numbers, _value, _worker) = family()?;
    let (ready, is_ready) = one_way()?;
    let argument = (numbers.clone(), is_ready);
    let _holder = Process::target(HANG).start(argument)?;
    ready.recv()?;
    print_line("ready")?;
    Ok(numbers.locked(|_| {})?)
}

/// Has a name, and nobody to remove it.
pub(crate) fn alone() -> anyhow::Result<()> {
    let value = Value::new(1)?;
    print_line(value.name().context("a name")?)?;
    park()
}
