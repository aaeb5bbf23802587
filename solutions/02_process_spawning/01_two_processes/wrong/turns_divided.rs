//! of 1000000 turns, a worker did 500000 turns
//!
//! Both together do as many turns as were asked for, as if the work were to be
//! divided. Each of the guide's processes does all of them.

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
    // Start both before waiting for either, or they would run one by one.
    let first = start("Process_1", turns / 2)?;
    let second = start("Process_2", turns / 2)?;
    for mut process in [first, second] {
        let exit = process.join()?;
        anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(())
}

fn start(name: &str, turns: u64) -> anyhow::Result<Process> {
    Ok(Process::target(WORKER_TASK).name(name).start(turns)?)
}
