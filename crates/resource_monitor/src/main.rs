//! A pool at work, seen from outside, and how many workers it should have.

mod oversubscription;
mod watch;
mod work;

use std::num::{NonZeroU64, NonZeroUsize};
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use clap::Parser;
use pool_map::{Builder, Pool};
use process_spawning::{exit_code, main_guard};
use resource_monitor::{Demand, Machine, Monitor, PoolSize, Screen, choose};
use shared_memory_demo::{Array, Backing};

use crate::oversubscription::NESTED;
use crate::watch::Watch;
use crate::work::{Load, WORK, WORKERS};

/// Chooses how many workers a pool should have, and shows what they use.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How many workers: a number, or as many as there is room for.
    #[arg(long, value_name = "NUMBER|auto", default_value = "auto")]
    workers: Workers,

    /// How many tasks; without it six for each worker.
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    tasks: Option<u32>,

    /// How long from one look to the next.
    #[arg(
        long,
        value_name = "MILLISECONDS",
        default_value = "500",
        value_parser = clap::value_parser!(u64).range(10..=60_000)
    )]
    interval: u64,

    /// What a worker needs; without it one worker is measured.
    #[arg(long, value_name = "MIB", value_parser = mebibytes)]
    memory_per_worker: Option<u64>,

    /// What all workers may take; without it three quarters of what is
    /// available.
    #[arg(long, value_name = "MIB", value_parser = mebibytes)]
    memory_budget: Option<u64>,

    /// One object of JSON a line, for programs.
    #[arg(long)]
    json: bool,

    #[command(flatten)]
    show: Show,
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
struct Show {
    /// Only how many workers there would be, and why.
    #[arg(long)]
    size: bool,

    /// A worker that is killed meanwhile, and the fresh one.
    #[arg(long)]
    kill_worker: bool,

    /// Tasks that leak, and workers that are replaced after three of them.
    #[arg(long)]
    leak: bool,

    /// Workers that have threads themselves: too many, and just enough.
    #[arg(long, conflicts_with_all = ["json", "tasks", "interval"])]
    oversubscribe: bool,
}

impl Options {
    fn tasks(&self) -> Option<NonZeroUsize> {
        NonZeroUsize::new(self.tasks?.try_into().ok()?)
    }
}

#[derive(Clone, Copy)]
enum Workers {
    Auto,
    Number(NonZeroUsize),
}

/// More than these are a slip of the finger.
const MOST_WORKERS: usize = 256;

impl FromStr for Workers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let number = text.parse::<NonZeroUsize>().ok();
        let number = number.filter(|number| number.get() <= MOST_WORKERS);
        let what = format!("`auto`, or a number from 1 to {MOST_WORKERS}");
        number.map(Self::Number).ok_or(what)
    }
}

impl Workers {
    fn number(self) -> Option<NonZeroUsize> {
        match self {
            Self::Auto => None,
            Self::Number(number) => Some(number),
        }
    }
}

fn mebibytes(text: &str) -> Result<u64, String> {
    let number = text.parse::<NonZeroU64>().ok();
    let bytes = number.and_then(|number| number.get().checked_mul(1 << 20));
    bytes.ok_or_else(|| "a number of MiB, from 1 on".into())
}

fn main() -> ExitCode {
    main_guard(&[&WORKERS, &NESTED]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    if options.show.oversubscribe {
        return oversubscription::show(options.workers.number());
    }
    let screen = Screen::choose(options.json);
    let shared = Array::zeros(Backing::Memfd, SHARED_NUMBERS)?;
    let size = size(options, &shared)?;
    screen.size(&size)?;
    if options.show.size {
        return Ok(());
    }
    let workers = size.workers.get();
    let mut pool = pool(options, &shared).workers(workers).start()?;
    let tasks = options.tasks().map_or(6 * workers, NonZeroUsize::get);
    let mut loads = Load::several(tasks);
    for load in &mut loads {
        load.leaks = options.show.leak;
    }
    let interval = Duration::from_millis(options.interval);
    let watch = Watch::new(&pool, &screen, interval)?;
    watch.run(&loads, options.show.kill_worker)?;
    pool.close();
    Ok(pool.join()?)
}

/// 32 MiB, which are in memory once.
const SHARED_NUMBERS: usize = 4 << 20;

fn pool(options: &Options, shared: &Array<u64>) -> Builder<Array<u64>> {
    let shared = shared.clone();
    let builder = Pool::builder_with(WORKERS, move || shared.clone());
    match NonZeroUsize::new(3).filter(|_| options.show.leak) {
        Some(chunks) => builder.chunks_per_worker(chunks),
        None => builder,
    }
}

// ANCHOR: size
fn size(options: &Options, shared: &Array<u64>) -> anyhow::Result<PoolSize> {
    let memory_per_worker = match options.memory_per_worker {
        Some(bytes) => bytes,
        None => measured(options, shared)?,
    };
    let demand = Demand {
        workers: options.workers.number(),
        tasks: options.tasks(),
        memory_per_worker: Some(memory_per_worker),
        memory_budget: options.memory_budget,
        ..Demand::default()
    };
    Ok(choose(&Machine::look()?, &demand))
}

/// The most memory that a worker has ever had, after its largest task.
fn measured(options: &Options, shared: &Array<u64>) -> anyhow::Result<u64> {
    let pool = pool(options, shared).workers(1).start()?;
    pool.apply(WORK, Load::largest())?;
    let sample = Monitor::new()?.look(pool.status());
    let peak = sample.figures().find_map(|figures| figures.peak_rss_bytes);
    peak.context("cannot measure a worker: give --memory-per-worker")
}
// ANCHOR_END: size
