//! Burns some time and says how much.

use std::process::ExitCode;

use clap::Parser;
use time_utils::{SEED_ITERATIONS, exit_code, spin, timed, trace};

/// Times the busy loop that stands for work in all later lessons.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How often the loop goes round.
    #[arg(long, default_value_t = SEED_ITERATIONS)]
    iterations: u64,
}

fn main() -> ExitCode {
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let _task = trace::span(trace::Category::Task, "kill_time");
    timed("kill_time", || spin(options.iterations))?;
    Ok(())
}
