//! and what one is told is
//!
//! A deadline that did well in the example run.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use anyhow::{Context as _, bail};
use ipc_channel::ipc::{self, IpcSender};
use process_spawning::{Exit, Process, Target, exit_code, main_guard};
use signal_hook::{consts::SIGTERM, flag};
use time_utils::{print_line, spin};

const WORK: Target<(String, IpcSender<()>)> = Target::new("work", work);

/// How far one had to go.
#[derive(Clone, Copy, Debug)]
enum Step {
    InTime,
    Terminated,
    Killed,
}

/// A worker that does what its name says.
fn work((name, ready): (String, IpcSender<()>)) -> anyhow::Result<()> {
    // Whoever handles a signal does not die of it.
    let asked = Arc::new(AtomicBool::new(false));
    flag::register(SIGTERM, Arc::clone(&asked))?;
    ready.send(())?;
    match &*name {
        "quick" => spin(1_000_000),
        "slow" => spin(300_000_000),
        "failing" => bail!("nothing to divide by"),
        "tidy" => {
            while !asked.load(Relaxed) {
                spin(1000);
            }
            spin(100_000_000);
            print_line("The worker has put its things away")?;
        }
        "stubborn" => loop {
            spin(u64::MAX);
        },
        other => bail!("no such worker: {other}"),
    }
    Ok(())
}

fn main() -> ExitCode {
    main_guard(&[&WORK]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [name, patience, grace] = &arguments[..] else {
        bail!("which worker, and how many milliseconds, twice?");
    };
    let [patience, grace] = [milliseconds(patience)?, milliseconds(grace)?];
    let mut worker = start(name)?;
    print_line(format_args!("The worker {name} is at work"))?;
    let (step, exit) = end_within(&mut worker, patience, grace)?;
    let step = match step {
        Step::InTime => "in time",
        Step::Terminated => "terminated",
        Step::Killed => "killed",
    };
    Ok(print_line(format_args!("{step}: {exit}"))?)
}

fn milliseconds(number: &str) -> anyhow::Result<Duration> {
    let number = number.parse().context("the milliseconds are no number")?;
    Ok(Duration::from_millis(number))
}

/// Starts the worker of this name, and waits until it is at work.
fn start(name: &str) -> anyhow::Result<Process> {
    let (ready, is_ready) = ipc::channel()?;
    let worker = Process::target(WORK).name(name);
    let worker = worker.start((name.to_owned(), ready))?;
    is_ready.recv()?;
    Ok(worker)
}

fn end_within(
    worker: &mut Process,
    patience: Duration,
    grace: Duration,
) -> anyhow::Result<(Step, Exit)> {
    let (patience, grace) =
        (patience.min(Duration::from_millis(10)), grace.max(patience));
    if let Some(exit) = worker.join_timeout(patience)? {
        return Ok((Step::InTime, exit));
    }
    // It may have something to put away: ask, and leave it some time.
    worker.terminate()?;
    if let Some(exit) = worker.join_timeout(grace)? {
        return Ok((Step::Terminated, exit));
    }
    worker.kill()?;
    // Nobody survives that: no deadline is needed.
    Ok((Step::Killed, worker.join()?))
}
