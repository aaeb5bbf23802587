//! How a pool begins and ends.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use pool_map::{
    AsyncResult, Cause, Pool, PoolError, TaskError, default_workers,
};
use queue_ipc::Queue;
use rustix::process::{
    Resource, Rlimit, Signal, getrlimit, kill_process, setrlimit,
};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use time_utils::print_line;

use crate::sight::{Belongings, children, kill, until_stopped};
use crate::tasks::{
    How, LATE, LENGTH, MOODY, NOISY, SLEEP, SQUARE, TOUCHY, VARIABLE, WHO,
    WORKERS, When, ensure_usable, numbers, pool,
};

/// Longer than any test.
const LONG: Duration = Duration::from_mins(10);

/// What a terminated pool may take to its end.
const PROMISED: Duration = Duration::from_secs(2);

fn refused(start: Result<Pool, PoolError>) -> anyhow::Result<PoolError> {
    match start {
        Ok(_) => bail!("it started"),
        Err(error) => Ok(error),
    }
}

/// What an error and its causes say.
fn told(error: PoolError) -> String {
    format!("{:#}", anyhow::Error::from(error))
}

/// The first one opens what stays open for all.
fn after_a_first_pool() -> anyhow::Result<Belongings> {
    ensure_usable(&pool()?)?;
    Ok(Belongings::now()?)
}

pub(crate) fn no_workers() -> anyhow::Result<()> {
    let error = refused(Pool::builder(WORKERS).workers(0).start())?;
    Ok(print_line(error)?)
}

/// Some of the workers start, and then the system has no descriptor left.
pub(crate) fn too_few_descriptors() -> anyhow::Result<()> {
    let before = after_a_first_pool()?;
    let usual = getrlimit(Resource::Nofile);
    for few in [20, 30, 40, 50] {
        let scarce = Rlimit { current: Some(few), ..usual };
        setrlimit(Resource::Nofile, scarce)?;
        let error = refused(Pool::builder(WORKERS).workers(20).start());
        setrlimit(Resource::Nofile, usual)?;
        let why = told(error?);
        ensure!(why.contains("Too many open files"), "another reason: {why}");
        before.ensure_no_more()?;
    }
    ensure_usable(&pool()?)
}

pub(crate) fn initializer() -> anyhow::Result<()> {
    let hellos = Arc::new(Queue::new());
    let listeners = Arc::clone(&hellos);
    let initial = move || listeners.producer().expect("sockets are left");
    let pool = Pool::builder_with(NOISY, initial).workers(3).start()?;
    let mut greeted = BTreeSet::new();
    for _ in 0..3 {
        greeted.insert(hellos.get()?);
    }
    let pids = children()?.iter().map(|pid| pid.as_raw_pid()).collect();
    ensure!(greeted == pids, "{greeted:?}, but there are {pids:?}");
    ensure!(pool.map(SQUARE, 0..1000)?.len() == 1000, "not all");
    ensure!(hellos.is_empty(), "it ran more often than once in each");
    let [one, ..] = children()?[..] else { bail!("no workers") };
    kill(one)?;
    // A fresh worker has its own.
    while hellos.is_empty() {
        pool.map(SQUARE, 0..1000)?;
    }
    ensure!(!greeted.contains(&hellos.get()?), "an old worker");
    Ok(())
}

/// A pool whose workers' initializers do this, one after the other, and the
/// last thing for ever after; and how many have been started.
fn moody(
    moods: Vec<Option<How>>,
    workers: usize,
) -> (Result<Pool, PoolError>, Arc<AtomicUsize>) {
    let started = Arc::<AtomicUsize>::default();
    let counter = Arc::clone(&started);
    let mood = move || {
        let number = counter.fetch_add(1, Ordering::Relaxed);
        moods.get(number).or(moods.last()).copied().flatten()
    };
    let pool = Pool::builder_with(MOODY, mood).workers(workers).start();
    (pool, started)
}

pub(crate) fn failing_initializer() -> anyhow::Result<()> {
    for how in How::ALL {
        let (pool, started) = moody(vec![Some(how)], 2);
        let error = refused(pool)?;
        let PoolError::Initializer { worker, why } = &error else {
            bail!("another error: {error}");
        };
        ensure!(worker.starts_with("Worker-"), "{error}");
        print_line(format_args!("{how:?}: {why}"))?;
        let started = started.load(Ordering::Relaxed);
        ensure!(started == 2, "{started} workers were started");
        ensure!(children()?.is_empty(), "workers are left");
    }
    Ok(())
}

/// The second worker's initializer does not come to an end.
pub(crate) fn late_initializer() -> anyhow::Result<()> {
    let started = AtomicUsize::new(0);
    let time = move || match started.fetch_add(1, Ordering::Relaxed) {
        0 => Duration::ZERO,
        _ => LONG,
    };
    let pool = Pool::builder_with(LATE, time).workers(2);
    let start = Instant::now();
    let deadline = Duration::from_secs(1);
    print_line(refused(pool.initializer_deadline(deadline).start())?)?;
    ensure!(start.elapsed() < LONG / 2, "it waited");
    ensure!(children()?.is_empty(), "workers are left");
    Ok(())
}

