//! Handles on their way: many at once, passed on, and what is left of them.

use std::fs;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use process_spawning::{Process, StartError, Target};
use rustix::process::Signal;
use shared_memory_demo::{Backing, Value};
use synchronization::{
    AcquireError, Barrier, Condition, Event, Lock, RLock, Semaphore,
};

use crate::workers::{
    HOLD, LONG, NOTHING, PATIENCE, Thing, WAIT, holder, join_all, kill, park,
    send, start, took, until,
};

/// As many as fit into one argument.
const MOST: usize = 32;

pub(crate) fn many() -> anyhow::Result<()> {
    let make = |count| (0..count).map(|_| Semaphore::new(1)).collect();
    let most: Result<Vec<_>, _> = make(MOST);
    join_all(start(1, NOTHING, &most?)?)?;
    for count in [MOST + 1, 40] {
        let more: Result<Vec<_>, _> = make(count);
        let refused = Process::target(NOTHING).start(more?);
        let Err(StartError::Argument { .. }) = refused else {
            bail!("{count} were passed: {refused:?}");
        };
    }
    Ok(())
}

/// What this process has of threads and open descriptors.
fn held() -> anyhow::Result<[usize; 2]> {
    let count =
        |what: &str| Ok::<_, std::io::Error>(fs::read_dir(what)?.count());
    Ok([count("/proc/self/task")?, count("/proc/self/fd")?])
}

/// Fifty workers come and go, and half of them are killed.
pub(crate) fn nothing_left() -> anyhow::Result<()> {
    join_all(start(1, NOTHING, &vec![Semaphore::new(1)?])?)?;
    let before = held()?;
    let all = Thing::all()?;
    for number in 0..50 {
        let thing = all[number % 7].clone();
        let process = holder(thing.clone())?;
        if number % 2 == 0 {
            kill(process)?;
        } else {
            drop(process);
        }
        if let Thing::Lock(lock) = &thing {
            let Err(AcquireError::Abandoned(guard)) = lock.acquire() else {
                bail!("not abandoned");
            };
            drop(guard.repaired());
        }
        if let Thing::RLock(lock) = &thing {
            let Err(AcquireError::Abandoned(guard)) = lock.acquire() else {
                bail!("not abandoned");
            };
            drop(guard.repaired());
        }
    }
    drop(all);
    // Less, where the first worker had just gone when we counted.
    let no_more = |now: [usize; 2]| now[0] <= before[0] && now[1] <= before[1];
    until("all is given back", || held().is_ok_and(no_more))
        .with_context(|| format!("{before:?}, now {:?}", held()))
}

type Family = (Thing, Value<u32>, Event, bool);

/// Passes it on to a worker of its own, or holds it itself while that one
/// only has it; says so, and stays.
pub(crate) const MIDDLE: Target<Family> =
    Target::new("middle", |(thing, grandchild, ready, holds)| {
        let told = Event::new()?;
        let theirs =
            if holds { Thing::Event(told.clone()) } else { thing.clone() };
        let argument = (theirs, told.clone());
        let process = Process::target(HOLD).start(argument)?;
        // It has this as well.
        let argument = (thing.clone(), Event::new()?);
        let _idle = Process::target(IDLE).start(argument)?;
        ensure!(told.wait_timeout(LONG)?, "it does not get it");
        if holds {
            thing.hold()?;
        }
        grandchild.set(process.pid());
        ready.set();
        park()
    });

/// Only has it.
pub(crate) const IDLE: Target<(Thing, Event)> =
    Target::new("idle", |(_thing, _)| park());

fn family(thing: &Thing, holds: bool) -> anyhow::Result<(Process, u32)> {
    let (grandchild, ready) =
        (Value::new_in(Backing::Memfd, 0)?, Event::new()?);
    let argument = (thing.clone(), grandchild.clone(), ready.clone(), holds);
    let middle = Process::target(MIDDLE).start(argument)?;
    ensure!(ready.wait_timeout(LONG)?, "the family is not ready");
    Ok((middle, grandchild.get()))
}

/// Sees that `thing` is held, and after `kill` comes back.
fn ensure_comes_back(
    thing: &Thing,
    kill: impl FnOnce() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    ensure!(thing.waits_in_vain(Duration::ZERO)?, "it is not held");
    kill()?;
    match thing {
        Thing::Lock(lock) => match lock.acquire_timeout(LONG) {
            Err(AcquireError::Abandoned(guard)) => drop(guard.repaired()),
            other => bail!("not abandoned: {other:?}"),
        },
        Thing::Semaphore(permits) => drop(permits.acquire_timeout(LONG)?),
        _ => bail!("nobody holds such a thing"),
    }
    Ok(())
}

