//! 2 of 3 were done, and it says otherwise
//!
//! As `join` returns, the piece is taken for done, however it ended.

use std::fs::read_to_string;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::process::{self, ExitCode};
use std::thread;

use anyhow::{Context as _, anyhow, bail};
use process_spawning::{Process, Target, exit_code, main_guard};
use serde::{Deserialize, Serialize};
use time_utils::{print_line, spin, trace};

/// How much memory a piece loses that loses some.
const LOSS: usize = 32 << 20;

const PIECE: Target<(Need, u64)> =
    Target::new("piece", |(need, number)| piece(need, number, &table()));

/// What the pieces of work have in common.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Need {
    /// The second piece aborts, and the others must be done all the same.
    Crash,
    /// All read one large table, which must not be copied.
    Table,
    /// Each loses memory, which must be back when they have ended.
    Leak,
    /// They are many, and short: starting must not cost more than working.
    Short,
}

/// Where the pieces of work run.
#[derive(Clone, Copy, Debug)]
enum Side {
    Threads,
    Processes,
}

/// Does the piece of this number.
fn piece(need: Need, number: u64, table: &[u64]) -> anyhow::Result<()> {
    let _task = trace::span(trace::Category::Task, &format!("piece {number}"));
    if let Need::Short = need {
        spin(20_000);
        return Ok(());
    }
    spin(50_000_000);
    match need {
        Need::Crash if number == 2 => process::abort(),
        Need::Leak => drop(black_box(vec![1_u8; LOSS].leak())),
        _ => {}
    }
    let pid = process::id();
    print_line(format_args!(
        "Piece {number} done, PID: {pid}, table: {:p}",
        table.as_ptr()
    ))?;
    Ok(())
}

fn table() -> Vec<u64> {
    (0..1_000_000).collect()
}

fn main() -> ExitCode {
    main_guard(&[&PIECE]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [need, pieces] = &arguments[..] else {
        bail!("what is needed, and how many pieces?");
    };
    let need = match &**need {
        "crash" => Need::Crash,
        "table" => Need::Table,
        "leak" => Need::Leak,
        "short" => Need::Short,
        other => bail!("unknown: {other}"),
    };
    let pieces = pieces.parse().context("the pieces are no number")?;
    let (pid, table) = (process::id(), table());
    print_line(format_args!(
        "Parent, PID: {pid}, table: {:p}",
        table.as_ptr()
    ))?;
    let before = memory_in_mib()?;
    let done = match choose(need) {
        Side::Threads => on_threads(need, pieces, &table)?,
        Side::Processes => in_processes(need, pieces)?,
    };
    let kept = memory_in_mib()?.saturating_sub(before);
    Ok(print_line(format_args!("{done} of {pieces} done, {kept} MiB kept"))?)
}

fn memory_in_mib() -> anyhow::Result<u64> {
    let status = read_to_string("/proc/self/status")?;
    let memory = status.split("VmRSS:").nth(1).unwrap_or_default();
    let kib = memory.split_whitespace().next().context("no VmRSS")?;
    Ok(kib.parse::<u64>()? / 1024)
}

fn choose(need: Need) -> Side {
    match need {
        // What a process does, or loses, is its own affair.
        Need::Crash | Need::Leak => Side::Processes,
        // Threads have everything in common, and cost little.
        Need::Table | Need::Short => Side::Threads,
    }
}

/// Does the pieces 1, 2, … on a few threads, and says how many were done.
fn on_threads(need: Need, pieces: u64, table: &[u64]) -> anyhow::Result<u64> {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    // At least two, to be seen at work at the same time.
    let threads = cores.max(2);
    thread::scope(|scope| {
        let mut started = Vec::new();
        for first in (1..=pieces).take(threads) {
            // Of n, each takes every n-th.
            let share = (first..=pieces).step_by(threads);
            let work = move || do_all(share, need, table);
            started.push(thread::Builder::new().spawn_scoped(scope, work)?);
        }
        let mut done = 0;
        for thread in started {
            done +=
                thread.join().map_err(|_| anyhow!("a thread panicked"))??;
        }
        Ok(done)
    })
}

/// Does these pieces one after the other, and says how many they were.
fn do_all(
    numbers: impl Iterator<Item = u64>,
    need: Need,
    table: &[u64],
) -> anyhow::Result<u64> {
    let mut done = 0;
    for number in numbers {
        piece(need, number, table)?;
        done += 1;
    }
    Ok(done)
}

/// Does the pieces 1, 2, …, each in a process of its own, all at the same
/// time, and says how many were done.
fn in_processes(need: Need, pieces: u64) -> anyhow::Result<u64> {
    let mut started = Vec::new();
    for number in 1..=pieces {
        started.push(Process::target(PIECE).start((need, number))?);
    }
    let mut done = 0;
    for mut process in started {
        process.join()?;
        done += 1;
    }
    Ok(done)
}
