//! the squares are right, and in another order than the numbers
//!
//! `imap_unordered` is the fastest to give something. With numbers that take
//! equally long it even gives them in order, on a good day.

use std::process::{self, ExitCode};

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
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
    number
        .checked_mul(number)
        .with_context(|| format!("the square of {number} has over 64 bits"))
}

fn squares(workers: usize, numbers: Vec<i64>) -> anyhow::Result<Vec<i64>> {
    let pool = Pool::builder(WORKERS).workers(workers).start()?;
    let squares = pool.imap_unordered(SQUARE, numbers);
    Ok(squares.collect::<Result<_, _>>()?)
}
