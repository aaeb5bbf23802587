//! How far a pool asks ahead, for how long one waits, and how many at once.

use std::cell::Cell;
use std::iter::repeat_n;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail, ensure};
use pool_map::Pool;
use queue_ipc::Queue;
use rustix::process::{Pid, Signal, kill_process};
use time_utils::print_line;

use crate::life::until;
use crate::sight::{children, peak_kib, until_stopped};
use crate::tasks::{
    LENGTH, NOISY, NOTHING, SAY, SHY, SLEEP, SLOW_FIRST, SQUARE, Shy, WORKERS,
    ensure_usable, pool,
};

/// Longer than any test.
const LONG: Duration = Duration::from_mins(10);

pub(crate) fn deadlines() -> anyhow::Result<()> {
    let pool = pool()?;
    let workers = stop_workers()?;
    let soon = pool.apply_async(SLEEP, Duration::ZERO)?;
    let never = pool.apply_async(SLEEP, LONG)?;
    print_line(format_args!("ready: {}", soon.is_ready()))?;
    let early = Duration::from_millis(10);
    let Err(soon) = soon.get_timeout(early) else {
        return Err(anyhow!("it was too early"));
    };
    let_go_on(&workers)?;
    print_line(format_args!("in time: {}", soon.wait(LONG)))?;
    print_line(format_args!("ready: {}", soon.is_ready()))?;
    print_line(format_args!("got: {:?}", soon.get_timeout(early)))?;
    print_line(format_args!("in time: {}", never.wait(early)))?;
    ensure!(never.get_timeout(early).is_err(), "it came");
    Ok(())
}

/// Asked for one by one, also again; waited for, with and without a deadline.
pub(crate) fn completions() -> anyhow::Result<()> {
    let pool = pool()?;
    let mut shy = pool.completions(SHY);
    ensure!(shy.next_before(None)?.is_none(), "nothing was asked for");
    let Err(error) = shy.submit(7, &Shy(3)) else { bail!("it was written") };
    print_line(error)?;
    ensure!(shy.outstanding() == 0, "a task that nobody has");
    let workers = stop_workers()?;
    let mut calls = pool.completions(NOTHING);
    calls.submit(20, &())?;
    // Whoever has this one stays stopped, and the other does the rest.
    let slow = until_busy(&pool)?;
    let (slow, quick): (Vec<_>, Vec<_>) =
        workers.into_iter().partition(|worker| *worker == slow);
    let_go_on(&quick)?;
    calls.submit(10, &())?;
    let first = calls.next_before(None)?.context("none")?.0;
    let early = Instant::now() + Duration::from_millis(10);
    ensure!(calls.next_before(Some(early))?.is_none(), "too early");
    ensure!(calls.outstanding() == 1, "{calls:?}");
    calls.submit(10, &())?;
    let second = calls.next_before(None)?.context("none")?.0;
    let_go_on(&slow)?;
    let third = calls.next_before(None)?.context("none")?.0;
    print_line(format_args!("done: {first}, {second}, {third}"))?;
    let pause = Duration::from_millis(50);
    let start = Instant::now();
    ensure!(calls.next_before(Some(start + pause))?.is_none(), "from where?");
    ensure!(start.elapsed() >= pause, "it did not wait");
    ensure_usable(&pool)
}

/// Stops all workers of the only pool: no task is done before they go on.
fn stop_workers() -> anyhow::Result<Vec<Pid>> {
    let workers = children()?;
    for worker in &workers {
        kill_process(*worker, Signal::STOP)?;
        until_stopped(*worker)?;
    }
    Ok(workers)
}

fn let_go_on(workers: &[Pid]) -> anyhow::Result<()> {
    for worker in workers {
        kill_process(*worker, Signal::CONT)?;
    }
    Ok(())
}

/// Waits until one of the workers has been given a task, and says which.
fn until_busy(pool: &Pool) -> anyhow::Result<Pid> {
    let busy = || pool.status().into_iter().find(|it| it.tasks_ahead > 0);
    until(|| Ok(busy().is_some()))?;
    // It is stopped, and stays busy.
    let busy = busy().context("nobody is busy any more")?;
    Pid::from_raw(busy.pid.cast_signed()).context("no PID")
}

/// A pool of so many workers that may be this long at a task.
fn impatient(workers: usize, deadline: Duration) -> anyhow::Result<Pool> {
    let pool = Pool::builder(WORKERS).workers(workers);
    Ok(pool.task_deadline(deadline).start()?)
}

/// One of four takes too long: it is ended, and told; the others are done.
pub(crate) fn task_deadline() -> anyhow::Result<()> {
    let pool = impatient(2, Duration::from_secs(1))?;
    let times = [Duration::ZERO, LONG, Duration::ZERO, LONG];
    for result in pool.imap(SLEEP, times) {
        match result {
            Ok(()) => print_line("done")?,
            Err(error) => print_line(error.cause())?,
        }
    }
    ensure_usable(&pool)
}

