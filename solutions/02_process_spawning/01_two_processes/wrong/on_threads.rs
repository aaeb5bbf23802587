//! `worker_task` ran in the parent itself
//!
//! Two threads are two lines of work, but one process, and one PID.

use std::process::{self, ExitCode};
use std::thread;

use anyhow::Context as _;
use process_spawning::{Target, exit_code, main_guard};
use time_utils::{measure, print_line, report, spin, timestamp, trace};

const WORKER_TASK: Target<u64> = Target::new("worker_task", worker_task);

fn worker_task(turns: u64) -> anyhow::Result<()> {
    let (name, pid) = (thread_name(), process::id());
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

fn thread_name() -> String {
    thread::current().name().unwrap_or_default().to_owned()
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
    let threads = [1, 2].map(|number| {
        thread::Builder::new()
            .name(format!("Process_{number}"))
            .spawn(move || worker_task(turns))
    });
    for thread in threads {
        let worked = thread?.join();
        worked.map_err(|_| anyhow::anyhow!("a thread panicked"))??;
    }
    Ok(())
}
