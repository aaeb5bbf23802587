//! MiB of a worker that was to hold 30
//!
//! The memory was there, and was given back when its block ended. By the time
//! that the message is read it is gone.

use std::hint::black_box;
use std::process::ExitCode;

use anyhow::Context as _;
use pipe_ipc::{Connection, pipe};
use process_spawning::{Process, Target, exit_code, main_guard};
use resource_monitor::Monitor;
use serde::{Deserialize, Serialize};
use time_utils::{print_line, spin};

const WORKER: Target<Load> = Target::new("worker", worker);

/// What a worker is to do.
#[derive(Debug, Serialize, Deserialize)]
struct Load {
    /// So often it goes round, first.
    turns: u64,
    /// So much memory it holds, then.
    mebibytes: usize,
    /// Its end of the pipe to the parent.
    parent: Connection<(), ()>,
}

fn main() -> ExitCode {
    main_guard(&[&WORKER]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mebibytes = arguments.next().context("how many MiB?")?.parse()?;
    let turns = arguments.next().context("how many turns?")?.parse()?;
    let (to_worker, parent) = pipe()?;
    let load = Load { turns, mebibytes, parent };
    let process = Process::target(WORKER).name("Worker_1").start(load)?;
    report(process, to_worker)
}

fn worker(load: Load) -> anyhow::Result<()> {
    spin(load.turns);
    hold(load.mebibytes << 20, &load.parent)
}

/// Holds so much memory until the parent has looked.
fn hold(bytes: usize, parent: &Connection<(), ()>) -> anyhow::Result<()> {
    // Ones: the system gives no memory for a page of zeros that nobody wrote.
    {
        let memory = black_box(vec![1_u8; bytes]);
        drop(memory);
    }
    parent.send(())?;
    parent.recv()?;
    Ok(())
}

/// Looks at the worker while it holds its memory, and tells what it uses.
fn report(
    mut process: Process,
    worker: Connection<(), ()>,
) -> anyhow::Result<()> {
    worker.recv().context("the worker ended before it had its memory")?;
    print_line(figures(&process)?)?;
    worker.send(())?;
    let exit = process.join()?;
    anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    Ok(())
}

fn figures(process: &Process) -> anyhow::Result<String> {
    let sample = Monitor::new()?.look([process]);
    let figures = sample.figures().next().context("the worker is gone")?;
    let mebibytes = figures.rss_bytes >> 20;
    let (name, pid) = (process.name(), process.pid());
    let seconds = figures.cpu_seconds;
    Ok(format!("{name}, PID {pid}: {mebibytes} MiB, {seconds:.2} s"))
}
