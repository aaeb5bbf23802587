//! of 1000000 turns, a worker did 50000000 turns
//!
//! The workers get a number that works in the example run.

use std::process::{self, ExitCode};

use anyhow::Context as _;
use process_spawning::{Process, Target, current_name, exit_code, main_guard};
use time_utils::{measure, print_line, report, spin, timestamp, trace};

const WORKER_TASK: Target<u64> = Target::new("worker_task", worker_task);

fn worker_task(turns: u64) -> anyhow::Result<()> {
    let (name, pid) = (current_name(), process::id());
    let now = timestamp();
    print_line(format_args!(
        "Starting process: {name}, PID: {pid}, Timestamp: {now}"
    ))?;
    anyhow::ensure!(turns > 0, "no turns: nothing to do");
    let work = trace::span(trace::Category::Task, &format!("{turns} turns"));
    spin(turns);
    drop(work);
    let now = timestamp();
    print_line(format_args!("Finished process: PID: {pid}, Timestamp: {now}"))?;
    Ok(())
}

fn main() -> ExitCode {
    main_guard(&[&WORKER_TASK]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let turns = std::env::args().nth(1).context("how many turns?")?;
    let turns = turns.parse().context("the turns are no number")?;
    let (joined, elapsed) = measure(|| start_and_join(turns));
    joined?;
    Ok(report("main", elapsed)?)
}

fn start_and_join(_turns: u64) -> anyhow::Result<()> {
    let mut processes = Vec::new();
    for name in ["Process_1", "Process_2"] {
        let process =
            Process::target(WORKER_TASK).name(name).start(50_000_000)?;
        processes.push(process);
    }
    for mut process in processes {
        let exit = process.join()?;
        anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(())
}
