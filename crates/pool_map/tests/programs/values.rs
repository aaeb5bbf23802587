//! What is asked, and what comes back.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use anyhow::{bail, ensure};
use pool_map::{Cause, Mapper, Pool, TaskError};
use time_utils::print_line;

use crate::tasks::{
    How, NESTED, NOTHING, RIDDLE, SHY, SHY_RESULT, SLEEP_OR_FAIL, SQUARE, SUM,
    Shy, TOUCHY, UNLISTED, When, ensure_usable, numbers, pool,
};

const ONE: NonZeroUsize = NonZeroUsize::MIN;

pub(crate) fn all_sizes() -> anyhow::Result<()> {
    let pool = pool()?;
    for items in [0, 1, 7, 100_000] {
        let expected: Vec<u64> = (0..items).map(|n| n * n).collect();
        ensure!(pool.map(SQUARE, 0..items)? == expected, "map, {items}");
        for chunk_size in [1, 3, 200_000] {
            let Some(size) = NonZeroUsize::new(chunk_size) else { continue };
            ensure_all(pool.chunks_of(size), items, &expected)?;
        }
    }
    print_line("all right")?;
    Ok(())
}

fn ensure_all(
    mapper: Mapper<'_>,
    items: u64,
    expected: &[u64],
) -> anyhow::Result<()> {
    let name = format!("{items} items, {mapper:?}");
    ensure!(mapper.map(SQUARE, 0..items)? == expected, "map, {name}");
    let squares: Vec<_> =
        mapper.imap(SQUARE, 0..items).collect::<Result<_, _>>()?;
    ensure!(squares == expected, "imap, {name}");
    let squares = mapper.imap_unordered(SQUARE, 0..items);
    let mut squares: Vec<_> = squares.collect::<Result<_, _>>()?;
    squares.sort_unstable();
    ensure!(squares == expected, "imap_unordered, {name}");
    Ok(())
}

/// Tuples, nothing, and processes of a task's own.
pub(crate) fn shapes() -> anyhow::Result<()> {
    let pool = pool()?;
    let sums = pool.starmap(SUM, [(1, 2, 0.5), (-3, 4, 0.25)])?;
    print_line(format_args!("starmap: {sums:?}"))?;
    let nothing = pool.map(NOTHING, [(); 5])?;
    print_line(format_args!("nothing: {nothing:?}"))?;
    let one_by_one = pool.imap(NOTHING, [(); 3]).flatten().count();
    print_line(format_args!("nothing, one by one: {one_by_one}"))?;
    let codes = pool.map(NESTED, 1..=3)?;
    print_line(format_args!("grandchildren: {codes:?}"))?;
    Ok(())
}

pub(crate) fn unlisted() -> anyhow::Result<()> {
    let pool = pool()?;
    let error = pool.apply(UNLISTED, 1);
    let Err(error) = error else { bail!("somebody knew it") };
    ensure!(matches!(error.cause(), Cause::Unlisted { .. }), "{error}");
    print_line(without_worker(&error))?;
    ensure_usable(&pool)
}

/// What an error says, but for who had the task.
fn without_worker(error: &TaskError) -> String {
    format!("{}, {:?}: {}", error.task(), error.places(), error.cause())
}

/// The results, or what their errors say.
fn outcomes<R>(
    results: impl IntoIterator<Item = Result<R, TaskError>>,
    show: impl Fn(R) -> u32,
) -> Vec<String> {
    let show = |result: Result<R, TaskError>| match result {
        Ok(result) => show(result).to_string(),
        Err(error) => without_worker(&error),
    };
    results.into_iter().map(show).collect()
}

pub(crate) fn argument_that_cannot_be_written() -> anyhow::Result<()> {
    let pool = pool()?;
    let shy = || (0..5).map(Shy);
    for chunk_size in [1, 2, 5] {
        let mapper = pool.chunks_of(ONE.saturating_add(chunk_size - 1));
        let outcomes = outcomes(mapper.imap(SHY, shy()), |number| number);
        print_line(format_args!("imap: {outcomes:?}"))?;
        let Err(error) = mapper.map(SHY, shy()) else { bail!("it was sent") };
        print_line(format_args!("map: {error}"))?;
    }
    let Err(error) = pool.apply(SHY, Shy(3)) else { bail!("it was sent") };
    print_line(format_args!("apply: {error}"))?;
    // However many there are, none is taken before the last is given out.
    let endless = pool.imap_unordered(SHY, (0..).map(|_| Shy(3)));
    print_line(format_args!("endless: {}", endless.take(1000).count()))?;
    ensure_usable(&pool)
}

