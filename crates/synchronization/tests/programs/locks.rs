//! One at a time.

use std::thread;
use std::time::Duration;

use anyhow::{bail, ensure};
use process_spawning::Target;
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Backing, Value};
use synchronization::{
    AcquireError, BoundedSemaphore, Lock, RLock, ReleaseError, Semaphore,
};

use crate::workers::{
    LONG, PATIENCE, Thing, holder, join_all, kill, start, took,
};

/// Sees that somebody else has it: at once, in time, and to release it is
/// refused.
fn ensure_taken(lock: &Lock) -> anyhow::Result<()> {
    let taken = took(Duration::ZERO, || lock.try_acquire())?;
    ensure!(matches!(taken, Err(AcquireError::Taken)), "{taken:?}");
    let taken = took(PATIENCE, || lock.acquire_timeout(PATIENCE))?;
    ensure!(matches!(taken, Err(AcquireError::Taken)), "{taken:?}");
    Ok(())
}

fn ensure_rtaken(lock: &RLock) -> anyhow::Result<()> {
    let taken = took(Duration::ZERO, || lock.try_acquire())?;
    ensure!(matches!(taken, Err(AcquireError::Taken)), "{taken:?}");
    let taken = took(PATIENCE, || lock.acquire_timeout(PATIENCE))?;
    ensure!(matches!(taken, Err(AcquireError::Taken)), "{taken:?}");
    let refused = lock.release();
    ensure!(refused == Err(ReleaseError::NotHeld), "{refused:?}");
    Ok(())
}

/// Sees what another process or thread sees of what somebody holds.
pub(crate) const SEE_TAKEN: Target<(Lock, RLock)> =
    Target::new("see_taken", |(lock, rlock)| {
        ensure_taken(&lock)?;
        let refused = lock.release();
        ensure!(refused == Err(ReleaseError::NotHeld), "{refused:?}");
        ensure_rtaken(&rlock)
    });

fn in_a_thread(
    see: impl FnOnce() -> anyhow::Result<()> + Send,
) -> anyhow::Result<()> {
    thread::scope(|scope| scope.spawn(see).join().expect("it does not panic"))
}

pub(crate) fn lock() -> anyhow::Result<()> {
    let (lock, rlock) = (Lock::new()?, RLock::new()?);
    let unheld = lock.release();
    ensure!(unheld == Err(ReleaseError::NotHeld), "{unheld:?}");
    ensure!(!lock.is_locked(), "locked from the start");

    let held = lock.acquire()?;
    let _rheld = rlock.acquire()?;
    ensure!(lock.is_locked(), "not locked");
    let unkept = lock.release();
    ensure!(unkept == Err(ReleaseError::NotHeld), "a guard has it: {unkept:?}");
    in_a_thread(|| ensure_taken(&lock))?;
    join_all(start(1, SEE_TAKEN, &(lock.clone(), rlock.clone()))?)?;
    drop(held);

    lock.try_acquire()?.keep();
    ensure!(lock.is_locked(), "what is kept is not released");
    in_a_thread(|| ensure_taken(&lock))?;
    join_all(start(1, SEE_TAKEN, &(lock.clone(), rlock.clone()))?)?;
    lock.release()?;
    let twice = lock.release();
    ensure!(twice == Err(ReleaseError::NotHeld), "{twice:?}");
    drop(lock.acquire_timeout(PATIENCE)?);
    Ok(())
}

/// Python would wait for ever: here it is an error, at once.
pub(crate) fn lock_twice() -> anyhow::Result<()> {
    let lock = Lock::new()?;
    let held = lock.acquire()?;
    for again in
        [lock.acquire(), lock.try_acquire(), lock.acquire_timeout(LONG)]
    {
        ensure!(matches!(again, Err(AcquireError::Already)), "{again:?}");
    }
    held.keep();
    let again = lock.acquire();
    ensure!(matches!(again, Err(AcquireError::Already)), "{again:?}");
    lock.release()?;
    drop(lock.acquire()?);
    Ok(())
}

/// Neither who waits for it nor who only has it can release what another
/// process holds.
pub(crate) fn lock_of_another() -> anyhow::Result<()> {
    let lock = Lock::new()?;
    let holder = holder(Thing::Lock(lock.clone()))?;
    ensure_taken(&lock)?;
    let refused = lock.release();
    ensure!(refused == Err(ReleaseError::NotHeld), "{refused:?}");
    kill(holder)?;
    let abandoned = lock.acquire();
    let Err(AcquireError::Abandoned(guard)) = abandoned else {
        anyhow::bail!("not abandoned: {abandoned:?}");
    };
    // Nobody has put it right: the next one is told the same.
    drop(guard);
    let again = lock.acquire_timeout(LONG);
    let Err(AcquireError::Abandoned(guard)) = again else {
        anyhow::bail!("not abandoned: {again:?}");
    };
    drop(guard.repaired());
    drop(lock.acquire_timeout(LONG)?);
    Ok(())
}