pub(crate) fn grandchild_killed() -> anyhow::Result<()> {
    for thing in
        [Thing::Lock(Lock::new()?), Thing::Semaphore(Semaphore::new(1)?)]
    {
        let (_middle, grandchild) = family(&thing, false)?;
        ensure_comes_back(&thing, || send(grandchild, Signal::KILL))?;
    }
    Ok(())
}

pub(crate) fn middle_killed() -> anyhow::Result<()> {
    for holds in [true, false] {
        for thing in
            [Thing::Lock(Lock::new()?), Thing::Semaphore(Semaphore::new(1)?)]
        {
            let (middle, _) = family(&thing, holds)?;
            ensure_comes_back(&thing, || kill(middle))?;
        }
    }
    Ok(())
}

type Twice = (Lock, Condition, [RLock; 2]);

/// What comes twice in one argument is one lock of one holder.
pub(crate) const SEE_ONE: Target<Twice> =
    Target::new("see_one", |(lock, condition, [one, other])| {
        let held = lock.acquire()?;
        let again = condition.lock().try_acquire();
        ensure!(matches!(again, Err(AcquireError::Already)), "{again:?}");
        condition.notify_all(&held)?;
        let held = one.acquire()?;
        drop(other.try_acquire()?);
        drop(held);
        ensure!(!other.is_locked(), "it is held for ever");
        Ok(())
    });

pub(crate) fn twice() -> anyhow::Result<()> {
    let (lock, rlock) = (Lock::new()?, RLock::new()?);
    let condition = Condition::new(&lock)?;
    let argument = (lock, condition, [rlock.clone(), rlock]);
    join_all(start(1, SEE_ONE, &argument)?)
}

/// Not listed in the main guard.
const UNLISTED: Target<Barrier> = Target::new("unlisted", |_| Ok(()));

/// A worker that cannot be started is no party that has died.
pub(crate) fn never_came() -> anyhow::Result<()> {
    let barrier = Barrier::new(2)?;
    let first = start(1, WAIT, &Thing::Barrier(barrier.clone()))?;
    until("the first one is there", || barrier.waiting() == 1)?;
    let refused = Process::target(UNLISTED).start(barrier.clone());
    ensure!(refused.is_err(), "it was started");
    join_all(start(1, WAIT, &Thing::Barrier(barrier.clone()))?)?;
    join_all(first)?;
    ensure!(!barrier.is_broken(), "it is broken");
    Ok(())
}

/// Keeps it, and drops all handles.
pub(crate) const KEEP: Target<(Lock, Semaphore, Event)> =
    Target::new("keep", |(lock, semaphore, kept)| {
        lock.acquire()?.keep();
        semaphore.acquire()?.keep();
        drop((lock, semaphore));
        kept.set();
        park()
    });

pub(crate) fn kept() -> anyhow::Result<()> {
    let (lock, permits) = (Lock::new()?, Semaphore::new(1)?);
    let kept = Event::new()?;
    let argument = (lock.clone(), permits.clone(), kept.clone());
    let keeper = Process::target(KEEP).start(argument)?;
    ensure!(kept.wait_timeout(LONG)?, "it does not get them");
    ensure!(lock.acquire_timeout(PATIENCE).is_err(), "the lock is free");
    ensure!(permits.acquire_timeout(PATIENCE).is_err(), "a permit is free");
    kill(keeper)?;
    // At once: we have seen it end.
    let taken = lock.try_acquire();
    ensure!(matches!(taken, Err(AcquireError::Abandoned(_))), "{taken:?}");
    ensure!(permits.available() == 1, "the permit is lost");
    Ok(())
}

/// A holder that is stopped is no dead one: to wait has an end all the same.
pub(crate) fn stopped_holder() -> anyhow::Result<()> {
    let lock = Lock::new()?;
    let holder = holder(Thing::Lock(lock.clone()))?;
    send(holder.pid(), Signal::STOP)?;
    let taken = took(PATIENCE, || lock.acquire_timeout(PATIENCE))?;
    ensure!(matches!(taken, Err(AcquireError::Taken)), "{taken:?}");
    send(holder.pid(), Signal::CONT)?;
    let taken = lock.try_acquire();
    ensure!(matches!(taken, Err(AcquireError::Taken)), "{taken:?}");
    kill(holder)
}
