//! Locks and signals that somebody waits for in vain.

use std::sync::{Arc, Mutex};
use std::thread;

use process_spawning::{AnyTarget, Process, Target};
use synchronization::{Barrier, Event, Lock};

pub(crate) const TARGETS: &[&dyn AnyTarget] = &[&TAKE_BOTH, &DIE_FIRST, &TAKE];

const TAKE_BOTH: Target<(Lock, Lock, Barrier)> =
    Target::new("take_both", |(first, second, each_has_one)| {
        let _first = first.acquire()?;
        each_has_one.wait()?;
        let _second = second.acquire()?;
        Ok(())
    });

pub(crate) fn two_locks() -> anyhow::Result<()> {
    let (fork, knife, both) = (Lock::new()?, Lock::new()?, Barrier::new(2)?);
    let left = Process::target(TAKE_BOTH).name("left");
    let right = Process::target(TAKE_BOTH).name("right");
    let mut left = left.start((fork.clone(), knife.clone(), both.clone()))?;
    let mut right = right.start((knife, fork, both))?;
    left.join()?;
    right.join()?;
    Ok(())
}

const DIE_FIRST: Target<Event> =
    Target::new("die_first", |_event| std::process::exit(1));

pub(crate) fn dead_signaller() -> anyhow::Result<()> {
    let event = Event::new()?;
    let worker = Process::target(DIE_FIRST).name("signaller");
    let _worker = worker.start(event.clone())?;
    event.wait()?;
    Ok(())
}

const TAKE: Target<Lock> = Target::new("take", |lock| {
    let _guard = lock.acquire()?;
    Ok(())
});

pub(crate) fn lock_kept() -> anyhow::Result<()> {
    let lock = Lock::new()?;
    let _guard = lock.acquire()?;
    Process::target(TAKE).name("taker").start(lock.clone())?.join()?;
    Ok(())
}

pub(crate) fn locked_twice() -> anyhow::Result<()> {
    let lock = Mutex::new(1);
    let _first = lock.lock();
    let _second = lock.lock();
    Ok(())
}

pub(crate) fn thread_joined_with_lock() -> anyhow::Result<()> {
    let lock = Arc::new(Mutex::new(1));
    let _guard = lock.lock();
    let theirs = Arc::clone(&lock);
    let counter = thread::Builder::new().name("adder".to_owned());
    let counter = counter.spawn(move || drop(theirs.lock()))?;
    let _ = counter.join();
    Ok(())
}
