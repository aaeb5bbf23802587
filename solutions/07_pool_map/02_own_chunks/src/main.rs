//! Solution: numbers in chunks of your own.

use std::process::{self, ExitCode};

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
use process_spawning::{current_name, exit_code, main_guard};
use time_utils::{print_line, spin};

const SQUARE_ALL: Task<Vec<i64>, Vec<i64>> =
    Task::new("square_all", square_all);
const WORKERS: Workers = Workers::new("workers", &[&SQUARE_ALL]);

/// So many turns for the number 0; the larger a number, the fewer.
const TURNS: u64 = 50_000_000;

/// The squares of a whole chunk.
fn square_all(chunk: Vec<i64>) -> anyhow::Result<Vec<i64>> {
    let who = format!("{}, PID {}", current_name(), process::id());
    print_line(format_args!("{who}: takes {chunk:?}"))?;
    for number in &chunk {
        spin(TURNS / (1 + number.unsigned_abs()));
    }
    print_line(format_args!("{who}: is done with {chunk:?}"))?;
    Ok(chunk.iter().map(|number| number * number).collect())
}

fn main() -> ExitCode {
    main_guard(&[&WORKERS]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let workers = arguments.next().context("how many workers?")?;
    let workers = workers.parse().context("the workers are no number")?;
    let numbers: Result<Vec<i64>, _> = arguments.map(|it| it.parse()).collect();
    let numbers = numbers.context("not all are numbers")?;
    let pool = Pool::builder(WORKERS).workers(workers).start()?;
    let squares = squares(&pool, &numbers)?;
    Ok(print_line(format_args!("{squares:?}"))?)
}

/// At most `workers` chunks, none longer than it must be.
fn chunks(numbers: &[i64], workers: usize) -> Vec<Vec<i64>> {
    // At least 1: there are no chunks of nothing.
    let length = numbers.len().div_ceil(workers).max(1);
    numbers.chunks(length).map(<[_]>::to_vec).collect()
}

fn squares(pool: &Pool, numbers: &[i64]) -> anyhow::Result<Vec<i64>> {
    // All are asked for before any is waited for.
    let mut asked = Vec::new();
    for chunk in chunks(numbers, pool.workers()) {
        asked.push(pool.apply_async(SQUARE_ALL, chunk)?);
    }
    let mut squares = Vec::new();
    for chunk in asked {
        squares.extend(chunk.get()?);
    }
    Ok(squares)
}
