//! it started 4 workers: 1200 MiB of 1000, on 8 cores, for 20 tasks
//!
//! A quota of cores is rounded up: two workers can share one and a half. A part
//! of a worker's memory is of no use.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use anyhow::{Context as _, bail};
use pool_map::{Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
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
    let Given { cores, budget_mebibytes, worker_mebibytes, tasks } = given;
    if worker_mebibytes > budget_mebibytes {
        bail!("not enough memory for even one worker");
    }
    let fit = budget_mebibytes.div_ceil(*worker_mebibytes);
    let fit = NonZeroUsize::new(usize::try_from(fit)?).context("no memory")?;
    Ok(fit.min(*cores).min(*tasks))
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
