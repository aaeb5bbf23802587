//! no line begins with `Time taken by sum: `
//!
//! The name is written into the report, as in the guide's sample output.

use std::process::ExitCode;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use time_utils::print_line;

/// Sums the numbers, and takes at least so many milliseconds for it.
fn sum(pause: u64, numbers: &[i64]) -> anyhow::Result<i64> {
    print_line(format_args!("summing {} numbers", numbers.len()))?;
    sleep(Duration::from_millis(pause));
    ensure!(!numbers.is_empty(), "there is nothing to sum");
    Ok(numbers.iter().sum())
}

/// The largest number.
fn largest(numbers: &[i64]) -> Option<&i64> {
    numbers.iter().max()
}

fn main() -> ExitCode {
    time_utils::exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let pause = arguments.next().context("how many milliseconds?")?;
    let pause = pause.parse().context("the milliseconds are no number")?;
    let numbers: Vec<i64> = arguments
        .map(|number| number.parse().context("that is no number"))
        .collect::<Result<_, _>>()?;

    let sum = get_time("sum", || sum(pause, &numbers))?;
    let largest = get_time("largest", || largest(&numbers));
    print_line(format_args!("sum: {sum}, largest: {largest:?}"))?;
    Ok(())
}

/// Calls `function` once, reports how long it took, and returns its result.
fn get_time<R>(_name: &str, function: impl FnOnce() -> R) -> R {
    let start = Instant::now();
    let result = function();
    let seconds = start.elapsed().as_secs_f64();
    let line = format!("Time taken by main: {seconds:.4} seconds");
    // Where nobody reads the report, the result still counts.
    let _ = print_line(line);
    result
}
