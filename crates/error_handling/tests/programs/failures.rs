//! Tasks that fail, each in its way; all others are done, and in order.

use std::num::NonZeroUsize;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow, bail, ensure};
use error_handling::{Lost, Outcome, Policy, Reason, Report, supervise};
use pool_map::{Cause, Pool};
use process_spawning::Exit;
use shared_memory_demo::{Backing, Value};
use time_utils::print_line;

use crate::tasks::{
    ACT, Act, Unwritable, WORKERS, all_but, lost_of, numbered, pool,
};

/// Longer than any test.
const LONG: Duration = Duration::from_mins(10);

/// The tests need not wait for long.
fn hasty() -> Policy {
    Policy { first_pause: Duration::from_millis(1), ..Policy::default() }
}

fn outcome(
    report: &Report<u64>,
    place: usize,
) -> anyhow::Result<&Outcome<u64>> {
    report.outcomes().get(place).context("no such task")
}

/// The task at `place` was given up for this reason, after so many tries.
fn given_up(
    report: &Report<u64>,
    place: usize,
    reason: Reason,
    tries: usize,
) -> anyhow::Result<&Lost> {
    let outcome = outcome(report, place)?;
    let Err(lost) = &outcome.result else { bail!("it was done") };
    ensure!(lost.reason() == reason, "another reason: {lost}");
    ensure!(outcome.tries == tries, "{} tries: {lost}", outcome.tries);
    ensure!(lost.failures().len() == tries, "{lost}");
    for failure in lost.failures() {
        ensure!(failure.task() == "act", "another task: {failure}");
        ensure!(failure.places() == (place..place + 1), "{failure}");
    }
    Ok(lost)
}

fn ensure_ended_workers(
    report: &Report<u64>,
    ends: usize,
) -> anyhow::Result<()> {
    ensure!(report.ended_workers() == ends, "{ends} ended, but:\n{report}");
    ensure!(report.stopped().is_none(), "it was stopped");
    Ok(())
}

pub(crate) fn nothing() -> anyhow::Result<()> {
    let (report, lost) = lost_of(&pool(0)?, &all_but(2000, &[]), &hasty())?;
    ensure!(lost.is_empty(), "{lost:?} are lost");
    let once = report.outcomes().iter().all(|outcome| outcome.tries == 1);
    ensure!(once, "some were tried again");
    ensure_ended_workers(&report, 0)
}

pub(crate) fn nothing_to_do() -> anyhow::Result<()> {
    let (report, lost) = lost_of(&pool(0)?, &[], &hasty())?;
    ensure!(lost.is_empty() && report.outcomes().is_empty(), "{report}");
    Ok(report.ensure_complete()?)
}

pub(crate) fn flaky() -> anyhow::Result<()> {
    let policy = Policy {
        first_pause: Duration::from_millis(100),
        tries: NonZeroUsize::MIN.saturating_add(2),
        ..Policy::default()
    };
    let start = Instant::now();
    let acts = all_but(10, &[(4, Act::Refuse)]);
    let (report, lost) = lost_of(&pool(2)?, &acts, &policy)?;
    ensure!(lost.is_empty(), "{lost:?} are lost");
    ensure!(outcome(&report, 4)?.tries == 3, "{report}");
    // Twice it has waited, the second time twice as long.
    ensure!(start.elapsed() >= Duration::from_millis(300), "no pauses");
    ensure_ended_workers(&report, 0)
}

pub(crate) fn error() -> anyhow::Result<()> {
    let acts = all_but(10, &[(0, Act::Fail), (9, Act::Fail)]);
    let (report, lost) = lost_of(&pool(0)?, &acts, &hasty())?;
    ensure!(lost == [0, 9], "{lost:?} are lost");
    for place in lost {
        let lost = given_up(&report, place, Reason::Failed, 3)?;
        print_line(lost)?;
    }
    ensure_ended_workers(&report, 0)
}

pub(crate) fn panic() -> anyhow::Result<()> {
    let acts = all_but(10, &[(5, Act::Panic)]);
    let (report, lost) = lost_of(&pool(0)?, &acts, &hasty())?;
    ensure!(lost == [5], "{lost:?} are lost");
    print_line(given_up(&report, 5, Reason::Hopeless, 1)?)?;
    ensure_ended_workers(&report, 0)
}

