//! line 1 is `3.14`
//!
//! The original's own numbers, written down again. It prints what the guide
//! prints, and nothing else, whatever it is started with.

use std::process::{self, ExitCode};
use std::thread;

use anyhow::Context as _;
use process_spawning::{Process, Target, exit_code, main_guard};
use shared_memory_demo::{Array, Value};
use time_utils::print_line;

/// What both share, the value to set, and whether to stay afterwards.
type Part = (Value<f64>, Array<i32>, f64, bool);

const WORKER: Target<Part> = Target::new("worker", worker);

fn worker((num, arr, _value, stay): Part) -> anyhow::Result<()> {
    write(&num, &arr);
    if stay {
        print_line(format_args!("PID {} has written", process::id()))?;
        loop {
            thread::park();
        }
    }
    Ok(())
}

#[expect(clippy::approx_constant, reason = "as in the guide")]
fn write(num: &Value<f64>, arr: &Array<i32>) {
    num.set(3.14);
    for number in arr {
        number.set(-number.get());
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
    print_line(num.get())?;
    print_line(format_args!("{:?}", arr.snapshot()))?;
    Ok(())
}

/// The number, and the array, which was 0, 1, 2 and so on.
fn written_by_a_worker(
    value: f64,
    length: i32,
    stay: bool,
) -> anyhow::Result<(Value<f64>, Array<i32>)> {
    let numbers: Vec<_> = (0..length).collect();
    let (num, arr) = (Value::new(0.0)?, Array::new(&numbers)?);
    // A clone is another handle to the same memory.
    let part = (num.clone(), arr.clone(), value, stay);
    let mut process = Process::target(WORKER).start(part)?;
    let exit = process.join()?;
    anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    Ok((num, arr))
}
