//! 1 of 4 squares was printed
//!
//! One number is put and one square got, as in the guide's example. The loops are
//! missing on either side.

use std::process::ExitCode;

use anyhow::Context as _;
use process_spawning::{Process, Target, exit_code, main_guard};
use queue_ipc::{Consumer, Producer, Queue};
use time_utils::{print_line, trace};

/// Where the worker gets numbers, and where it puts their squares.
type Ends = (Consumer<i64>, Producer<i64>);

const WORKER: Target<Ends> = Target::new("worker", worker);

fn worker((numbers, squares): Ends) -> anyhow::Result<()> {
    squares.put(&square(numbers.get()?)?)?;
    Ok(())
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
    let (numbers, mut squares) = (Queue::new(), Queue::new());
    let ends = (numbers.consumer()?, squares.producer()?);
    let mut worker = Process::target(WORKER).name("worker").start(ends)?;
    let Some(number) = all.first() else { return Ok(()) };
    numbers.put(number)?;
    squares.close();
    let square = squares.get()?;
    let exit = worker.join()?;
    anyhow::ensure!(exit.success(), "the worker ended: {exit}");
    Ok(print_line(square)?)
}
