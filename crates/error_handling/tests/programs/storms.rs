//! Workers that end, one after the other.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use error_handling::{Lost, Policy, Reason, supervise};
use pool_map::Pool;
use rustix::process::{Pid, Signal, kill_process};
use time_utils::print_line;

use crate::tasks::{ACT, Act, SHORT_LIVED, all_but, lost_of, numbered, pool};

/// How many workers are killed by somebody else.
const KILLS: usize = 30;

/// Whoever kills workers, no task is lost for that, and all are in order.
pub(crate) fn killed_from_outside() -> anyhow::Result<()> {
    let pool = pool(0)?;
    // ANCHOR: patient
    // The killer may get the same task thirty times.
    let worker_ends = NonZeroUsize::MIN.saturating_add(KILLS);
    let first_pause = Duration::from_millis(1);
    let policy = Policy { worker_ends, first_pause, ..Policy::default() };
    // ANCHOR_END: patient
    // They go on until the killer is done.
    let acts = vec![Act::Nap(Duration::from_millis(2)); 1500];
    let (ended, killed) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (report, lost) = thread::scope(|scope| {
        scope.spawn(|| kill_workers(&pool, &ended, &killed));
        let supervised = lost_of(&pool, &acts, &policy);
        ended.store(true, Ordering::Relaxed);
        supervised
    })?;
    ensure!(lost.is_empty(), "{lost:?} are lost");
    let killed = killed.load(Ordering::Relaxed);
    ensure!(killed == KILLS, "only {killed} were killed: make it longer");
    // Who was killed while idle had no task to lose.
    let ends = report.ended_workers();
    ensure!((1..=killed).contains(&ends), "{ends} of {killed} ended");
    Ok(())
}

/// One after the other, whoever is at work.
fn kill_workers(pool: &Pool, ended: &AtomicBool, killed: &AtomicUsize) {
    let mut last = 0;
    while killed.load(Ordering::Relaxed) < KILLS
        && !ended.load(Ordering::Relaxed)
    {
        sleep(Duration::from_millis(7));
        let workers = pool.status();
        let next = workers.iter().find(|w| w.pid != last && w.tasks_ahead > 0);
        let Some(pid) = next.map(|worker| worker.pid) else { continue };
        let process = Pid::from_raw(pid.cast_signed());
        if process.is_some_and(|p| kill_process(p, Signal::KILL).is_ok()) {
            last = pid;
            killed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// All tasks end their worker, but for three: it stops at the limit.
pub(crate) fn storm() -> anyhow::Result<()> {
    let pool = Pool::builder_with(SHORT_LIVED, || true).workers(1).start()?;
    let respawn_limit = NonZeroUsize::MIN.saturating_add(4);
    // Those that have failed are not tried again meanwhile.
    let first_pause = Duration::from_mins(10);
    let longest_pause = first_pause;
    let policy = Policy {
        respawn_limit,
        first_pause,
        longest_pause,
        ..Policy::default()
    };
    let mut acts = vec![Act::Exit; 10_000];
    acts[..3].fill(Act::Nothing);
    let report = supervise(&pool, ACT, numbered(&acts), &policy);
    ensure!(report.ended_workers() == 6, "not at the limit:\n{report}");
    let done = report.outcomes().iter().take(3).all(|o| o.result.is_ok());
    ensure!(done, "what was done is lost:\n{report}");
    let mut lost: Vec<_> = report
        .outcomes()
        .iter()
        .filter_map(|o| o.result.as_ref().err())
        .collect();
    ensure!(lost.iter().all(|lost| lost.reason() == Reason::Stopped), "no");
    // Six have failed, some had been asked for, and all others had not.
    lost.dedup_by_key(|lost| told_apart(lost));
    for kind in lost {
        print_line(told_apart(kind))?;
    }
    print_line(report.stopped().context("nothing stopped it")?)?;
    Ok(())
}

fn told_apart(lost: &Lost) -> String {
    let told = lost.to_string();
    let words = told.rsplit("; ").next().unwrap_or_default();
    words.to_owned()
}

/// Workers end all the time, and tasks are done in between: no storm.
pub(crate) fn much_poison() -> anyhow::Result<()> {
    let pool = pool(0)?;
    let poison: Vec<_> = (0..60).map(|n| (10 * n, Act::Exit)).collect();
    let first_pause = Duration::from_millis(1);
    let policy = Policy { first_pause, ..Policy::default() };
    let (report, lost) = lost_of(&pool, &all_but(600, &poison), &policy)?;
    let expected: Vec<_> = poison.iter().map(|(place, _)| *place).collect();
    ensure!(lost == expected, "{lost:?} are lost");
    ensure!(report.ended_workers() == 120, "{report}");
    Ok(())
}

/// The only worker is killed, and no other can begin: that ends, too.
pub(crate) fn no_fresh_worker() -> anyhow::Result<()> {
    let started = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&started);
    let is_first = move || counter.fetch_add(1, Ordering::Relaxed) == 0;
    let pool = Pool::builder_with(SHORT_LIVED, is_first).workers(1).start()?;
    let start = Instant::now();
    let acts = all_but(1000, &[(0, Act::Exit)]);
    let report = supervise(&pool, ACT, numbered(&acts), &Policy::default());
    let all_lost =
        report.outcomes().iter().all(|outcome| outcome.result.is_err());
    ensure!(all_lost, "who has done it?\n{report}");
    ensure!(report.ended_workers() == 1, "one has ended:\n{report}");
    print_line(report.stopped().context("nothing stopped it")?)?;
    ensure!(start.elapsed() < Duration::from_secs(30), "it took long");
    let started = started.load(Ordering::Relaxed);
    ensure!(started < 20, "{started} workers were started");
    Ok(())
}

/// One of two is killed, and no other can begin: the other one does it all.
pub(crate) fn one_healthy_worker() -> anyhow::Result<()> {
    let started = AtomicUsize::new(0);
    let is_early = move || started.fetch_add(1, Ordering::Relaxed) < 2;
    let pool = Pool::builder_with(SHORT_LIVED, is_early).workers(2).start()?;
    let acts = all_but(500, &[(3, Act::Exit)]);
    let policy = Policy { worker_ends: NonZeroUsize::MIN, ..Policy::default() };
    let (report, lost) = lost_of(&pool, &acts, &policy)?;
    ensure!(lost == [3], "{lost:?} are lost");
    ensure!(report.ended_workers() == 1, "{report}");
    Ok(())
}