/// A chunk has as long as all its tasks together.
pub(crate) fn task_deadline_of_a_chunk() -> anyhow::Result<()> {
    let pool = impatient(1, Duration::from_secs(1))?;
    let two = NonZeroUsize::MIN.saturating_add(1);
    let short = Duration::from_millis(1);
    let times = [Duration::from_millis(1100), short, LONG, short, short];
    for result in pool.chunks_of(two).imap(SLEEP, times) {
        match result {
            Ok(()) => print_line("done")?,
            Err(error) => print_line(error.cause())?,
        }
    }
    ensure_usable(&pool)
}

/// A worker that is stopped is as late as one that computes for ever.
pub(crate) fn stopped_and_late() -> anyhow::Result<()> {
    let pool = impatient(1, Duration::from_secs(1))?;
    let [worker] = children()?[..] else { bail!("not one worker") };
    kill_process(worker, Signal::STOP)?;
    until_stopped(worker)?;
    let Err(error) = pool.apply(SQUARE, 3) else { bail!("it was done") };
    print_line(error.cause())?;
    ensure_usable(&pool)?;
    // Also where the argument has no room in its pipe.
    let [worker] = children()?[..] else { bail!("not one worker") };
    kill_process(worker, Signal::STOP)?;
    until_stopped(worker)?;
    let large = "x".repeat(10 << 20);
    let Err(error) = pool.apply(LENGTH, large) else { bail!("it was done") };
    print_line(error.cause())?;
    ensure_usable(&pool)
}

/// Some tasks of one worker take longer than one may, but none of them does.
pub(crate) fn no_deadline_in_the_queue() -> anyhow::Result<()> {
    let pool = impatient(1, Duration::from_secs(2))?;
    // After quick ones two are given to it at once.
    let quick = repeat_n(Duration::ZERO, 200);
    let slow = repeat_n(Duration::from_millis(1200), 2);
    pool.imap(SLEEP, quick.chain(slow)).collect::<Result<Vec<_>, _>>()?;
    // Nor does it pass while there is nothing to do.
    thread::sleep(Duration::from_millis(2100));
    ensure!(pool.apply(SQUARE, 3)? == 9, "not usable");
    Ok(())
}

/// A pool of one noisy worker, and what it says.
fn noisy() -> anyhow::Result<(Pool, Arc<Queue<i32>>)> {
    let heard = Arc::new(Queue::new());
    let producers = Arc::clone(&heard);
    let pool = Pool::builder_with(NOISY, move || producer_of(&producers));
    let pool = pool.workers(1).start()?;
    heard.get()?;
    Ok((pool, heard))
}

fn producer_of(queue: &Queue<i32>) -> queue_ipc::Producer<i32> {
    queue.producer().expect("the system has sockets left")
}

pub(crate) fn cancel() -> anyhow::Result<()> {
    let (pool, heard) = noisy()?;
    // While it has one task, it is given no other.
    let workers = stop_workers()?;
    let begun = pool.apply_async(SAY, (7, Duration::ZERO))?;
    until_busy(&pool)?;
    let waits = pool.apply_async(SAY, (8, LONG))?;
    print_line(format_args!("waits: {}", waits.cancel()))?;
    print_line(format_args!("again: {}", waits.cancel()))?;
    let Err(error) = waits.get() else { return Err(anyhow!("it was done")) };
    print_line(format_args!("it is told: {error}"))?;
    print_line(format_args!("begun: {}", begun.cancel()))?;
    let_go_on(&workers)?;
    print_line(format_args!("got: {}", begun.get()?))?;
    ensure!(heard.get()? == 7, "another number");
    ensure!(pool.apply(SQUARE, 3)? == 9, "not usable");
    Ok(())
}

/// Two workers, as many chunks for each, and some that are just under way.
const FAR: u64 = 2 * 64 + 10;

pub(crate) fn lazy() -> anyhow::Result<()> {
    let pool = pool()?;
    let taken = Cell::new(0);
    let endless = || (0..).inspect(|n| taken.set(n + 1));
    for (place, square) in (0..1000).zip(pool.imap(SQUARE, endless())) {
        ensure!(square? == place * place, "out of order");
        let ahead = taken.get() - place;
        ensure!(ahead <= FAR, "{ahead} ahead");
    }
    for (given, square) in (0..1000).zip(pool.imap_unordered(SQUARE, endless()))
    {
        square?;
        // Of those that came, one piece may be on its way to us.
        let ahead = taken.get() - given;
        ensure!(ahead <= 2 * FAR, "{ahead} ahead, unordered");
    }
    let squares = pool.imap(SQUARE, 0..).take(10);
    let squares: Vec<_> = squares.collect::<Result<_, _>>()?;
    print_line(format_args!("{squares:?}"))?;
    ensure_usable(&pool)
}

