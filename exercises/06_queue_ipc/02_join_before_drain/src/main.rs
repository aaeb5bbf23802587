//! Exercise: a worker that is joined while it waits for a place in the queue.
//!
//! Here stands what one writes in Python: start, join, and then look what is
//! in the queue. It works with up to four squares. Mend it, such that it works
//! with any number, and leave the queue its bound.
//!
//! The task in full is in README.md, and in the chapter "Queues".

use std::process::ExitCode;

use anyhow::Context as _;
use process_spawning::{Process, Target, exit_code, main_guard};
use queue_ipc::{GetError, Producer, Queue};
use time_utils::print_line;

/// So many squares fit into the queue. There is no room for more.
const PLACES: usize = 4;

const WORKER: Target<(Producer<u16>, u16)> = Target::new("worker", worker);

/// Puts the squares of the numbers up to `last`.
fn worker((squares, last): (Producer<u16>, u16)) -> anyhow::Result<()> {
    for number in 1..=last {
        let square = number.checked_mul(number);
        let square = square
            .with_context(|| format!("the square of {number} is too large"))?;
        squares.put(&square)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    main_guard(&[&WORKER]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let last = std::env::args().nth(1).context("squares up to which?")?;
    let squares = squares(last.parse().context("that is no number")?)?;
    let (count, sum) = (squares.len(), squares.iter().map(|it| u64::from(*it)));
    let sum: u64 = sum.sum();
    print_line(format_args!("{count} squares, in all {sum}"))?;
    Ok(())
}

fn squares(last: u16) -> anyhow::Result<Vec<u16>> {
    let mut queue = Queue::bounded(PLACES);
    let worker = Process::target(WORKER).name("worker");
    let mut worker = worker.start((queue.producer()?, last))?;
    queue.close();
    if usize::from(last) > PLACES {
        todo!("squares up to {last}: without this line, what happens? Mend it");
    }
    let exit = worker.join()?;
    anyhow::ensure!(exit.success(), "the worker ended: {exit}");
    get_all(&queue)
}

/// Gets what is put, to the end of the queue.
fn get_all(queue: &Queue<u16>) -> anyhow::Result<Vec<u16>> {
    let mut squares = Vec::new();
    loop {
        match queue.get() {
            Ok(square) => squares.push(square),
            Err(GetError::Closed) => return Ok(squares),
            Err(error) => return Err(error.into()),
        }
    }
}
