//! The main script of the guide: two functions, each in its own process.

use std::process::{self, ExitCode};

use clap::Parser;
use process_spawning::{Process, Target, current_name, exit_code, main_guard};
use serde::{Deserialize, Serialize};
use time_utils::{
    SEED_ITERATIONS, measure, print_line, report, spin, timestamp, trace,
};

/// Starts processes that keep their cores busy, and waits for them.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How many processes run at once.
    #[arg(
        long,
        default_value_t = 2,
        value_parser = clap::value_parser!(u32).range(1..=256)
    )]
    workers: u32,

    /// How often each of them goes round.
    #[arg(long, default_value_t = SEED_ITERATIONS)]
    iterations: u64,
}

// ANCHOR: task
#[derive(Serialize, Deserialize)]
struct Work {
    param: String,
    iterations: u64,
}

const WORKER_TASK: Target<Work> = Target::new("worker_task", worker_task);

fn worker_task(work: Work) -> anyhow::Result<()> {
    let (name, pid) = (current_name(), process::id());
    let now = timestamp();
    print_line(format_args!(
        "Starting process: {name}, PID: {pid}, Timestamp: {now}"
    ))?;
    let task = trace::span(trace::Category::Task, &work.param);
    spin(work.iterations);
    drop(task);
    let now = timestamp();
    print_line(format_args!("Finished process: PID: {pid}, Timestamp: {now}"))?;
    Ok(())
}
// ANCHOR_END: task

// ANCHOR: main
fn main() -> ExitCode {
    main_guard(&[&WORKER_TASK]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let (joined, elapsed) = measure(|| start_and_join(options));
    joined?;
    Ok(report("main", elapsed)?)
}

fn start_and_join(options: &Options) -> anyhow::Result<()> {
    // Start them all before waiting for any, or they would run one by one.
    let processes = (1..=options.workers)
        .map(|number| start(number, options.iterations))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for mut process in processes {
        let exit = process.join()?;
        anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(())
}

fn start(number: u32, iterations: u64) -> anyhow::Result<Process> {
    let work = Work { param: format!("arg{number}"), iterations };
    let process = Process::target(WORKER_TASK)
        .name(format!("Process_{number}"))
        .start(work)?;
    Ok(process)
}
// ANCHOR_END: main
