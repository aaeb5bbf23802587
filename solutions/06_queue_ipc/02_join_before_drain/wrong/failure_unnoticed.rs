//! the worker failed, and a sum was printed as if all were there
//!
//! The deadlock is gone, and with it the look at how the worker ended. The end of
//! the queue only says that the worker puts nothing more.

use std::process::ExitCode;

use anyhow::Context as _;
use process_spawning::{Process, Target, exit_code, main_guard};
use queue_ipc::{GetError, Producer, Queue};
use time_utils::print_line;

/// So many cubes fit into the queue. There is no room for more.
const PLACES: usize = 4;

const WORKER: Target<(Producer<u16>, u16)> = Target::new("worker", worker);

/// Puts the cubes of the numbers up to `last`.
fn worker((cubes, last): (Producer<u16>, u16)) -> anyhow::Result<()> {
    for number in 1..=last {
        let cube = number.checked_pow(3);
        let cube =
            cube.with_context(|| format!("the cube of {number} is too large"))?;
        cubes.put(&cube)?;
    }
    Ok(())
}

fn main() -> ExitCode {
    main_guard(&[&WORKER]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let last = std::env::args().nth(1).context("cubes up to which?")?;
    let cubes = cubes(last.parse().context("that is no number")?)?;
    let (count, sum) = (cubes.len(), cubes.iter().map(|it| u64::from(*it)));
    let sum: u64 = sum.sum();
    print_line(format_args!("{count} cubes, in all {sum}"))?;
    Ok(())
}

fn cubes(last: u16) -> anyhow::Result<Vec<u16>> {
    let mut queue = Queue::bounded(PLACES);
    let worker = Process::target(WORKER).name("worker");
    let mut worker = worker.start((queue.producer()?, last))?;
    queue.close();
    // The worker ends when it has put its last cube, and for that it needs
    // somebody who makes room. So get first, to the end, and then join.
    let cubes = get_all(&queue)?;
    worker.join()?;
    Ok(cubes)
}

/// Gets what is put, to the end of the queue.
fn get_all(queue: &Queue<u16>) -> anyhow::Result<Vec<u16>> {
    let mut cubes = Vec::new();
    loop {
        match queue.get() {
            Ok(cube) => cubes.push(cube),
            Err(GetError::Closed) => return Ok(cubes),
            Err(error) => return Err(error.into()),
        }
    }
}
