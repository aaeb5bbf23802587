//! the parent knows of 0 turns of 3000
//!
//! `thread::spawn` does not let its threads borrow, so each gets a copy of its
//! argument, and they share a number of their own; the parent looks at another
//! one.

use std::process::{self, ExitCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use anyhow::{Context as _, anyhow, ensure};
use time_utils::{
    exit_code, measure, print_line, report, spin, timestamp, trace,
};

fn worker_task(turns: &str, done: &AtomicU64) -> anyhow::Result<()> {
    let (thread, pid) = (thread::current(), process::id());
    let (name, now) = (thread.name().unwrap_or("unnamed"), timestamp());
    let _task = trace::span(trace::Category::Task, name);
    print_line(format_args!(
        "Starting thread: {name}, PID: {pid}, Timestamp: {now}"
    ))?;
    let turns = turns.parse().expect("the turns are a number");
    ensure!(turns > 0, "no turns: nothing to do");
    spin(turns);
    done.fetch_add(turns, Relaxed);
    let now = timestamp();
    print_line(format_args!("Finished thread: PID: {pid}, Timestamp: {now}"))?;
    Ok(())
}

fn main() -> ExitCode {
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    // Both are the parent's; the threads only borrow them.
    let turns: Vec<String> = std::env::args().skip(1).collect();
    let done = AtomicU64::new(0);
    let (joined, elapsed) = measure(|| start_and_join(&turns, &done));
    joined?;
    report("main", elapsed)?;
    let done = done.into_inner();
    Ok(print_line(format_args!("Turns in all: {done}"))?)
}

fn start_and_join(
    turns: &[String],
    _done_by_parent: &AtomicU64,
) -> anyhow::Result<()> {
    let done = Arc::new(AtomicU64::new(0));
    let mut threads = Vec::new();
    for (number, turns) in (1..).zip(turns.to_vec()) {
        let name = format!("Thread_{number}");
        let thread = thread::Builder::new().name(name.clone());
        let done = Arc::clone(&done);
        let work = move || worker_task(&turns, &done);
        threads.push((name, thread.spawn(work)?));
    }
    let ends = threads.into_iter().map(|(name, thread)| {
        let end = thread.join();
        end.map_err(|_| anyhow!("{name} panicked"))?.context(name)
    });
    let ends: Vec<_> = ends.collect();
    ends.into_iter().collect()
}
