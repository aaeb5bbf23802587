//! Exercise: two processes that run at the same time.
//!
//! Start `worker_task` in two processes, named `Process_1` and `Process_2`,
//! and wait for both. Where one of them fails, return an error.
//!
//! The task in full is in README.md, and in the chapter "Starting processes".

use std::process::{self, ExitCode};

use anyhow::Context as _;
use process_spawning::{Target, current_name, exit_code, main_guard};
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
    todo!("start both processes with {turns} turns, and wait for both")
}
