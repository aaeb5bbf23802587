//! The squares of some numbers, by threads and by processes.

mod failures;
mod numbers;
mod progress;

use std::num::NonZeroUsize;
use std::ops::RangeInclusive;
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use anyhow::{Context as _, anyhow};
use clap::{Parser, ValueEnum};
use pool_map::{Pool, Task, Workers, automatic_chunk_size, default_workers};
use process_spawning::{exit_code, interrupted, main_guard};
use rayon::ThreadPoolBuilder;
use rayon::prelude::*;
use time_utils::{print_line, spin};

use crate::numbers::Abbreviated;
use crate::progress::Progress;

/// Squares numbers, by threads and by processes.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    work: Work,

    #[command(flatten)]
    show: Show,
}

/// What to square, and how.
#[derive(clap::Args)]
struct Work {
    /// Numbers and ranges, such as 7 or 1,2,10..=99.
    #[arg(
        long,
        value_delimiter = ',',
        default_value = "1,2,3,4,5",
        allow_hyphen_values = true,
        value_parser = numbers::parse
    )]
    numbers: Vec<RangeInclusive<i64>>,

    /// How many threads, or processes; without it as many as there are cores
    /// for us.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,

    /// How many numbers go to a worker process at once; without it, so that
    /// each worker has four chunks.
    #[arg(long)]
    chunk_size: Option<NonZeroUsize>,

    /// Only by these.
    #[arg(long)]
    backend: Option<Backend>,

    /// How long each task computes.
    #[arg(long, value_name = "MILLISECONDS", default_value_t = 0)]
    slow: u32,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Backend {
    Threads,
    Processes,
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false, conflicts_with = "Work")]
struct Show {
    /// A task that kills its worker.
    #[arg(long)]
    kill: bool,

    /// A task that fails, and one that panics.
    #[arg(long)]
    fail: bool,
}

fn main() -> ExitCode {
    main_guard(&[&WORKERS, &failures::WORKERS]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    match options.show {
        Show { kill: true, .. } => failures::show_kill(),
        Show { fail: true, .. } => failures::show_fail(),
        Show { .. } => compare(&options.work),
    }
}

fn compare(work: &Work) -> anyhow::Result<()> {
    for (backend, name, squares_of) in [
        (Backend::Threads, "threads:  ", by_threads as fn(&_, &_) -> _),
        (Backend::Processes, "processes:", by_processes),
    ] {
        if work.backend.is_some_and(|only| only != backend) {
            continue;
        }
        let progress = Progress::of(work.count());
        let squares: anyhow::Result<Vec<i64>> = squares_of(work, &progress);
        drop(progress);
        print_line(format_args!("{name} {}", Abbreviated(&squares?)))?;
    }
    Ok(())
}

// ANCHOR: task
const SQUARE: Task<i64, i64> = Task::new("square", square);
const WORKERS: Workers<Duration> =
    Workers::with_initializer("workers", be_slow, &[&SQUARE]);

fn square(number: i64) -> anyhow::Result<i64> {
    compute_for(SLOWNESS.get().copied().unwrap_or_default());
    number
        .checked_mul(number)
        .with_context(|| format!("the square of {number} has over 64 bits"))
}
// ANCHOR_END: task

// ANCHOR: initializer
/// How long each task of this process computes.
static SLOWNESS: OnceLock<Duration> = OnceLock::new();

fn be_slow(slowness: Duration) -> anyhow::Result<()> {
    SLOWNESS.set(slowness).map_err(|_| anyhow!("already told how slow to be"))
}
// ANCHOR_END: initializer

fn compute_for(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        spin(10_000);
    }
}

// ANCHOR: processes
fn by_processes(work: &Work, done: &Progress) -> anyhow::Result<Vec<i64>> {
    let slowness = work.slowness();
    let pool = Pool::builder_with(WORKERS, move || slowness)
        .workers(work.workers())
        .start()?;
    let squares =
        pool.chunks_of(work.chunk_size()).imap(SQUARE, work.numbers());
    let squares = squares.inspect(|_| done.one_more());
    Ok(squares.collect::<Result<_, _>>()?)
}
// ANCHOR_END: processes

// ANCHOR: threads
fn by_threads(work: &Work, done: &Progress) -> anyhow::Result<Vec<i64>> {
    be_slow(work.slowness())?;
    let pool = ThreadPoolBuilder::new().num_threads(work.workers()).build()?;
    let numbers: Vec<i64> = work.numbers().collect();
    pool.install(|| {
        let squares = numbers.into_par_iter().map(unless_interrupted);
        squares.inspect(|_| done.one_more()).collect()
    })
}
// ANCHOR_END: threads

/// Threads cannot be killed: each has to look for itself.
fn unless_interrupted(number: i64) -> anyhow::Result<i64> {
    match interrupted() {
        Some(by) => Err(by.into()),
        None => square(number),
    }
}

impl Work {
    fn numbers(&self) -> impl Iterator<Item = i64> {
        self.numbers.iter().cloned().flatten()
    }

    fn count(&self) -> usize {
        self.numbers().count()
    }

    fn workers(&self) -> usize {
        self.workers.map_or_else(default_workers, usize::from)
    }

    fn chunk_size(&self) -> NonZeroUsize {
        let automatic = || automatic_chunk_size(self.count(), self.workers());
        self.chunk_size.unwrap_or_else(automatic)
    }

    fn slowness(&self) -> Duration {
        Duration::from_millis(self.slow.into())
    }
}
