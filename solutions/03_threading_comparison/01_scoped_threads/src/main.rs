//! Solution: threads that borrow what belongs to their parent.

use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread::{self, ScopedJoinHandle};

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

fn start_and_join(turns: &[String], done: &AtomicU64) -> anyhow::Result<()> {
    thread::scope(|scope| {
        // Start all before waiting for any, or they would run one by one.
        let mut threads = Vec::new();
        for (number, turns) in (1..).zip(turns) {
            let thread =
                thread::Builder::new().name(format!("Thread_{number}"));
            // Moves two references; what they refer to stays where it is.
            let work = move || worker_task(turns, done);
            threads.push(thread.spawn_scoped(scope, work)?);
        }
        // Wait for all, also after an error.
        let ends: Vec<_> = threads.into_iter().map(join).collect();
        ends.into_iter().collect()
    })
}

/// Waits for the thread's end, and says what it came to, in whose name.
fn join(
    thread: ScopedJoinHandle<'_, anyhow::Result<()>>,
) -> anyhow::Result<()> {
    let name = thread.thread().name().unwrap_or("unnamed").to_owned();
    let result = thread.join().map_err(|_| anyhow!("{name} panicked"))?;
    result.context(name)
}
