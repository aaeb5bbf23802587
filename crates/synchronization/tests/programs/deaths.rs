//! Workers in a tight loop are killed at any moment, and replaced.

use std::thread::sleep;
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail, ensure};
use process_spawning::{Argument, Process, Target};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, Backing};
use synchronization::{
    AcquireError, Barrier, BarrierError, BoundedSemaphore, Condition, Event,
    Guard, Lock, RLock, ReleaseError, Semaphore,
};

use crate::workers::{
    LONG, Random, join_all, kill, start, until, until_asleep,
};

const KILLS: usize = 100;
const WORKERS: usize = 3;

/// Up to here a worker lives, in microseconds: it takes a part of that to
/// come to its loop.
const LIFE: u64 = 1500;

/// Kills one worker after the other, each at another moment, and starts
/// another one; `check` is called after each.
fn kill_at_random<A: Argument + Clone>(
    target: Target<A>,
    argument: &A,
    check: impl Fn() -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let seed = seed()?;
    let kill_all = || -> anyhow::Result<()> {
        let mut random = Random(seed);
        let mut workers = start(WORKERS, target, argument)?;
        for _ in 0..KILLS {
            sleep(Duration::from_micros(random.below(LIFE)));
            let victim = usize::try_from(random.below(WORKERS as u64))?;
            kill(workers.swap_remove(victim))?;
            check()?;
            workers.extend(start(1, target, argument)?);
        }
        check()?;
        workers.into_iter().try_for_each(kill)
    };
    kill_all().with_context(|| format!("with seed {seed}"))
}

/// Another one in each run; or, to see the same again, the last argument.
fn seed() -> anyhow::Result<u64> {
    if let Some(seed) = std::env::args().nth(2) {
        return Ok(seed.parse()?);
    }
    let time = SystemTime::UNIX_EPOCH.elapsed()?;
    Ok(u64::from(time.subsec_nanos()) + 1)
}

/// Something that only one may use: two numbers that are always the same,
/// and who is inside.
type Pair = Array<i64>;

/// Sees that nobody is inside and that all is right, or puts it right.
fn enter(pair: &Pair, abandoned: bool) -> anyhow::Result<()> {
    if abandoned {
        pair[1].set(pair[0].get());
        pair[2].set(0);
    }
    ensure!(pair[2].swap(1) == 0, "two are inside");
    ensure!(pair[0].get() == pair[1].get(), "half changed, but clean");
    pair[0].fetch_add(1);
    pair[1].fetch_add(1);
    pair[2].set(0);
    Ok(())
}

/// The guard, and whether the last holder died.
fn held(
    acquired: Result<Guard, AcquireError>,
) -> anyhow::Result<(Guard, bool)> {
    match acquired {
        Ok(guard) => Ok((guard, false)),
        Err(AcquireError::Abandoned(guard)) => Ok((guard, true)),
        Err(error) => Err(error.into()),
    }
}

fn lock_once(lock: &Lock, pair: &Pair) -> anyhow::Result<()> {
    let (guard, abandoned) = held(lock.acquire_timeout(LONG))?;
    enter(pair, abandoned)?;
    drop(if abandoned { guard.repaired() } else { guard });
    Ok(())
}

pub(crate) const LOCK_LOOP: Target<(Lock, Pair)> =
    Target::new("lock_loop", |(lock, pair)| {
        loop {
            lock_once(&lock, &pair)?;
        }
    });

pub(crate) fn lock() -> anyhow::Result<()> {
    let (lock, pair) = (Lock::new()?, Array::new_in(Backing::Memfd, &[0; 3])?);
    let argument = (lock.clone(), pair.clone());
    kill_at_random(LOCK_LOOP, &argument, || lock_once(&lock, &pair))?;
    lock_once(&lock, &pair)?;
    ensure!(!lock.is_locked(), "it stays locked");
    Ok(())
}

