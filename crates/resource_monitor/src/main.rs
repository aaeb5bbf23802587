//! A pool at work, seen from outside, and how many workers it should have.

mod options;
mod oversubscription;
mod watch;
mod work;

use std::num::NonZeroUsize;
use std::process::ExitCode;

use anyhow::Context as _;
use clap::Parser;
use pool_map::{Builder, Pool};
use process_spawning::{exit_code, main_guard};
use resource_monitor::{Demand, Machine, Monitor, PoolSize, Screen, choose};
use shared_memory_demo::{Array, Backing};

use crate::options::Options;
use crate::oversubscription::NESTED;
use crate::watch::Watch;
use crate::work::{Load, WORK, WORKERS};

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
    let kill_one = options.show.kill_worker;
    let watch = Watch::new(&pool, &screen, options.interval(), kill_one)?;
    watch.run(&loads)?;
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
