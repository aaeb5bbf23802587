//! Workers are killed that hold what others wait for.

use std::thread;
use std::time::Duration;

use anyhow::ensure;
use process_spawning::{Process, Target};
use shared_memory_demo::{Array, Backing};
use synchronization::{
    AcquireError, Barrier, BarrierError, Event, Lock, Semaphore,
};
use time_utils::print_line;

/// Far longer than a worker needs to get so far: nobody tells who waits for an
/// event that the one who would set it has gone.
const PATIENCE: Duration = Duration::from_secs(20);

/// What both accounts together have.
const MONEY: i64 = 200;

/// Takes money from one account, and never comes to pay it into the other.
pub(crate) const TRANSFER: Target<(Lock, Array<i64>, Event)> =
    Target::new("transfer", |(lock, accounts, midway)| {
        let _held = lock.acquire()?;
        accounts[0].fetch_sub(50);
        midway.set();
        hang()
    });

pub(crate) const TAKE_PERMIT: Target<(Semaphore, Event)> =
    Target::new("take_permit", |(semaphore, taken)| {
        let _permit = semaphore.acquire()?;
        taken.set();
        hang()
    });

/// Has the barrier, and does not come to it.
pub(crate) const NEVER_COME: Target<(Barrier, Event)> =
    Target::new("never_come", |(_barrier, started)| {
        started.set();
        hang()
    });

fn hang() -> anyhow::Result<()> {
    loop {
        thread::park();
    }
}

pub(crate) fn show() -> anyhow::Result<()> {
    kill_with_lock()?;
    kill_with_permit()?;
    kill_before_barrier()
}

// ANCHOR: lock
fn kill_with_lock() -> anyhow::Result<()> {
    let (lock, midway) = (Lock::new()?, Event::new()?);
    let accounts = Array::new_in(Backing::Memfd, &[100, 100])?;
    let argument = (lock.clone(), accounts.clone(), midway.clone());
    let mut worker = Process::target(TRANSFER).start(argument)?;
    ensure!(midway.wait_timeout(PATIENCE)?, "it never came so far");
    worker.kill()?;
    worker.join()?;
    match lock.acquire() {
        Err(AcquireError::Abandoned(guard)) => {
            let left: i64 = accounts.snapshot().iter().sum();
            print_line(format_args!(
                "lock         abandoned: {left} of {MONEY} are there"
            ))?;
            accounts[1].fetch_add(MONEY - left);
            drop(guard.repaired());
        }
        Err(error) => return Err(error.into()),
        Ok(_) => anyhow::bail!("it was acquired as if nobody had died"),
    }
    let _held = lock.acquire()?;
    let left: i64 = accounts.snapshot().iter().sum();
    print_line(format_args!(
        "             acquired again: {left} of {MONEY} are there"
    ))?;
    Ok(())
}
// ANCHOR_END: lock

// ANCHOR: others
fn kill_with_permit() -> anyhow::Result<()> {
    let (semaphore, taken) = (Semaphore::new(1)?, Event::new()?);
    let argument = (semaphore.clone(), taken.clone());
    let worker = Process::target(TAKE_PERMIT).start(argument)?;
    ensure!(taken.wait_timeout(PATIENCE)?, "it never came so far");
    let before = semaphore.available();
    worker.kill()?;
    let _permit = semaphore.acquire()?;
    print_line(format_args!(
        "semaphore    {before} permits before the kill, acquired after it"
    ))?;
    Ok(())
}

fn kill_before_barrier() -> anyhow::Result<()> {
    let (barrier, started) = (Barrier::new(2)?, Event::new()?);
    let argument = (barrier.clone(), started.clone());
    let worker = Process::target(NEVER_COME).start(argument)?;
    ensure!(started.wait_timeout(PATIENCE)?, "it never came so far");
    worker.kill()?;
    match barrier.wait() {
        Err(error @ BarrierError::Broken) => {
            print_line(format_args!("barrier      {error}"))?;
            Ok(())
        }
        Err(error) => Err(error.into()),
        Ok(_) => anyhow::bail!("all came, and one of them was dead"),
    }
}
// ANCHOR_END: others
