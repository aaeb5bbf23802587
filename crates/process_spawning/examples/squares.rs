//! A program of one's own, whole: two workers square a number each.

use process_spawning::{Process, Target, exit_code, main_guard};
use std::process::ExitCode;
use time_utils::print_line;

const SQUARE: Target<i64> = Target::new("square", square);

fn square(number: i64) -> anyhow::Result<()> {
    print_line(number * number)?;
    Ok(())
}

fn main() -> ExitCode {
    main_guard(&[&SQUARE]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut three = Process::target(SQUARE).start(3)?;
    let mut four = Process::target(SQUARE).start(4)?;
    three.join()?;
    four.join()?;
    Ok(())
}
