//! So many at a time.

use std::time::Duration;

use anyhow::ensure;
use process_spawning::Target;
use synchronization::{
    AcquireError, BoundedSemaphore, Event, MakeError, ReleaseError, Semaphore,
};

use crate::workers::{
    LONG, PATIENCE, Thing, WAIT, holder, join_all, kill, start, took, until,
    until_asleep,
};

fn ensure_none(semaphore: &Semaphore) -> anyhow::Result<()> {
    let none = took(Duration::ZERO, || semaphore.try_acquire())?;
    ensure!(matches!(none, Err(AcquireError::Taken)), "{none:?}");
    let none = took(PATIENCE, || semaphore.acquire_timeout(PATIENCE))?;
    ensure!(matches!(none, Err(AcquireError::Taken)), "{none:?}");
    Ok(())
}

/// Sees that there is no permit, says so, and then waits for one.
pub(crate) const SEE_NONE: Target<(Semaphore, Event)> =
    Target::new("see_none", |(semaphore, seen)| {
        ensure_none(&semaphore)?;
        seen.set();
        drop(semaphore.acquire_timeout(LONG)?);
        Ok(())
    });

pub(crate) fn semaphore() -> anyhow::Result<()> {
    let (semaphore, seen) = (Semaphore::new(2)?, Event::new()?);
    ensure!(semaphore.available() == 2, "not two");
    let first = semaphore.acquire()?;
    ensure!(semaphore.available() == 1, "not one");
    semaphore.try_acquire()?.keep();
    ensure!(semaphore.available() == 0, "not none");
    ensure_none(&semaphore)?;
    let other = start(1, SEE_NONE, &(semaphore.clone(), seen.clone()))?;
    ensure!(seen.wait_timeout(LONG)?, "it does not see it");
    drop(first);
    join_all(other)?;
    semaphore.release()?;
    ensure!(semaphore.available() == 2, "two came back");
    // From here on it adds.
    semaphore.release()?;
    semaphore.release()?;
    ensure!(semaphore.available() == 4, "two were added");
    for left in (0..4).rev() {
        semaphore.acquire_timeout(LONG)?.forget();
        ensure!(semaphore.available() == left, "not {left}");
    }
    ensure_none(&semaphore)
}

/// A permit that is added, or comes back, is found by one who sleeps.
pub(crate) fn woken() -> anyhow::Result<()> {
    let semaphore = Semaphore::new(0)?;
    let waiting = start(3, WAIT, &Thing::Semaphore(semaphore.clone()))?;
    waiting.iter().try_for_each(until_asleep)?;
    semaphore.release()?;
    // One after the other, each with the same permit.
    join_all(waiting)?;
    until("it is back", || semaphore.available() == 1)
}

pub(crate) fn bounded() -> anyhow::Result<()> {
    let semaphore = BoundedSemaphore::new(2)?;
    let too_often = Err(ReleaseError::TooOften { permits: 2 });
    ensure!(semaphore.release() == too_often, "a third permit");
    let permit = semaphore.acquire()?;
    semaphore.acquire()?.keep();
    ensure!(semaphore.available() == 0, "not none");
    let none = took(PATIENCE, || semaphore.acquire_timeout(PATIENCE))?;
    ensure!(matches!(none, Err(AcquireError::Taken)), "{none:?}");
    semaphore.release()?;
    // The other one is the guard's to give back.
    ensure!(semaphore.release() == too_often, "what a guard has");
    drop(permit);
    ensure!(semaphore.release() == too_often, "a third permit");
    semaphore.acquire()?.forget();
    ensure!(semaphore.available() == 1, "one was forgotten");
    semaphore.release()?;
    ensure!(semaphore.available() == 2, "one was added again");

    // Whoever has not acquired it cannot release what another one holds.
    let one = BoundedSemaphore::new(1)?;
    let holder = holder(Thing::Bounded(one.clone()))?;
    let refused = one.release();
    ensure!(
        refused == Err(ReleaseError::TooOften { permits: 1 }),
        "{refused:?}"
    );
    kill(holder)?;
    drop(one.acquire_timeout(LONG)?);
    Ok(())
}

pub(crate) fn limits() -> anyhow::Result<()> {
    drop(Semaphore::new(4096)?);
    let refused = Semaphore::new(4097);
    let range = |made| matches!(made, Err(MakeError::Range { .. }));
    ensure!(range(refused.map(drop)), "4097 permits");
    ensure!(range(BoundedSemaphore::new(4097).map(drop)), "4097 permits");
    let full = Semaphore::new(4096)?;
    let refused = full.release();
    ensure!(
        refused == Err(ReleaseError::TooOften { permits: 4096 }),
        "{refused:?}"
    );
    let none = BoundedSemaphore::new(0)?;
    ensure!(matches!(none.try_acquire(), Err(AcquireError::Taken)), "one");
    Ok(())
}