pub(crate) fn results_that_cannot_be_carried() -> anyhow::Result<()> {
    let pool = pool()?;
    let workers = crate::sight::children()?;
    for _ in 0..20 {
        let results = pool.imap(SHY_RESULT, [3]);
        let [Err(error)] = &results.collect::<Vec<_>>()[..] else {
            bail!("it was carried");
        };
        ensure!(matches!(error.cause(), Cause::Unreadable(_)), "{error}");
    }
    let shy = outcomes(pool.imap(SHY_RESULT, 2..5), |shy| shy.0);
    print_line(format_args!("written: {shy:?}"))?;
    let riddles = outcomes(pool.imap(RIDDLE, 2..5), |riddle| riddle.0);
    print_line(format_args!("read: {riddles:?}"))?;
    let all = ONE.saturating_add(9);
    let riddles = pool.chunks_of(all).imap(RIDDLE, 2..5);
    let riddles = outcomes(riddles, |riddle| riddle.0);
    print_line(format_args!("read, in one chunk: {riddles:?}"))?;
    ensure_usable(&pool)?;
    let same = workers == crate::sight::children()?;
    print_line(format_args!("the same workers: {same}"))?;
    Ok(())
}

/// It panics where the values are taken: in the one who asks.
pub(crate) fn iterator_that_panics() -> anyhow::Result<()> {
    let pool = pool()?;
    for at in [0, 3] {
        let values = || (0..6).inspect(move |n| assert_ne!(*n, at, "as asked"));
        ensure_panics(|| drop(pool.map(SQUARE, values())))?;
        ensure_panics(|| drop(taken(pool.imap(SQUARE, values()))))?;
        ensure_panics(|| drop(taken(pool.imap_unordered(SQUARE, values()))))?;
        ensure_usable(&pool)?;
    }
    Ok(())
}

fn taken<R>(results: impl Iterator<Item = R>) -> Vec<R> {
    results.collect()
}

fn ensure_panics(call: impl FnOnce()) -> anyhow::Result<()> {
    let panicked = catch_unwind(AssertUnwindSafe(call)).is_err();
    ensure!(panicked, "the panic got lost");
    Ok(())
}

pub(crate) fn first_error_when_all_are_done() -> anyhow::Result<()> {
    let pool = pool()?;
    let one_by_one = pool.chunks_of(ONE);
    let error = one_by_one.map(TOUCHY, numbers(When::Run, How::Error));
    let Err(error) = error else { bail!("it did not fail") };
    print_line(without_worker(&error))?;
    let time = Duration::from_millis(300);
    let start = Instant::now();
    let results = one_by_one.map(SLEEP_OR_FAIL, [None, Some(time)]);
    ensure!(results.is_err(), "it did not fail");
    ensure!(start.elapsed() >= time, "map did not wait for the others");
    Ok(())
}

/// Where a panic was; with `RUST_BACKTRACE=1` how it got there, too.
pub(crate) fn what_an_error_tells() -> anyhow::Result<()> {
    let pool = pool()?;
    for how in [How::Error, How::Panic] {
        let error = first_error(&pool, how)?;
        print_line(format_args!("{error}"))?;
        let (Cause::Error { backtrace, .. } | Cause::Panic { backtrace, .. }) =
            error.cause()
        else {
            bail!("another cause: {error}");
        };
        let frames = backtrace.as_deref().unwrap_or("no backtrace");
        let mut frames = frames.lines();
        let ours = frames.find(|line| {
            line.contains("programs/tasks.rs") || line.starts_with("no ")
        });
        print_line(ours.unwrap_or("no line of ours").trim())?;
    }
    Ok(())
}

fn first_error(pool: &Pool, how: How) -> anyhow::Result<TaskError> {
    match pool.map(TOUCHY, numbers(When::Run, how)) {
        Ok(_) => bail!("it did not fail"),
        Err(error) => Ok(error),
    }
}