fn rlock_once(lock: &RLock, pair: &Pair) -> anyhow::Result<()> {
    match lock.acquire_timeout(LONG) {
        Ok(_held) => {
            let _again = lock.acquire()?;
            enter(pair, false)
        }
        Err(AcquireError::Abandoned(guard)) => {
            let _again = lock.acquire()?;
            enter(pair, true)?;
            drop(guard.repaired());
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}

pub(crate) const RLOCK_LOOP: Target<(RLock, Pair)> =
    Target::new("rlock_loop", |(lock, pair)| {
        loop {
            rlock_once(&lock, &pair)?;
        }
    });

pub(crate) fn rlock() -> anyhow::Result<()> {
    let (lock, pair) = (RLock::new()?, Array::new_in(Backing::Memfd, &[0; 3])?);
    let argument = (lock.clone(), pair.clone());
    kill_at_random(RLOCK_LOOP, &argument, || rlock_once(&lock, &pair))?;
    rlock_once(&lock, &pair)?;
    ensure!(!lock.is_locked(), "it stays locked");
    Ok(())
}

pub(crate) const PERMIT_LOOP: Target<Semaphore> =
    Target::new("permit_loop", |permits| {
        for number in 0.. {
            let permit = permits.acquire_timeout(LONG)?;
            if number % 2 == 0 {
                permit.keep();
                permits.release()?;
            }
        }
        Ok(())
    });

/// No permit is lost, and none too many comes back.
pub(crate) fn semaphore() -> anyhow::Result<()> {
    let permits = Semaphore::new(2)?;
    kill_at_random(PERMIT_LOOP, &permits, || {
        drop(permits.acquire_timeout(LONG)?);
        Ok(())
    })?;
    until("both are back", || permits.available() == 2)
}

pub(crate) const BOUNDED_LOOP: Target<BoundedSemaphore> =
    Target::new("bounded_loop", |permits| {
        loop {
            let first = permits.acquire_timeout(LONG)?;
            first.keep();
            permits.release()?;
        }
    });

pub(crate) fn bounded() -> anyhow::Result<()> {
    let permits = BoundedSemaphore::new(2)?;
    kill_at_random(BOUNDED_LOOP, &permits, || {
        drop(permits.acquire_timeout(LONG)?);
        Ok(())
    })?;
    until("both are back", || permits.available() == 2)?;
    let refused = permits.release();
    ensure!(
        refused == Err(ReleaseError::TooOften { permits: 2 }),
        "{refused:?}"
    );
    Ok(())
}

pub(crate) const EVENT_LOOP: Target<(Event, Event)> =
    Target::new("event_loop", |(one, other)| {
        loop {
            // Not all at once, and not for ever: who should set it, may be
            // dead.
            one.set();
            other.wait_timeout(Duration::from_millis(1))?;
            one.clear();
            other.set();
            one.wait_timeout(Duration::from_millis(1))?;
            other.clear();
        }
    });

pub(crate) fn event() -> anyhow::Result<()> {
    let (one, other) = (Event::new()?, Event::new()?);
    let argument = (one.clone(), other.clone());
    kill_at_random(EVENT_LOOP, &argument, || {
        ensure!(one.wait_timeout(LONG)?, "never set");
        ensure!(other.wait_timeout(LONG)?, "never set");
        Ok(())
    })?;
    one.clear();
    ensure!(!one.wait_timeout(Duration::ZERO)?, "set by nobody");
    one.set();
    Ok(one.wait()?)
}

/// Items, of which there are never more than four.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Store {
    fewer: Condition,
    more: Condition,
    items: Array<i64>,
}

impl Store {
    /// One more or one less, when that is possible.
    fn change(&self, by: i64) -> anyhow::Result<()> {
        let (wait, tell) = match by {
            1.. => (&self.fewer, &self.more),
            _ => (&self.more, &self.fewer),
        };
        let items = &self.items[0];
        let mut acquired = wait.lock().acquire_timeout(LONG);
        loop {
            let (guard, abandoned) = held(acquired)?;
            // The one step in which it changes is never half done.
            let guard = if abandoned { guard.repaired() } else { guard };
            let can = || (0..=4).contains(&(items.get() + by));
            match wait.wait_for_timeout(guard, LONG, can) {
                Ok((guard, true)) => {
                    items.fetch_add(by);
                    // All: one who died before its turn notifies nobody.
                    return Ok(tell.notify_all(&guard)?);
                }
                Ok((_, false)) => bail!("{} items, for ever", items.get()),
                Err(error) => acquired = Err(error),
            }
        }
    }
}

impl Store {
    /// One more or one less, whichever is nearer to the middle: the dead may
    /// have left it full or empty.
    fn level(&self) -> anyhow::Result<()> {
        let (guard, abandoned) = held(self.more.lock().acquire_timeout(LONG))?;
        let guard = if abandoned { guard.repaired() } else { guard };
        let items = &self.items[0];
        items.fetch_add(if items.get() < 2 { 1 } else { -1 });
        self.fewer.notify_all(&guard)?;
        Ok(self.more.notify_all(&guard)?)
    }
}

pub(crate) const STORE_LOOP: Target<(Store, Array<i64>)> =
    Target::new("store_loop", |(store, turn)| {
        // Half of them bring, half of them take: as many of either.
        let by = turn[0].fetch_add(1) % 2 * 2 - 1;
        loop {
            store.change(by)?;
            // Never stuck, should all the others do the same.
            store.change(-by)?;
        }
    });

pub(crate) fn condition() -> anyhow::Result<()> {
    let lock = Lock::new()?;
    let store = Store {
        fewer: Condition::new(&lock)?,
        more: Condition::new(&lock)?,
        items: Array::new_in(Backing::Memfd, &[2])?,
    };
    let argument = (store.clone(), Array::new_in(Backing::Memfd, &[0])?);
    kill_at_random(STORE_LOOP, &argument, || store.level())?;
    // The last of them may have died with the lock.
    store.level()?;
    ensure!((0..=4).contains(&store.items[0].get()), "{:?}", store.items);
    ensure!(!lock.is_locked(), "it stays locked");
    Ok(())
}

/// Comes until the barrier is broken.
pub(crate) const BARRIER_LOOP: Target<Barrier> =
    Target::new("barrier_loop", |barrier| {
        loop {
            match barrier.wait_timeout(LONG) {
                Ok(_) => {}
                Err(BarrierError::Broken) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    });

pub(crate) fn barrier() -> anyhow::Result<()> {
    let seed = seed()?;
    let kill_all = || -> anyhow::Result<()> {
        let mut random = Random(seed);
        let barrier = Barrier::new(WORKERS)?;
        for _ in 0..KILLS {
            let mut workers: Vec<Process> =
                start(WORKERS, BARRIER_LOOP, &barrier)?;
            sleep(Duration::from_micros(random.below(LIFE)));
            let victim = usize::try_from(random.below(WORKERS as u64))?;
            kill(workers.swap_remove(victim))?;
            join_all(workers)?;
            ensure!(barrier.is_broken(), "not broken");
            barrier.reset();
        }
        Ok(())
    };
    kill_all().with_context(|| format!("with seed {seed}"))
}

/// Waits in it, and says when it goes on.
pub(crate) const GO_ON: Target<(Condition, Semaphore)> =
    Target::new("go_on", |(condition, gone_on)| {
        let held = condition.lock().acquire()?;
        drop(condition.wait(held)?);
        gone_on.release()?;
        Ok(())
    });

/// The first of two is notified, and killed before it has the lock again:
/// then the second one is.
pub(crate) fn notified_in_vain() -> anyhow::Result<()> {
    let mut random = Random(0x5eed);
    for _ in 0..10 {
        let condition = Condition::new(&Lock::new()?)?;
        let gone_on = Semaphore::new(0)?;
        let waiting = || {
            let argument = (condition.clone(), gone_on.clone());
            let worker = Process::target(GO_ON).start(argument)?;
            until_asleep(&worker)?;
            anyhow::Ok(worker)
        };
        let (first, second) = (waiting()?, waiting()?);
        let held = condition.lock().acquire()?;
        condition.notify(&held, 1)?;
        // Meanwhile it wakes, and wants the lock that we hold.
        sleep(Duration::from_micros(random.below(2000)));
        kill(first)?;
        drop(held);
        gone_on.acquire_timeout(LONG)?.forget();
        join_all([second])?;
    }
    Ok(())
}
