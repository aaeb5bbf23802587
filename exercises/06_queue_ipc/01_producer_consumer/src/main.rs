//! Exercise: numbers there, their squares back, through two queues.
//!
//! The parent puts the numbers into one queue. A worker gets them, squares
//! them, and puts the squares into another. The parent prints them.
//!
//! The task in full is in README.md, and in the chapter "Queues".

use std::process::ExitCode;

use anyhow::Context as _;
use process_spawning::{Target, exit_code, main_guard};
use queue_ipc::{Consumer, Producer};
use time_utils::trace;

/// Where the worker gets numbers, and where it puts their squares.
type Ends = (Consumer<i64>, Producer<i64>);

const WORKER: Target<Ends> = Target::new("worker", worker);

fn worker((numbers, squares): Ends) -> anyhow::Result<()> {
    squares.put(&square(numbers.get()?)?)?;
    todo!("that was one number: go on to the end of the queue")
}

/// The work. It fails where the square is too large.
fn square(number: i64) -> anyhow::Result<i64> {
    let _task = trace::span(trace::Category::Task, &format!("square {number}"));
    let square = number.checked_mul(number);
    square.with_context(|| format!("the square of {number} is too large"))
}

fn main() -> ExitCode {
    main_guard(&[&WORKER]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let numbers = std::env::args().skip(1).map(|number| number.parse());
    let numbers = numbers.collect::<Result<Vec<i64>, _>>();
    print_squares(&numbers.context("one of them is no number")?)
}

fn print_squares(all: &[i64]) -> anyhow::Result<()> {
    todo!("start `worker`, put {all:?}, print the squares")
}
