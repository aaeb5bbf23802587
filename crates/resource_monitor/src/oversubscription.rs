//! Workers that have threads themselves.

use std::fmt;
use std::iter::repeat_n;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::thread::available_parallelism;
use std::time::Duration;

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use resource_monitor::{
    Demand, Machine, Monitor, choose, involuntary_switches,
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
    let single = Demand { workers, ..Demand::default() };
    let threaded = Demand {
        threads_per_worker: available_parallelism()?,
        ..Demand::default()
    };
    let [single, threaded] = [single, threaded]
        .map(|demand| choose(&machine, &demand).workers.get());
    let tasks = TASKS_FOR_EACH * single;
    print_line(Row::HEADER)?;
    // Rayon takes 0 as if nothing were set.
    print_line(Row::measure(single, "0", tasks)?)?;
    print_line(Row::measure(single, "1", tasks)?)?;
    print_line(Row::measure(threaded, "0", tasks)?)?;
    Ok(())
}

/// A pool, and what it took to do the work.
struct Row {
    workers: usize,
    rayon_num_threads: &'static str,
    /// Those of all workers, beyond what they had before.
    threads: u64,
    time: Duration,
    switches: u64,
}

impl Row {
    const HEADER: &str = "RAYON_NUM_THREADS  workers  threads of rayon  \
                          seconds  involuntary switches";

    // ANCHOR: measure
    fn measure(
        workers: usize,
        rayon_num_threads: &'static str,
        tasks: usize,
    ) -> anyhow::Result<Self> {
        let pool = Pool::builder(NESTED)
            .workers(workers)
            .env("RAYON_NUM_THREADS", rayon_num_threads)
            .start()?;
        let one_by_one = pool.chunks_of(NonZeroUsize::MIN);
        let before = threads(&pool)?;
        let tasks = repeat_n(ROUNDS_OF_A_TASK, tasks);
        let (done, time) = measure(|| one_by_one.map(ROUNDS, tasks));
        done?;
        // Rayon's threads stay when they have nothing to do.
        let threads = threads(&pool)? - before;
        let workers_now = pool.status().into_iter();
        let switches =
            workers_now.filter_map(|worker| involuntary_switches(worker.pid));
        let switches = switches.sum();
        Ok(Self { workers, rayon_num_threads, threads, time, switches })
    }
    // ANCHOR_END: measure
}

/// How many threads all workers have together, as seen from outside.
fn threads(pool: &Pool) -> anyhow::Result<u64> {
    let sample = Monitor::new()?.without_pss().look(pool.status());
    let threads = sample.figures().map(|figures| figures.threads);
    threads.sum::<Option<_>>().context("the system does not tell of threads")
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
