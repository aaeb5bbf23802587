//! Exercise: what a worker uses, seen from outside.
//!
//! The worker computes, and then holds some memory. Tell from outside how
//! much it is and how long it has computed, while it holds it.
//!
//! The task in full is in README.md, and in the chapter "How many workers,
//! and what they use".

use std::process::ExitCode;

use anyhow::Context as _;
use pipe_ipc::{Connection, pipe};
use process_spawning::{Process, Target, exit_code, main_guard};
use serde::{Deserialize, Serialize};
use time_utils::spin;

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
    todo!("hold {bytes} bytes, say so to {parent:?}, and wait")
}

/// Looks at the worker while it holds its memory, and tells what it uses.
fn report(process: Process, worker: Connection<(), ()>) -> anyhow::Result<()> {
    let name = process.name();
    todo!("wait for {name} by {worker:?}, look, print, let it end, and join")
}