pub(crate) fn rlock() -> anyhow::Result<()> {
    let (lock, rlock) = (Lock::new()?, RLock::new()?);
    let _held = lock.acquire()?;
    let unheld = rlock.release();
    ensure!(unheld == Err(ReleaseError::NotHeld), "{unheld:?}");
    let ensure_held = || {
        ensure!(rlock.is_locked(), "not locked");
        in_a_thread(|| ensure_rtaken(&rlock))?;
        join_all(start(1, SEE_TAKEN, &(lock.clone(), rlock.clone()))?)
    };
    let first = rlock.acquire()?;
    let second = rlock.try_acquire()?;
    rlock.acquire_timeout(PATIENCE)?.keep();
    ensure_held()?;
    drop(first);
    ensure_held()?;
    rlock.release()?;
    let unkept = rlock.release();
    ensure!(unkept == Err(ReleaseError::NotHeld), "{unkept:?}");
    ensure_held()?;
    drop(second);
    ensure!(!rlock.is_locked(), "released as often as acquired");
    in_a_thread(|| {
        drop(rlock.try_acquire()?);
        Ok(())
    })
}

/// Panics while it has the lock, and goes on: a thread of it does.
pub(crate) const PANIC: Target<Lock> = Target::new("panic", |lock| {
    let thread = thread::spawn(move || {
        let _held = lock.acquire().expect("nobody has it");
        panic!("as asked");
    });
    ensure!(thread.join().is_err(), "it did not panic");
    Ok(())
});

pub(crate) fn panicked() -> anyhow::Result<()> {
    let lock = Lock::new()?;
    join_all(start(1, PANIC, &lock)?)?;
    let Err(AcquireError::Abandoned(guard)) = lock.try_acquire() else {
        bail!("nobody is told");
    };
    drop(guard.repaired());
    drop(lock.try_acquire()?);
    Ok(())
}

/// The guard of an abandoned one counts as one, and no more.
pub(crate) fn rlock_abandoned() -> anyhow::Result<()> {
    let rlock = RLock::new()?;
    kill(holder(Thing::RLock(rlock.clone()))?)?;
    let abandoned = rlock.acquire();
    let Err(AcquireError::Abandoned(guard)) = abandoned else {
        anyhow::bail!("not abandoned: {abandoned:?}");
    };
    let again = rlock.acquire()?;
    drop(guard.repaired());
    in_a_thread(|| ensure_rtaken(&rlock))?;
    drop(again);
    in_a_thread(|| {
        drop(rlock.try_acquire()?);
        Ok(())
    })
}

/// What makes it one at a time.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Means {
    Lock(Lock),
    RLock(RLock),
    Semaphore(Semaphore),
    Bounded(BoundedSemaphore),
}

const UPDATES: i64 = 100_000;
const WORKERS: usize = 4;

pub(crate) const COUNT: Target<(Means, Value<i64>)> =
    Target::new("count", |(means, counter)| {
        let add = || counter.set(counter.get() + 1);
        for _ in 0..UPDATES {
            match &means {
                Means::Lock(lock) => {
                    let _held = lock.acquire()?;
                    add();
                }
                Means::RLock(lock) => {
                    let _held = lock.acquire()?;
                    let _again = lock.acquire()?;
                    add();
                }
                Means::Semaphore(semaphore) => {
                    let _permit = semaphore.acquire()?;
                    add();
                }
                Means::Bounded(semaphore) => {
                    semaphore.acquire()?.keep();
                    add();
                    semaphore.release()?;
                }
            }
        }
        Ok(())
    });

pub(crate) fn exact() -> anyhow::Result<()> {
    for means in [
        Means::Lock(Lock::new()?),
        Means::RLock(RLock::new()?),
        Means::Semaphore(Semaphore::new(1)?),
        Means::Bounded(BoundedSemaphore::new(1)?),
    ] {
        let counter = Value::new_in(Backing::Memfd, 0)?;
        join_all(start(WORKERS, COUNT, &(means, counter.clone()))?)?;
        let (sum, all) = (counter.get(), 4 * UPDATES);
        ensure!(sum == all, "{sum} of {all}");
    }
    Ok(())
}