/// As long as the first is not there, the others must be kept.
pub(crate) fn slow_first() -> anyhow::Result<()> {
    let pool = pool()?;
    let taken = Cell::new(0);
    let endless = (0..).inspect(|n| taken.set(n + 1));
    let mut numbers = pool.imap(SLOW_FIRST, endless);
    let first = numbers.next().ok_or_else(|| anyhow!("no number"))??;
    ensure!(first == 0, "out of order: {first}");
    ensure!(taken.get() <= FAR, "{} taken", taken.get());
    let next = numbers.take(500).collect::<Result<Vec<_>, _>>()?;
    ensure!(next.iter().copied().eq(1..=500), "out of order: {next:?}");
    Ok(())
}

/// What has come is given out before the source is asked for all it has, and
/// after its end it is not asked again.
pub(crate) fn slow_source() -> anyhow::Result<()> {
    let pool = pool()?;
    let (taken, ended) = (Cell::new(0), Cell::new(false));
    let source = std::iter::from_fn(|| {
        assert!(!ended.get(), "asked after its end");
        if taken.get() == 20 {
            ended.set(true);
            return None;
        }
        std::thread::sleep(Duration::from_millis(20));
        taken.set(taken.get() + 1);
        Some(taken.get())
    });
    let mut squares = pool.imap(SQUARE, source);
    ensure!(squares.next().transpose()? == Some(1), "out of order");
    ensure!(taken.get() < 20, "all taken before the first was given out");
    ensure!(squares.count() == 19, "not all");
    ensure_usable(&pool)
}

pub(crate) fn halfway() -> anyhow::Result<()> {
    let pool = pool()?;
    for _ in 0..20 {
        let mut squares = pool.imap(SQUARE, 0..1000);
        ensure!(squares.nth(2).transpose()? == Some(4), "out of order");
        drop(squares);
        ensure_usable(&pool)?;
    }
    Ok(())
}

pub(crate) fn a_million() -> anyhow::Result<()> {
    let pool = pool()?;
    let squares = pool.imap_unordered(SQUARE, 0..1_000_000);
    let sum = squares.sum::<Result<u64, _>>()?;
    ensure!(sum == 333_332_833_333_500_000, "{sum}");
    let peak = peak_kib()?;
    ensure!(peak < 100 * 1024, "it took {peak} KiB");
    Ok(())
}

pub(crate) fn several_threads() -> anyhow::Result<()> {
    let pool = pool()?;
    thread::scope(|scope| {
        let threads = [1, 2, 3, 4].map(|factor| {
            let pool = &pool;
            scope.spawn(move || squares_of_multiples(pool, factor))
        });
        for thread in threads {
            thread.join().map_err(|_| anyhow!("a thread panicked"))??;
        }
        Ok(())
    })
}

fn squares_of_multiples(pool: &Pool, factor: u64) -> anyhow::Result<()> {
    let multiples = || (0..1000).map(|n| n * factor);
    let expected: Vec<_> = multiples().map(|n| n * n).collect();
    ensure!(pool.map(SQUARE, multiples())? == expected, "not ours");
    let squares = pool.imap(SQUARE, multiples());
    let squares: Vec<_> = squares.collect::<Result<_, _>>()?;
    ensure!(squares == expected, "not ours, one by one");
    Ok(())
}

/// What a person may interrupt.
#[derive(Clone, Copy)]
pub(crate) enum Call {
    Map,
    Imap,
    Apply,
    Completions,
    Join,
}

/// Says when the first task has begun, and waits.
pub(crate) fn for_long(call: Call) -> anyhow::Result<()> {
    let (mut pool, heard) = noisy()?;
    let listener = thread::spawn(move || {
        let number = heard.get()?;
        print_line(format_args!("{number} has begun"))?;
        anyhow::Ok(())
    });
    let tasks = || (0..1000).map(|number| (number, LONG));
    match call {
        Call::Map => {
            pool.chunks_of(NonZeroUsize::MIN).map(SAY, tasks())?;
        }
        Call::Imap => {
            pool.imap(SAY, tasks()).collect::<Result<Vec<_>, _>>()?;
        }
        Call::Apply => {
            pool.apply(SAY, (0, LONG))?;
        }
        Call::Completions => {
            let mut said = pool.completions(SAY);
            said.submit(0, &(0, LONG))?;
            said.next_before(None)?;
        }
        Call::Join => {
            let _waits = pool.apply_async(SAY, (0, LONG))?;
            pool.close();
            pool.join()?;
        }
    }
    listener.join().map_err(|_| anyhow!("the listener panicked"))?
}
