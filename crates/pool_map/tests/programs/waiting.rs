//! How far a pool asks ahead, for how long one waits, and how many at once.

use std::cell::Cell;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{anyhow, ensure};
use pool_map::Pool;
use queue_ipc::Queue;
use time_utils::print_line;

use crate::sight::peak_kib;
use crate::tasks::{
    NOISY, SAY, SLEEP, SLOW_FIRST, SQUARE, ensure_usable, pool,
};

/// Longer than any test.
const LONG: Duration = Duration::from_mins(10);

pub(crate) fn deadlines() -> anyhow::Result<()> {
    let pool = pool()?;
    let soon = pool.apply_async(SLEEP, Duration::from_millis(200))?;
    let never = pool.apply_async(SLEEP, LONG)?;
    print_line(format_args!("ready: {}", soon.is_ready()))?;
    let early = Duration::from_millis(10);
    let Err(soon) = soon.get_timeout(early) else {
        return Err(anyhow!("it was too early"));
    };
    print_line(format_args!("in time: {}", soon.wait(LONG)))?;
    print_line(format_args!("ready: {}", soon.is_ready()))?;
    print_line(format_args!("got: {:?}", soon.get_timeout(early)))?;
    print_line(format_args!("in time: {}", never.wait(early)))?;
    ensure!(never.get_timeout(early).is_err(), "it came");
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
    let begun = pool.apply_async(SAY, (7, Duration::from_millis(200)))?;
    ensure!(heard.get()? == 7, "another number");
    let waits = pool.apply_async(SAY, (8, LONG))?;
    print_line(format_args!("waits: {}", waits.cancel()))?;
    print_line(format_args!("again: {}", waits.cancel()))?;
    let Err(error) = waits.get() else { return Err(anyhow!("it was done")) };
    print_line(format_args!("it is told: {error}"))?;
    print_line(format_args!("begun: {}", begun.cancel()))?;
    print_line(format_args!("got: {}", begun.get()?))?;
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
        Call::Join => {
            let _waits = pool.apply_async(SAY, (0, LONG))?;
            pool.close();
            pool.join()?;
        }
    }
    listener.join().map_err(|_| anyhow!("the listener panicked"))?
}
