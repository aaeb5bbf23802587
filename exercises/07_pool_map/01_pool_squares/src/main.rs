//! Exercise: the squares of some numbers, from a pool.
//!
//! Write `times_itself`, which is an error where the square has over 64 bits,
//! and `squares`, which has a pool square all numbers, and returns the squares
//! in the order of the numbers.
//!
//! The task in full is in README.md, and in the chapter "Pools".

use std::process::{self, ExitCode};

use anyhow::Context as _;
use pool_map::{Task, Workers};
use process_spawning::{current_name, exit_code, main_guard};
use time_utils::{print_line, spin};

const SQUARE: Task<i64, i64> = Task::new("square", square);
const WORKERS: Workers = Workers::new("workers", &[&SQUARE]);

/// So many turns for the number 0; the larger a number, the fewer.
const TURNS: u64 = 50_000_000;

fn square(number: i64) -> anyhow::Result<i64> {
    let who = format!("{}, PID {}", current_name(), process::id());
    print_line(format_args!("{who}: squares {number}"))?;
    spin(TURNS / (1 + number.unsigned_abs()));
    let square = times_itself(number)?;
    print_line(format_args!("{who}: has squared {number}"))?;
    Ok(square)
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
    let squares = squares(workers, numbers.context("not all are numbers")?)?;
    Ok(print_line(format_args!("{squares:?}"))?)
}

fn times_itself(number: i64) -> anyhow::Result<i64> {
    todo!("{number} times itself, or an error where that has over 64 bits")
}

fn squares(workers: usize, numbers: Vec<i64>) -> anyhow::Result<Vec<i64>> {
    todo!("start a pool of {workers}, and have it square {numbers:?}")
}
