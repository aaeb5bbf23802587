//! Workers that have threads themselves.

use std::fmt;
use std::iter::repeat_n;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use resource_monitor::{
    Demand, Machine, Monitor, Sample, State, choose, involuntary_switches,
};
use time_utils::{measure, print_line, spin};

// ANCHOR: nested
/// A task that is itself divided among threads, over and over.
const ROUNDS: Task<u32, ()> = Task::new("rounds", |rounds| {
    begin_threads()?;
    for _ in 0..rounds {
        (0..PIECES).into_par_iter().for_each(|_| spin(ITERATIONS));
    }
    Ok(())
});
// ANCHOR_END: nested

/// Begins rayon's threads, the first time: it would do so by itself, but panic
/// where the system refuses them.
fn begin_threads() -> anyhow::Result<()> {
    static BEGUN: OnceLock<()> = OnceLock::new();
    if BEGUN.get().is_none() {
        ThreadPoolBuilder::new().build_global()?;
        BEGUN.get_or_init(|| ());
    }
    Ok(())
}

pub(crate) const NESTED: Workers = Workers::new("nested", &[&ROUNDS]);

/// For how many threads there is something to do in each round.
const PIECES: u32 = 64;
const ITERATIONS: u64 = 200_000;
const TASKS_FOR_EACH: usize = 8;
const ROUNDS_OF_A_TASK: u32 = 10;

pub(crate) fn show(workers: Option<NonZeroUsize>) -> anyhow::Result<()> {
    let machine = Machine::look()?;
    let choose = |demand: &Demand| choose(&machine, demand).workers;
    let cores = choose(&Demand::default());
    let threaded = Demand { threads_per_worker: cores, ..Demand::default() };
    let threaded = choose(&threaded).get();
    let single = workers.unwrap_or(cores).get();
    let tasks = TASKS_FOR_EACH * single;
    print_line(Row::HEADER)?;
    // Rayon takes 0 as if nothing were set.
    print_line(Row::measure(single, 0, tasks)?)?;
    print_line(Row::measure(single, 1, tasks)?)?;
    print_line(Row::measure(threaded, cores.get(), tasks)?)?;
    Ok(())
}

/// A pool, and what it took to do the work.
struct Row {
    workers: usize,
    rayon_num_threads: usize,
    /// Those of all workers, beyond what they had before.
    threads: u64,
    time: Duration,
    switches: u64,
}

impl Row {
    const HEADER: &str = "RAYON_NUM_THREADS  workers  threads of rayon  \
                          seconds  involuntary switches";

    fn measure(
        workers: usize,
        rayon_num_threads: usize,
        tasks: usize,
    ) -> anyhow::Result<Self> {
        // ANCHOR: environment
        let pool = Pool::builder(NESTED)
            .workers(workers)
            .env("RAYON_NUM_THREADS", rayon_num_threads.to_string())
            .start()?;
        // ANCHOR_END: environment
        let one_by_one = pool.chunks_of(NonZeroUsize::MIN);
        let mut monitor = Monitor::new()?.without_pss();
        let before = threads(&monitor.look(pool.status()));
        let tasks = repeat_n(ROUNDS_OF_A_TASK, tasks);
        let (done, time) = measure(|| one_by_one.map(ROUNDS, tasks));
        done?;
        // Rayon's threads stay when they have nothing to do.
        let after = threads(&monitor.look(pool.status()));
        let threads = after
            .and_then(|after| after.checked_sub(before?))
            .context("cannot count the threads: a worker has ended")?;
        let workers_now = pool.status().into_iter();
        let switches =
            workers_now.filter_map(|worker| involuntary_switches(worker.pid));
        let switches = switches.sum();
        Ok(Self { workers, rayon_num_threads, threads, time, switches })
    }
}

/// How many threads all workers have together, as seen from outside; nothing
/// where one of them has ended, since the last look or before.
fn threads(sample: &Sample) -> Option<u64> {
    let workers = sample.workers.iter();
    let threads = workers.map(|worker| match worker.state {
        State::Gone | State::Zombie => None,
        _ => worker.figures.as_ref()?.threads,
    });
    threads.sum()
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { workers, rayon_num_threads, threads, time, switches } = self;
        let threads = format!("{threads} ({} each)", threads / *workers as u64);
        let seconds = time.as_secs_f64();
        write!(
            f,
            "{rayon_num_threads:>17}  {workers:>7}  {threads:>16}  \
             {seconds:>7.2}  {switches:>20}"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use resource_monitor::{Figures, Reading};

    #[test]
    fn threads_are_counted_only_where_every_worker_lives() {
        let figures = Figures {
            cpu_percent: None,
            cpu_seconds: 0.0,
            rss_bytes: 0,
            peak_rss_bytes: None,
            pss_bytes: None,
            threads: Some(3),
        };
        let worker = |state, figures| Reading {
            worker: "Worker-1".into(),
            pid: 4242,
            state,
            tasks_done: 0,
            figures,
        };
        let running = worker(State::Running, Some(figures.clone()));
        for (other, expected) in [
            (worker(State::Sleeping, Some(figures.clone())), Some(6)),
            (worker(State::Zombie, Some(figures)), None),
            (worker(State::Gone, None), None),
        ] {
            let workers = vec![running.clone(), other];
            let sample = Sample { seconds: 0.0, workers };
            assert_eq!(threads(&sample), expected, "{sample:?}");
        }
    }
}
