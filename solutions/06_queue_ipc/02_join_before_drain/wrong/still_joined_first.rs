//! worker waits for a message
//!
//! First wait for the worker, then look what it has done: the order in which one
//! thinks of it. With four cubes it works. The fifth has no place, so the worker
//! waits for the parent, which waits for the worker.

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
    let exit = worker.join()?;
    anyhow::ensure!(exit.success(), "the worker ended: {exit}");
    get_all(&queue)
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
