//! Workers that end, one after the other.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use error_handling::{Policy, Reason, RespawnLimit, Stop, supervise};
use pool_map::Pool;
use rustix::process::{Pid, Signal, kill_process};
use time_utils::print_line;

use crate::tasks::{ACT, Act, SHORT_LIVED, all_but, lost_of, numbered, pool};

/// How many workers are killed by somebody else.
const KILLS: usize = 30;

/// Whoever kills workers, no task is lost for that, and all are in order.
pub(crate) fn killed_from_outside() -> anyhow::Result<()> {
    let pool = pool(0)?;
    let many = NonZeroUsize::new(10_000).context("it is not zero")?;
    let policy = Policy {
        worker_ends: many,
        respawn_limit: RespawnLimit { ends: many, ..RespawnLimit::default() },
        first_pause: Duration::from_millis(1),
        ..Policy::default()
    };
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

/// All tasks end their worker: it stops at the limit, and soon.
pub(crate) fn storm() -> anyhow::Result<()> {
    let pool = pool(0)?;
    let ends = NonZeroUsize::new(5).context("it is not zero")?;
    let within = Duration::from_mins(10);
    let policy = Policy {
        respawn_limit: RespawnLimit { ends, within },
        ..Policy::default()
    };
    let acts = vec![Act::Exit; 10_000];
    let report = supervise(&pool, ACT, numbered(&acts), &policy);
    ensure!(report.ended_workers() == 6, "not at the limit:\n{report}");
    let lost = report.outcomes().iter().filter_map(|o| o.result.as_ref().err());
    let mut stopped = lost.filter(|lost| lost.reason() == Reason::Stopped);
    ensure!(stopped.clone().count() >= 9_990, "some were settled:\n{report}");
    let never = stopped.rfind(|lost| lost.failures().is_empty());
    print_line(never.context("all were tried")?)?;
    print_line(report.stopped().context("nothing stopped it")?)?;
    Ok(())
}

/// The first worker is killed, and no other can begin: that ends, too.
pub(crate) fn no_fresh_worker() -> anyhow::Result<()> {
    let started = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&started);
    let is_first = move || counter.fetch_add(1, Ordering::Relaxed) == 0;
    let pool = Pool::builder_with(SHORT_LIVED, is_first).workers(1).start()?;
    let start = Instant::now();
    let acts = all_but(1000, &[(0, Act::Exit)]);
    let report = supervise(&pool, ACT, numbered(&acts), &Policy::default());
    ensure!(matches!(report.stopped(), Some(Stop::Storm(_))), "{report}");
    let all_lost =
        report.outcomes().iter().all(|outcome| outcome.result.is_err());
    ensure!(all_lost, "who has done it?\n{report}");
    let last = report.outcomes().iter().rev().find(|o| o.tries > 0);
    let last = last.and_then(|outcome| outcome.result.as_ref().err());
    print_line(last.context("none was tried")?)?;
    // Each of those was started three times over, with pauses.
    ensure!(start.elapsed() < Duration::from_secs(30), "it took long");
    let started = started.load(Ordering::Relaxed);
    ensure!(started < 100, "{started} workers were started");
    Ok(())
}
