//! and four times as many
//!
//! The number of turns is that of the guide, whatever is asked for.

use std::fs;
use std::hint::black_box;
use std::process::ExitCode;

use anyhow::Context as _;
use time_utils::{print_line, report};

fn main() -> ExitCode {
    time_utils::exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let turns = std::env::args().nth(1).context("how many turns?")?;
    let turns = turns.parse().context("the turns are no number")?;
    let before = processor_time()?;
    let ((), elapsed) = time_utils::measure(|| kill_time(turns));
    let after = processor_time()?;
    print_line(format_args!("On a core: {} µs", (after - before) / 1000))?;
    Ok(report("kill_time", elapsed)?)
}

/// How long this program has been on a core, in nanoseconds.
fn processor_time() -> anyhow::Result<u64> {
    let times = fs::read_to_string("/proc/self/schedstat")?;
    let first = times.split(' ').next().context("an empty schedstat")?;
    Ok(first.parse()?)
}

/// Keeps a core busy for so many turns.
fn kill_time(_turns: u64) {
    for turn in 0..100_000_000_u64 {
        black_box(turn);
    }
}
