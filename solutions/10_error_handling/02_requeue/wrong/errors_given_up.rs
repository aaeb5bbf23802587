//! 3037000500 returned an error, and was given up
//!
//! Whatever is no square is given up. But the task's own error, which says
//! what is wrong with the number, is lost so.

use std::process::{self, ExitCode};

use anyhow::Context as _;
use pool_map::{Cause, Pool, Task, TaskError, Workers};
use process_spawning::{current_name, exit_code, main_guard};
use time_utils::{print_line, spin};

const SQUARE: Task<i64, i64> = Task::new("square", square);
const WORKERS: Workers = Workers::new("workers", &[&SQUARE]);

/// Its square, like that of -13, ends the worker that is at it.
const POISON: u64 = 13;

/// So many turns for the number 0; the larger a number, the fewer.
const TURNS: u64 = 200_000_000;

fn square(number: i64) -> anyhow::Result<i64> {
    let who = format!("{}, PID {}", current_name(), process::id());
    print_line(format_args!("{who}: takes {number}"))?;
    if number.unsigned_abs() == POISON {
        process::abort();
    }
    spin(TURNS / (1 + number.unsigned_abs()));
    number
        .checked_mul(number)
        .with_context(|| format!("the square of {number} has over 64 bits"))
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
    for (number, square) in numbers.iter().zip(&squares) {
        match square {
            Some(square) => print_line(format_args!("{number}: {square}"))?,
            None => print_line(format_args!("{number}: given up"))?,
        }
    }
    let is_complete = squares.iter().all(Option::is_some);
    anyhow::ensure!(is_complete, "not all squares are there");
    Ok(())
}

/// A task that has ended so many workers is given up.
const MOST_ENDS: usize = 2;

/// The squares, in the order of the numbers; `None` for what was given up.
fn squares(pool: &Pool, numbers: &[i64]) -> anyhow::Result<Vec<Option<i64>>> {
    let mut squares = vec![None; numbers.len()];
    let mut ends = vec![0; numbers.len()];
    let mut asked = pool.completions(SQUARE);
    for (place, number) in numbers.iter().enumerate() {
        asked.submit(place, number)?;
    }
    while let Some((place, result)) = asked.next_before(None)? {
        match result {
            Ok(square) => squares[place] = Some(square),
            Err(error) if has_ended_worker(&error) => {
                ends[place] += 1;
                if ends[place] < MOST_ENDS {
                    asked.submit(place, &numbers[place])?;
                }
            }
            Err(_) => {}
        }
    }
    Ok(squares)
}

fn has_ended_worker(error: &TaskError) -> bool {
    matches!(error.cause(), Cause::WorkerEnded(_))
}
