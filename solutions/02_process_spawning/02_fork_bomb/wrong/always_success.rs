//! worker 4 failed, and its parent ended as if nothing had happened
//!
//! The worker ends, as it must, but with a success whatever has happened.

use std::env;
use std::process::{Child, Command, ExitCode, exit};

use anyhow::{Context as _, ensure};
use time_utils::{exit_code, print_line};

/// What makes this bomb harmless: workers may start workers, so deep.
const DEPTH: &str = "FORK_BOMB_DEPTH";
const DEEPEST: u32 = 3;

fn main() -> ExitCode {
    guard();
    exit_code(parent())
}

/// In a worker: does its work, and never returns. In the parent: nothing.
fn guard() {
    let mut arguments = env::args().skip(2);
    if arguments.next().as_deref() != Some("--worker") {
        return;
    }
    let number = arguments.next().unwrap_or_default();
    if let Err(error) = work(&number) {
        eprintln!("error: {error}");
    }
    exit(0);
}

fn parent() -> anyhow::Result<()> {
    let count = env::args().nth(1).context("how many workers?")?;
    let count = count.parse().context("the workers are no number")?;
    let mut workers = Vec::new();
    for number in 1..=count {
        workers.push(start_worker(count, number)?);
    }
    for (number, mut worker) in (1..).zip(workers) {
        let status = worker.wait()?;
        ensure!(status.success(), "worker {number} ended: {status}");
    }
    print_line(format_args!("parent: {count} workers are done"))?;
    Ok(())
}

/// Starts this very program once more: `fork_bomb 3 --worker 2`.
fn start_worker(count: u32, number: u32) -> anyhow::Result<Child> {
    let depth = env::var(DEPTH).ok().and_then(|depth| depth.parse().ok());
    let depth: u32 = depth.unwrap_or_default();
    ensure!(depth < DEEPEST, "defused: workers have started workers");
    let mut command = Command::new(env::current_exe()?);
    command.args([&count.to_string(), "--worker", &number.to_string()]);
    let worker = command.env(DEPTH, (depth + 1).to_string()).spawn()?;
    Ok(worker)
}

/// What a worker is for.
fn work(number: &str) -> anyhow::Result<()> {
    let pid = std::process::id();
    print_line(format_args!("worker {number} works, PID: {pid}"))?;
    ensure!(number != "4", "worker 4 has found a mistake");
    Ok(())
}
