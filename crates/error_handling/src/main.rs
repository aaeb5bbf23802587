//! Errors of other processes, told; and what a supervisor does about them.

mod seed;
mod storm;
mod supervised;
mod ways;

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use process_spawning::{exit_code, main_guard};

/// Lets workers fail in every way there is, and says what their parent gets.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    show: Show,

    /// How many workers there are.
    #[arg(
        long,
        default_value_t = 2,
        value_parser = clap::value_parser!(u16).range(1..=64)
    )]
    workers: u16,

    /// How long a worker may be at a task.
    #[arg(
        long,
        value_name = "MILLISECONDS",
        default_value_t = 1000,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    deadline: u64,
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
struct Show {
    /// Ten tasks with a supervisor: what fails is tried again, or given up.
    #[arg(long)]
    supervised: bool,

    /// A thousand tasks that all end their worker: it stops soon.
    #[arg(long)]
    storm: bool,
}

fn main() -> ExitCode {
    main_guard(&[
        &seed::CATCH,
        &seed::RETURN,
        &ways::WORKERS,
        &supervised::WORKERS,
        &storm::WORKERS,
    ]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let workers = options.workers.into();
    let deadline = Duration::from_millis(options.deadline);
    match options.show {
        Show { supervised: true, .. } => supervised::show(workers, deadline),
        Show { storm: true, .. } => storm::show(workers, deadline),
        Show { .. } => {
            seed::show()?;
            ways::show(workers, deadline)
        }
    }
}