pub(crate) fn poison() -> anyhow::Result<()> {
    let acts =
        all_but(500, &[(0, Act::Exit), (250, Act::Exit), (499, Act::Exit)]);
    let pool = pool(0)?;
    let (report, lost) = lost_of(&pool, &acts, &hasty())?;
    ensure!(lost == [0, 250, 499], "{lost:?} are lost");
    for place in lost {
        let lost = given_up(&report, place, Reason::Poison, 2)?;
        for failure in lost.failures() {
            let ended =
                matches!(failure.cause(), Cause::WorkerEnded(Exit::Code(3)));
            ensure!(ended, "another cause: {failure}");
        }
        let workers = lost.failures().iter().filter_map(|f| f.worker());
        let [first, second] = workers.collect::<Vec<_>>()[..] else {
            bail!("a worker has no name: {lost}");
        };
        ensure!(first != second, "{first} ended twice");
    }
    ensure_ended_workers(&report, 6)?;
    // The pool is as good as new.
    let (_, lost) = lost_of(&pool, &all_but(10, &[]), &hasty())?;
    ensure!(lost.is_empty(), "{lost:?} are lost");
    Ok(())
}

pub(crate) fn late() -> anyhow::Result<()> {
    let refusals = Value::new_in(Backing::Memfd, 0)?;
    let pool = Pool::builder_with(WORKERS, move || refusals.clone());
    let deadline = Duration::from_secs(1);
    let pool = pool.workers(2).task_deadline(deadline).start()?;
    let acts = all_but(100, &[(30, Act::Nap(LONG))]);
    let (report, lost) = lost_of(&pool, &acts, &hasty())?;
    ensure!(lost == [30], "{lost:?} are lost");
    print_line(given_up(&report, 30, Reason::Poison, 2)?)?;
    ensure_ended_workers(&report, 2)
}

pub(crate) fn argument() -> anyhow::Result<()> {
    let acts = all_but(10, &[(3, Act::Shy(Unwritable))]);
    let (report, lost) = lost_of(&pool(0)?, &acts, &hasty())?;
    ensure!(lost == [3], "{lost:?} are lost");
    let shy = given_up(&report, 3, Reason::Hopeless, 1)?;
    ensure!(shy.failures()[0].worker().is_none(), "who has seen it?");
    print_line(shy)?;
    ensure_ended_workers(&report, 0)
}

/// All at once, and what is not meant to fail does not.
pub(crate) fn mixed() -> anyhow::Result<()> {
    let nap = Act::Nap(Duration::from_millis(20));
    let acts = all_but(
        300,
        &[
            (1, Act::Exit),
            (2, Act::Refuse),
            (3, nap),
            (100, Act::Panic),
            (101, Act::Fail),
            (102, nap),
            (200, Act::Exit),
            (298, Act::Fail),
            (299, Act::Exit),
        ],
    );
    let (report, lost) = lost_of(&pool(1)?, &acts, &hasty())?;
    ensure!(lost == [1, 100, 101, 200, 298, 299], "{lost:?} are lost");
    print_line(format_args!("{report}"))?;
    ensure_ended_workers(&report, 6)
}

/// All but two are done, and those take until somebody presses Ctrl-C.
pub(crate) fn for_long() -> anyhow::Result<()> {
    let pool = pool(0)?;
    let acts = all_but(100, &[(98, Act::Nap(LONG)), (99, Act::Nap(LONG))]);
    let report = thread::scope(|scope| {
        let told = scope.spawn(|| tell_when_two_are_left(&pool));
        let report = supervise(&pool, ACT, numbered(&acts), &hasty());
        told.join().map_err(|_| anyhow!("it panicked"))??;
        anyhow::Ok(report)
    })?;
    let done = report.outcomes().iter().take(98).all(|o| o.result.is_ok());
    ensure!(done, "what was done is not told:\n{report}");
    print_line(report.stopped().context("nothing stopped it")?)?;
    Ok(report.ensure_complete()?)
}

fn tell_when_two_are_left(pool: &Pool) -> anyhow::Result<()> {
    loop {
        let workers = pool.status();
        let done: usize = workers.iter().map(|w| w.tasks_done).sum();
        let ahead: usize = workers.iter().map(|w| w.tasks_ahead).sum();
        if (done, ahead) == (98, 2) {
            return Ok(print_line("all but two are done")?);
        }
        thread::sleep(Duration::from_millis(1));
    }
}
