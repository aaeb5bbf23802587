//! the worker failed, and the program ended as if nothing had happened
//!
//! The queue has ended, so all squares are here? It ends when the worker has,
//! whichever way. How it went is what `join` returns.

use std::process::ExitCode;

use anyhow::Context as _;
use process_spawning::{Process, Target, exit_code, main_guard};
use queue_ipc::{Consumer, GetError, Producer, Queue};
use time_utils::{print_line, trace};

/// Where the worker gets numbers, and where it puts their squares.
type Ends = (Consumer<i64>, Producer<i64>);

const WORKER: Target<Ends> = Target::new("worker", worker);

fn worker((numbers, squares): Ends) -> anyhow::Result<()> {
    for number in numbers.iter() {
        squares.put(&square(number?)?)?;
    }
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
    let (mut numbers, mut squares) = (Queue::new(), Queue::new());
    let ends = (numbers.consumer()?, squares.producer()?);
    let mut worker = Process::target(WORKER).name("worker").start(ends)?;
    for number in all {
        numbers.put(number)?;
    }
    // No more numbers come, and no squares from here: so both queues end.
    numbers.close();
    squares.close();
    print_all(&squares)?;
    worker.join()?;
    Ok(())
}

/// Prints what comes out of the queue, to its end.
fn print_all(squares: &Queue<i64>) -> anyhow::Result<()> {
    loop {
        match squares.get() {
            Ok(square) => print_line(square)?,
            Err(GetError::Closed) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}
