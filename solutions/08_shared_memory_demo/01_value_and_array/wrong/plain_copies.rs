//! line 1 is `0`
//!
//! An argument like any other is copied into the worker's process. The worker
//! changes its copy, and the parent prints its own. So does Python, with a
//! list in place of the `Array`.

use std::process::{self, ExitCode};
use std::thread;

use anyhow::Context as _;
use process_spawning::{Process, Target, exit_code, main_guard};
use time_utils::print_line;

/// The number, the array, the value to set, and whether to stay afterwards.
type Part = (f64, Vec<i32>, f64, bool);

const WORKER: Target<Part> = Target::new("worker", worker);

fn worker((mut num, mut arr, value, stay): Part) -> anyhow::Result<()> {
    write(&mut num, &mut arr, value);
    if stay {
        print_line(format_args!("PID {} has written", process::id()))?;
        loop {
            thread::park();
        }
    }
    Ok(())
}

fn write(num: &mut f64, arr: &mut [i32], value: f64) {
    *num = value;
    for number in arr {
        *number = -*number;
    }
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
) -> anyhow::Result<(f64, Vec<i32>)> {
    let (num, arr): (_, Vec<_>) = (0.0, (0..length).collect());
    let part = (num, arr.clone(), value, stay);
    let mut process = Process::target(WORKER).start(part)?;
    let exit = process.join()?;
    anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    Ok((num, arr))
}
