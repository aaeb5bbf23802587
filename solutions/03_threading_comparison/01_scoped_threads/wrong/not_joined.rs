//! `Thread_2` failed, and the program ended with success
//!
//! The scope waits for its threads by itself. But nobody sees what they
//! returned, and of a panic the scope makes one of its own.

use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::thread;

use anyhow::ensure;
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
        for (number, turns) in (1..).zip(turns) {
            let thread =
                thread::Builder::new().name(format!("Thread_{number}"));
            thread.spawn_scoped(scope, move || worker_task(turns, done))?;
        }
        Ok(())
    })
}