/// One of two workers is killed, and no other can begin: the other one does
/// it all.
pub(crate) fn one_seat_is_empty() -> anyhow::Result<()> {
    let (pool, _) = moody(vec![None, None, Some(How::Error)], 2);
    let pool = pool?;
    let [first, _] = children()?[..] else { bail!("not two workers") };
    kill(first)?;
    // What it had been given by then would be lost with it.
    until(|| Ok(pool.status().len() == 1))?;
    let results = pool.imap(SQUARE, 0..5000).collect::<Result<Vec<_>, _>>()?;
    ensure!(results.len() == 5000, "{} results", results.len());
    // It still ends soon.
    let start = Instant::now();
    drop(pool);
    ensure!(start.elapsed() < PROMISED, "after {:?}", start.elapsed());
    Ok(())
}

pub(crate) fn third_initializer_fails() -> anyhow::Result<()> {
    let (pool, _) = moody(vec![None, None, Some(How::Error)], 4);
    print_line(refused(pool)?)?;
    ensure!(children()?.is_empty(), "workers are left");
    Ok(())
}

/// The first worker is fine and dies; no other can begin.
pub(crate) fn fresh_worker_fails() -> anyhow::Result<()> {
    let (pool, started) = moody(vec![None, Some(How::Error)], 1);
    let pool = pool?;
    for result in pool.imap(TOUCHY, numbers(When::Run, How::Kill)) {
        match result {
            Ok(answer) => print_line(answer.0.value)?,
            Err(error) => {
                let (places, cause) = (error.places(), error.cause());
                print_line(format_args!("{places:?}: {cause}"))?;
            }
        }
    }
    let started = started.load(Ordering::Relaxed);
    ensure!(started <= 7, "{started} workers were started");
    Ok(())
}

pub(crate) fn replaced() -> anyhow::Result<()> {
    let three = NonZeroUsize::new(3).context("three is not zero")?;
    let pool =
        Pool::builder(WORKERS).workers(1).chunks_per_worker(three).start()?;
    let one_by_one = pool.chunks_of(NonZeroUsize::MIN);
    let pids = one_by_one.map(WHO, [(); 12])?;
    let distinct: BTreeSet<_> = pids.iter().collect();
    ensure!(
        pids.chunk_by(|a, b| a == b).all(|same| same.len() == 3),
        "{pids:?}"
    );
    print_line(format_args!("workers for 12 chunks: {}", distinct.len()))?;
    Ok(())
}

pub(crate) fn short_lives() -> anyhow::Result<()> {
    for _ in 0..5 {
        let mut pool = Pool::builder(WORKERS)
            .workers(2)
            .chunks_per_worker(NonZeroUsize::MIN)
            .start()?;
        let results = (0..20)
            .map(|n| pool.apply_async(SQUARE, n))
            .collect::<Result<Vec<_>, _>>()?;
        pool.close();
        pool.join()?;
        for (result, n) in results.into_iter().zip(0..) {
            ensure!(result.get()? == n * n, "another result");
        }
        ensure!(children()?.is_empty(), "workers are left");
    }
    Ok(())
}

pub(crate) fn close() -> anyhow::Result<()> {
    let mut pool = pool()?;
    let Err(error) = pool.join() else { bail!("it did not run") };
    print_line(format_args!("join: {error}"))?;
    let before = pool.apply_async(SQUARE, 12)?;
    pool.close();
    let late = pool.map(SQUARE, [1]);
    let Err(error) = late else { bail!("it took a task") };
    ensure!(matches!(error.cause(), Cause::Closed), "{error}");
    print_line(format_args!("map: {error}"))?;
    let one = pool.imap(SQUARE, 0..).next();
    let closed = |result: &Result<_, TaskError>| {
        result.as_ref().is_err_and(|e| matches!(e.cause(), Cause::Closed))
    };
    ensure!(one.as_ref().is_some_and(closed), "imap: {one:?}");
    pool.join()?;
    pool.join()?;
    print_line(format_args!("asked before: {}", before.get()?))?;
    ensure!(children()?.is_empty(), "workers are left");
    Ok(())
}

type Waiting = Vec<AsyncResult<Duration, ()>>;

/// Ten thousand tasks, of which two have begun.
fn busy() -> anyhow::Result<(Pool, Waiting)> {
    let pool = pool()?;
    let waiting = (0..10_000).map(|_| pool.apply_async(SLEEP, LONG));
    let waiting = waiting.collect::<Result<_, _>>()?;
    Ok((pool, waiting))
}

fn ensure_all_are_told(waiting: Waiting) -> anyhow::Result<()> {
    for result in waiting {
        let Err(error) = result.get() else { bail!("it is done") };
        ensure!(matches!(error.cause(), Cause::Terminated), "{error}");
    }
    Ok(())
}

