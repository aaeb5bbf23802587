//! A program that starts a process and has forgotten the main guard.
//!
//! Each worker would run this `main` from the top and start a worker, which
//! would start a worker … The library stops the first one.

use std::process::ExitCode;

use process_spawning::{Process, Target, exit_code};

const GREET: Target<()> = Target::new("greet", |()| {
    time_utils::print_line("hello")?;
    Ok(())
});

fn main() -> ExitCode {
    // Here belongs: main_guard(&[&GREET]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    Process::target(GREET).start(())?.join()?;
    Ok(())
}
