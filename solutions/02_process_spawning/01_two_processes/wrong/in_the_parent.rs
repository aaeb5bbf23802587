//! `worker_task` ran in the parent itself
//!
//! A function that is called runs where it is called, also one that is to be
//! a target. Python says the same: `Process(target=f())` runs `f` here.

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

fn start_and_join(turns: u64) -> anyhow::Result<()> {
    for name in ["Process_1", "Process_2"] {
        let mut process =
            Process::target(WORKER_TASK).name(name).start(turns)?;
        worker_task(turns)?;
        process.join()?;
    }
    Ok(())
}
