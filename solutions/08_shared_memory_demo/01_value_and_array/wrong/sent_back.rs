//! the number is not in memory that worker and parent share
//!
//! The worker sends its results back. That is a good way, and often the better
//! one; but then it is a message, which is a copy, and no shared memory.

use std::process::{self, ExitCode};
use std::thread;

use anyhow::Context as _;
use pipe_ipc::{Sender, one_way};
use process_spawning::{Process, Target, exit_code, main_guard};
use time_utils::print_line;

type Written = (f64, Vec<i32>);

/// Where to send both, what they are, and whether to stay afterwards.
type Part = (Sender<Written>, f64, i32, bool);

const WORKER: Target<Part> = Target::new("worker", worker);

fn worker((back, value, length, stay): Part) -> anyhow::Result<()> {
    let turned = (0..length).map(|number| -number);
    back.send((value, turned.collect()))?;
    if stay {
        print_line(format_args!("PID {} has written", process::id()))?;
        loop {
            thread::park();
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    main_guard(&[&WORKER]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let value = arguments.next().context("which value?")?.parse()?;
    let length = arguments.next().context("how many numbers?")?.parse()?;
    let stay = arguments.next().is_some_and(|it| it == "stay");
    let (num, arr) = written_by_a_worker(value, length, stay)?;
    print_line(num)?;
    print_line(format_args!("{arr:?}"))?;
    Ok(())
}

/// The number, and the array, which was 0, 1, 2 and so on.
fn written_by_a_worker(
    value: f64,
    length: i32,
    stay: bool,
) -> anyhow::Result<Written> {
    let (written, back) = one_way()?;
    let mut process =
        Process::target(WORKER).start((back, value, length, stay))?;
    let written = written.recv()?;
    let exit = process.join()?;
    anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    Ok(written)
}
