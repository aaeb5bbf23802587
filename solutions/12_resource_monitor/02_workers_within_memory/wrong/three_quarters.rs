//! it started 3 workers: 9600000 MiB of 16000000, on 5 cores
//!
//! Without a `memory_budget`, `choose` takes the memory as what is available,
//! and leaves a quarter of it to others. Here it has been divided already.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use pool_map::{Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
use resource_monitor::{Because, Demand, Machine, Resource, choose};
use time_utils::print_line;

const SQUARE: Task<u64, u64> =
    Task::new("square", |number| Ok(number * number));
const WORKERS: Workers = Workers::new("workers", &[&SQUARE]);

/// What there is, and what is needed.
struct Given {
    cores: NonZeroUsize,
    /// For all workers together.
    budget_mebibytes: u64,
    /// For each of them.
    worker_mebibytes: u64,
    tasks: NonZeroUsize,
}

fn main() -> ExitCode {
    main_guard(&[&WORKERS]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().context("four numbers are needed");
    let given = Given {
        cores: next()?.parse()?,
        budget_mebibytes: next()?.parse()?,
        worker_mebibytes: next()?.parse()?,
        tasks: next()?.parse()?,
    };
    let workers = workers_for(&given)?;
    print_line(format_args!("workers: {workers}"))?;
    let sum = sum_of_squares(workers, given.tasks)?;
    print_line(format_args!("sum of squares: {sum}"))?;
    Ok(())
}

/// As many as the scarcest resource allows.
fn workers_for(given: &Given) -> anyhow::Result<NonZeroUsize> {
    let size = choose(&machine(given), &demand(given));
    if size.because == Because::AtLeastOne(Resource::Memory) {
        bail!("not enough memory for even one worker");
    }
    Ok(size.workers)
}

/// A machine with nothing but cores and this memory.
fn machine(given: &Given) -> Machine {
    Machine {
        logical_cores: given.cores,
        affinity: given.cores,
        cpu_quota: None,
        available_bytes: given.budget_mebibytes << 20,
        memory_limit: None,
    }
}

fn demand(given: &Given) -> Demand {
    Demand {
        tasks: Some(given.tasks),
        memory_per_worker: Some(given.worker_mebibytes << 20),
        ..Demand::default()
    }
}

/// The sum of the squares of 1 to `tasks`, by a pool of so many workers.
fn sum_of_squares(
    workers: NonZeroUsize,
    tasks: NonZeroUsize,
) -> anyhow::Result<u64> {
    let pool = Pool::builder(WORKERS).workers(workers.get()).start()?;
    let squares = pool.map(SQUARE, 1..=tasks.get() as u64)?;
    Ok(squares.into_iter().sum())
}