fn ensure_soon(start: Instant) -> anyhow::Result<()> {
    let time = start.elapsed();
    ensure!(time < PROMISED, "it took {time:?}");
    Ok(())
}

pub(crate) fn terminate() -> anyhow::Result<()> {
    let (mut pool, waiting) = busy()?;
    let start = Instant::now();
    pool.terminate();
    pool.join()?;
    ensure_soon(start)?;
    ensure!(children()?.is_empty(), "workers are left");
    ensure_all_are_told(waiting)?;
    let late = pool.apply(SQUARE, 1);
    ensure!(late.is_err(), "it took a task");
    Ok(())
}

pub(crate) fn drop_a_busy_pool() -> anyhow::Result<()> {
    let before = after_a_first_pool()?;
    let (pool, waiting) = busy()?;
    let start = Instant::now();
    drop(pool);
    ensure_soon(start)?;
    ensure_all_are_told(waiting)?;
    before.ensure_no_more()
}

/// It reads nothing, so that whoever sends to it waits.
pub(crate) fn drop_with_a_stopped_worker() -> anyhow::Result<()> {
    let pool = pool()?;
    for worker in children()? {
        kill_process(worker, Signal::STOP)?;
        until_stopped(worker)?;
    }
    let large = || "x".repeat(20 << 20);
    let waiting = [
        pool.apply_async(LENGTH, large())?,
        pool.apply_async(LENGTH, large())?,
    ];
    let begun = waiting.iter().all(|r| !r.wait(Duration::from_millis(100)));
    ensure!(begun, "a stopped worker answers");
    let start = Instant::now();
    drop(pool);
    ensure_soon(start)?;
    for result in waiting {
        ensure!(result.get().is_err(), "it is done");
    }
    Ok(())
}

pub(crate) fn fifty_pools() -> anyhow::Result<()> {
    let before = after_a_first_pool()?;
    for round in 0..50 {
        let mut pool = pool()?;
        ensure_usable(&pool)?;
        if round % 2 == 0 {
            pool.close();
            pool.join()?;
        }
    }
    before.ensure_no_more()
}

/// The affinity of a process is a bound; how many cores it has, is not.
pub(crate) fn on_one_core() -> anyhow::Result<()> {
    let allowed = sched_getaffinity(None)?;
    let first = (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu));
    let mut one = CpuSet::new();
    one.set(first.context("no core for us")?);
    sched_setaffinity(None, &one)?;
    print_line(default_workers())?;
    print_line(Pool::new(WORKERS)?.workers())?;
    Ok(())
}

/// What a pool tells of its workers: who they are, what they have before them
/// and behind them.
pub(crate) fn status() -> anyhow::Result<()> {
    let pool = Pool::builder(WORKERS).workers(1).start()?;
    let [fresh] = &pool.status()[..] else { bail!("not one worker") };
    ensure!(fresh.name == "Worker-1", "another name: {fresh:?}");
    let pids: Vec<_> = children()?.iter().map(|pid| pid.as_raw_pid()).collect();
    ensure!(pids == [fresh.pid.cast_signed()], "{fresh:?}, {pids:?}");
    ensure!((fresh.tasks_done, fresh.tasks_ahead) == (0, 0), "{fresh:?}");
    let three = NonZeroUsize::MIN.saturating_add(2);
    ensure!(pool.chunks_of(three).map(SQUARE, 0..7)?.len() == 7, "not all");
    let long = pool.apply_async(SLEEP, LONG)?;
    until(|| Ok(pool.status().iter().any(|worker| worker.tasks_ahead == 1)))?;
    let [busy] = &pool.status()[..] else { bail!("not one worker") };
    ensure!((busy.tasks_done, busy.pid) == (7, fresh.pid), "{busy:?}");
    let [worker] = children()?[..] else { bail!("not one worker") };
    kill(worker)?;
    ensure!(long.get().is_err(), "nobody was killed");
    ensure!(pool.status().is_empty(), "a dead worker has a status");
    ensure_usable(&pool)?;
    let [next] = &pool.status()[..] else { bail!("not one worker") };
    ensure!(next.name == "Worker-2" && next.tasks_done == 10, "{next:?}");
    Ok(())
}

/// Looks again and again, for half a minute at most.
pub(crate) fn until(
    mut holds: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !holds()? {
        ensure!(Instant::now() < deadline, "it never came to that");
        std::thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// A variable is set for each worker, also for a fresh one, and not for us.
pub(crate) fn environment() -> anyhow::Result<()> {
    let name = "POOL_MAP_SCENARIO";
    let pool = Pool::builder(WORKERS).workers(1).env(name, "as asked");
    let pool = pool.start()?;
    for _ in 0..2 {
        let seen = pool.apply(VARIABLE, name.to_owned())?;
        ensure!(seen.as_deref() == Some("as asked"), "{seen:?}");
        let [worker] = children()?[..] else { bail!("not one worker") };
        kill(worker)?;
    }
    ensure!(std::env::var_os(name).is_none(), "it is set here, too");
    Ok(())
}
