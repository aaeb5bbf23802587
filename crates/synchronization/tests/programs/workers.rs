//! What the scenarios share: things to wait for, and who holds them.

use std::fs;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use process_spawning::{Argument, Process, Target};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use synchronization::{
    Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, Semaphore,
};

/// A patience long enough to be seen, and short enough to be waited for.
pub(crate) const PATIENCE: Duration = Duration::from_millis(60);

/// Far more than anything here takes.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// One of them.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Thing {
    Lock(Lock),
    RLock(RLock),
    Semaphore(Semaphore),
    Bounded(BoundedSemaphore),
    Condition(Condition),
    Event(Event),
    Barrier(Barrier),
}

impl Thing {
    /// One of each, that one can wait for: permits for one, a barrier for
    /// two.
    pub(crate) fn all() -> anyhow::Result<[Self; 7]> {
        Ok([
            Self::Lock(Lock::new()?),
            Self::RLock(RLock::new()?),
            Self::Semaphore(Semaphore::new(1)?),
            Self::Bounded(BoundedSemaphore::new(1)?),
            Self::Condition(Condition::new(&Lock::new()?)?),
            Self::Event(Event::new()?),
            Self::Barrier(Barrier::new(2)?),
        ])
    }

    /// The same, of this name.
    pub(crate) fn named(name: &str) -> anyhow::Result<Self> {
        let names = [
            "lock",
            "rlock",
            "semaphore",
            "bounded",
            "condition",
            "event",
            "barrier",
        ];
        let found = names.into_iter().zip(Self::all()?);
        let found = found.into_iter().find(|(known, _)| *known == name);
        Ok(found.with_context(|| format!("no `{name}`"))?.1)
    }

    /// Holds it, for as long as this process lives; where nobody holds such
    /// things, does nothing.
    pub(crate) fn hold(&self) -> anyhow::Result<()> {
        match self {
            Self::Lock(lock) => lock.acquire()?.keep(),
            Self::RLock(lock) => lock.acquire()?.keep(),
            Self::Semaphore(semaphore) => semaphore.acquire()?.keep(),
            Self::Bounded(semaphore) => semaphore.acquire()?.keep(),
            Self::Condition(_) | Self::Event(_) | Self::Barrier(_) => {}
        }
        Ok(())
    }

    /// Waits in it, no longer than this: whether it was in vain.
    pub(crate) fn waits_in_vain(
        &self,
        patience: Duration,
    ) -> anyhow::Result<bool> {
        Ok(match self {
            Self::Lock(lock) => lock.acquire_timeout(patience).is_err(),
            Self::RLock(lock) => lock.acquire_timeout(patience).is_err(),
            Self::Semaphore(permits) => {
                permits.acquire_timeout(patience).is_err()
            }
            Self::Bounded(permits) => {
                permits.acquire_timeout(patience).is_err()
            }
            Self::Condition(condition) => {
                let held = condition.lock().acquire()?;
                !condition.wait_timeout(held, patience)?.1
            }
            Self::Event(event) => !event.wait_timeout(patience)?,
            Self::Barrier(barrier) => barrier.wait_timeout(patience).is_err(),
        })
    }

    /// Waits in it for as long as it takes.
    pub(crate) fn wait(&self) -> anyhow::Result<()> {
        match self {
            Self::Lock(lock) => drop(lock.acquire()?),
            Self::RLock(lock) => drop(lock.acquire()?),
            Self::Semaphore(semaphore) => drop(semaphore.acquire()?),
            Self::Bounded(semaphore) => drop(semaphore.acquire()?),
            Self::Condition(condition) => {
                drop(condition.wait(condition.lock().acquire()?)?);
            }
            Self::Event(event) => event.wait()?,
            Self::Barrier(barrier) => drop(barrier.wait()?),
        }
        Ok(())
    }
}

/// Holds it until it is killed.
pub(crate) const HOLD: Target<(Thing, Event)> =
    Target::new("hold", |(thing, holds)| {
        thing.hold()?;
        holds.set();
        park()
    });

/// Waits in it.
pub(crate) const WAIT: Target<Thing> =
    Target::new("wait", |thing| thing.wait());

pub(crate) const NOTHING: Target<Vec<Semaphore>> =
    Target::new("nothing", |_| Ok(()));

/// Until it is killed.
pub(crate) fn park() -> anyhow::Result<()> {
    loop {
        thread::park();
    }
}

/// A worker that holds `thing`.
pub(crate) fn holder(thing: Thing) -> anyhow::Result<Process> {
    let holds = Event::new()?;
    let process = Process::target(HOLD).start((thing, holds.clone()))?;
    ensure!(holds.wait_timeout(LONG)?, "it does not get it");
    Ok(process)
}

/// Several workers with the same argument.
pub(crate) fn start<A: Argument + Clone>(
    count: usize,
    target: Target<A>,
    argument: &A,
) -> anyhow::Result<Vec<Process>> {
    let one = |_| Ok(Process::target(target).start(argument.clone())?);
    (0..count).map(one).collect()
}

/// Does `work`, and sees that it took as long as `patience`, and not longer
/// than a busy machine makes it.
pub(crate) fn took<T>(
    patience: Duration,
    work: impl FnOnce() -> T,
) -> anyhow::Result<T> {
    let begin = Instant::now();
    let result = work();
    let time = begin.elapsed();
    ensure!(time >= patience, "it took only {time:?}");
    ensure!(time < patience + Duration::from_secs(5), "it took {time:?}");
    Ok(result)
}

/// Waits for the ends of all, and sees that all went well.
pub(crate) fn join_all(
    processes: impl IntoIterator<Item = Process>,
) -> anyhow::Result<()> {
    for mut process in processes {
        let exit = process.join_timeout(LONG)?;
        let exit = exit.context("it does not end")?;
        ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(())
}

pub(crate) fn kill(mut process: Process) -> anyhow::Result<()> {
    process.kill()?;
    process.join()?;
    Ok(())
}

/// We have not waited for it, so its number is still its own.
pub(crate) fn send(pid: u32, signal: Signal) -> anyhow::Result<()> {
    let pid = Pid::from_raw(pid.try_into()?);
    Ok(kill_process(pid.context("a process number")?, signal)?)
}

/// Looks again and again, for what nobody sends a message of.
pub(crate) fn until(
    what: &str,
    mut is_so: impl FnMut() -> bool,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        ensure!(Instant::now() < deadline, "it never came: {what}");
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Waits until the process sleeps: it does so only in what it waits for.
pub(crate) fn until_asleep(process: &Process) -> anyhow::Result<()> {
    let path = format!("/proc/{0}/task/{0}/stat", process.pid());
    until("it sleeps", || {
        let stat = fs::read_to_string(&path).unwrap_or_default();
        stat.rsplit(") ").next().is_some_and(|rest| rest.starts_with('S'))
    })
}

/// Numbers that are as good as random; the same for the same seed.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        // xorshift64, by George Marsaglia.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
