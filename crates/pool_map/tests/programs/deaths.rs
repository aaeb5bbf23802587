//! Workers that end: before a task, in it, and after it.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use pool_map::{Cause, Pool, TaskError};
use time_utils::print_line;

use crate::sight::{children, kill};
use crate::tasks::{
    Answer, Argument, How, LARGE, Number, SQUARE, TOUCHY, WHO, When,
    ensure_usable, numbers, pool,
};

/// One task of six ends badly: that one is told, and the others are right.
pub(crate) fn matrix() -> anyhow::Result<()> {
    let pool = pool()?;
    for when in When::IN_WORKER {
        for how in How::ALL {
            let results: Vec<_> =
                pool.imap(TOUCHY, numbers(when, how)).collect();
            let error = only_the_fourth_failed(results)?;
            ensure!(error.task() == "touchy", "{error}");
            ensure!(error.places() == (3..4), "{error}");
            let worker = error.worker().context("no worker")?;
            ensure!(worker.starts_with("Worker-"), "{error}");
            print_line(format_args!("{when:?}, {how:?}: {}", error.cause()))?;
            ensure_usable(&pool)?;
            ensure!(children()?.len() <= 2, "too many workers");
        }
    }
    Ok(())
}

fn only_the_fourth_failed(
    results: Vec<Result<Answer, TaskError>>,
) -> anyhow::Result<TaskError> {
    ensure!(results.len() == 6, "{} results", results.len());
    let mut failed = None;
    for (place, result) in (0..).zip(results) {
        match result {
            Ok(answer) if place != 3 => {
                ensure!(answer.0.value == place, "out of order");
            }
            Err(error) if place == 3 => failed = Some(error),
            other => bail!("place {place}: {other:?}"),
        }
    }
    failed.context("the fourth did not fail")
}

/// Nothing of that is the worker's fault.
pub(crate) fn while_the_parent_reads() -> anyhow::Result<()> {
    let pool = pool()?;
    let workers = children()?;
    let results = pool.imap(TOUCHY, numbers(When::ResultRead, How::Error));
    let error = only_the_fourth_failed(results.collect())?;
    print_line(error.cause())?;
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        pool.map(TOUCHY, numbers(When::ResultRead, How::Panic))
    }));
    ensure!(panicked.is_err(), "the panic got lost");
    ensure_usable(&pool)?;
    ensure!(workers == children()?, "other workers");
    Ok(())
}

/// A chunk is lost as a whole; the other chunk is not.
pub(crate) fn in_a_chunk() -> anyhow::Result<()> {
    let pool = pool()?;
    let three = NonZeroUsize::new(3).context("three is not zero")?;
    let numbers = numbers(When::Run, How::Kill);
    for result in pool.chunks_of(three).imap(TOUCHY, numbers) {
        match result {
            Ok(answer) => print_line(answer.0.value)?,
            Err(error) => print_line(format_args!(
                "{:?}: {}",
                error.places(),
                error.cause()
            ))?,
        }
    }
    ensure_usable(&pool)
}

pub(crate) fn in_a_map() -> anyhow::Result<()> {
    let pool = pool()?;
    match pool.map(TOUCHY, numbers(When::Run, How::Kill)) {
        Ok(_) => bail!("it did not fail"),
        Err(error) => print_line(error)?,
    }
    ensure_usable(&pool)
}

const CROWD: usize = 2000;

/// A worker dies with other orders before it: those are done by others.
pub(crate) fn in_a_crowd() -> anyhow::Result<()> {
    let pool = pool()?;
    for deadly in [0, 1, 1000, CROWD - 1] {
        for how in [How::Exit, How::Kill] {
            let value = |place| if place == deadly { 3 } else { 7 };
            let numbers = (0..CROWD).map(|place| {
                let (value, when) = (value(place), When::Run);
                Argument(Number { value, when, how })
            });
            let results = pool.imap(TOUCHY, numbers).zip(0..);
            let lost = results.filter_map(|(result, place)| {
                Some((place, result.err()?.places()))
            });
            let lost: Vec<_> = lost.collect();
            ensure!(lost == [(deadly, deadly..deadly + 1)], "{lost:?}");
        }
    }
    ensure_usable(&pool)
}

/// Who has no task can lose none.
pub(crate) fn while_idle() -> anyhow::Result<()> {
    let pool = pool()?;
    for _ in 0..5 {
        let before = children()?;
        for worker in &before {
            kill(*worker)?;
        }
        ensure_usable(&pool)?;
        let who = pool.apply(WHO, ())?;
        let stale = before.iter().any(|dead| dead.as_raw_pid() == who);
        ensure!(!stale, "a dead worker answers");
    }
    ensure_usable(&pool)
}

/// A worker is killed with a part of its result sent, or nearly so.
pub(crate) fn while_a_result_is_on_its_way() -> anyhow::Result<()> {
    let pool = pool()?;
    for attempt in 0..12 {
        let delay = Duration::from_micros(attempt * 1500);
        let tasks = [None, Some(delay), None];
        let results: Vec<_> = pool.imap(LARGE, tasks).collect();
        let [Ok(before), deadly, Ok(after)] = &results[..] else {
            // The killer may come late, when its worker has another task.
            ensure_one_was_lost(&results)?;
            continue;
        };
        ensure!(before.len() == after.len(), "not whole");
        if let Err(error) = deadly {
            ensure_killed(error)?;
        }
        ensure_usable_in_the_end(&pool)?;
    }
    ensure_usable_in_the_end(&pool)
}

fn ensure_one_was_lost(
    results: &[Result<String, TaskError>],
) -> anyhow::Result<()> {
    ensure!(results.len() == 3, "{} results", results.len());
    let errors: Vec<_> =
        results.iter().filter_map(|result| result.as_ref().err()).collect();
    let [error] = errors[..] else { bail!("{errors:?}") };
    ensure_killed(error)
}

fn ensure_killed(error: &TaskError) -> anyhow::Result<()> {
    let Cause::WorkerEnded(exit) = error.cause() else { bail!("{error}") };
    ensure!(exit.python_exitcode() == -9, "{error}");
    ensure!(error.worker().is_some(), "{error}");
    Ok(())
}

/// A killer that is late may take one more task along.
fn ensure_usable_in_the_end(pool: &Pool) -> anyhow::Result<()> {
    let lost = pool.imap(SQUARE, 0..10).filter(Result::is_err).count();
    ensure!(lost <= 1, "{lost} were lost");
    ensure_usable(pool).or_else(|_| ensure_usable(pool))
}

/// Every task takes its worker along, one after the other.
pub(crate) fn of_every_worker() -> anyhow::Result<()> {
    let pool = pool()?;
    let deadly = (0..30)
        .map(|_| numbers(When::Run, How::Exit).nth(3).context("six numbers"));
    let deadly = deadly.collect::<anyhow::Result<Vec<_>>>()?;
    let results: Vec<_> = pool.imap_unordered(TOUCHY, deadly).collect();
    ensure!(results.len() == 30, "{} results", results.len());
    ensure!(results.iter().all(Result::is_err), "somebody survived");
    ensure_usable(&pool)
}
