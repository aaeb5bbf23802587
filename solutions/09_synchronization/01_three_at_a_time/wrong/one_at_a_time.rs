//! it never printed a line with `downloads file`
//!
//! A lock keeps the limit, of course, but two of three places are never used.
//! Here the one that is inside waits, and all others wait for it.

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use process_spawning::{Process, Target, current_name, exit_code, main_guard};
use synchronization::{Barrier, Lock};
use time_utils::{print_line, trace};

/// Each worker downloads so many files.
const FILES: u32 = 2;

/// What a worker needs: the places, when to begin, and what happens to it.
type Part = (Lock, Barrier, String);

const WORKER: Target<Part> = Target::new("worker", worker);

fn worker((places, all_are_there, fate): Part) -> anyhow::Result<()> {
    all_are_there.wait()?;
    for file in 1..=FILES {
        // One that fails is told of, and the next one is tried.
        if let Err(error) = download_in_a_place(&places, file, &fate) {
            let name = current_name();
            print_line(format_args!("{name} without file {file}: {error}"))?;
        }
    }
    Ok(())
}

fn make_places() -> anyhow::Result<Lock> {
    Ok(Lock::new()?)
}

fn download_in_a_place(
    places: &Lock,
    file: u32,
    fate: &str,
) -> anyhow::Result<()> {
    // Given back when it is dropped, also after an error.
    let _place = places.acquire()?;
    download(file, fate)
}

fn download(file: u32, fate: &str) -> anyhow::Result<()> {
    let _inside = trace::span(trace::Category::Task, "download");
    let name = current_name();
    print_line(format_args!("{name} downloads file {file}"))?;
    anyhow::ensure!(fate != "fail" || file > 1, "no answer");
    if fate == "stay" {
        loop {
            thread::park();
        }
    }
    // The network takes its time.
    thread::sleep(Duration::from_millis(10));
    Ok(())
}

fn main() -> ExitCode {
    main_guard(&[&WORKER]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let limit = arguments.next().context("how many at a time?")?.parse()?;
    let workers = arguments.next().context("how many workers?")?.parse()?;
    let fate = arguments.next().unwrap_or_default();
    for mut process in start(limit, workers, &fate)? {
        let (name, exit) = (process.name().to_owned(), process.join()?);
        if !exit.success() {
            print_line(format_args!("{name} ended: {exit}"))?;
        }
    }
    Ok(())
}

/// `worker_1`, `worker_2` and so on, of which at most `limit` download at a
/// time.
fn start(
    _limit: usize,
    workers: usize,
    fate: &str,
) -> anyhow::Result<Vec<Process>> {
    let places = make_places()?;
    let all_are_there = Barrier::new(workers)?;
    let start_one = |number| {
        let part = (places.clone(), all_are_there.clone(), fate.to_owned());
        let process = Process::target(WORKER).name(format!("worker_{number}"));
        Ok(process.start(part)?)
    };
    (1..=workers).map(start_one).collect()
}
