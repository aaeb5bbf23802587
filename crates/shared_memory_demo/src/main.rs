//! A worker sets one number and turns ten others around.

mod kill_holder;
mod kill_owner;
mod python;
mod race;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, value_parser};
use process_spawning::{Process, Target, exit_code, main_guard};
use shared_memory_demo::{Array, Value};
use time_utils::print_line;

/// Shares numbers between processes, and shows what can happen to them.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    show: Show,

    /// How many processes race.
    #[arg(
        long,
        requires = "race",
        default_value_t = 4,
        value_parser = value_parser!(u64).range(1..=64)
    )]
    workers: u64,

    /// How often each of them adds one.
    #[arg(
        long,
        requires = "race",
        default_value_t = 100_000,
        value_parser = value_parser!(u64).range(..=10_000_000)
    )]
    updates: u64,

    /// Which Python runs the script.
    #[arg(long, value_name = "PROGRAM", default_value = "python3")]
    interpreter: OsString,
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
struct Show {
    /// Several processes add to one counter, in several ways.
    #[arg(long)]
    race: bool,

    /// A Python opens both by their names, reads and writes.
    #[arg(long)]
    python: bool,

    /// The same Python, but it takes the name along when it ends.
    #[arg(long)]
    careless_python: bool,

    /// A worker is killed in the middle of a change under the lock.
    #[arg(long)]
    kill_holder: bool,

    /// The process that made an array is killed: who removes the name?
    #[arg(long)]
    kill_owner: bool,
}

fn main() -> ExitCode {
    main_guard(&[
        &WORKER,
        &race::ADD,
        &race::ADD_FLOAT,
        &kill_holder::HANG,
        &kill_holder::CHECK,
        &kill_owner::OWN,
        &kill_owner::USE,
        &kill_owner::SWEEP,
    ]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let Options { show, workers, updates, interpreter } = options;
    match show {
        Show { race: true, .. } => race::show(*workers, *updates),
        Show { python: true, .. } => python::show(interpreter),
        Show { careless_python: true, .. } => python::careless(interpreter),
        Show { kill_holder: true, .. } => kill_holder::show(),
        Show { kill_owner: true, .. } => kill_owner::show(),
        _ => one_worker(),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "a target may fail")]
#[expect(clippy::approx_constant, reason = "as in the Python original")]
// ANCHOR: worker
fn worker((num, arr): (Value<f64>, Array<i32>)) -> anyhow::Result<()> {
    num.set(3.14);
    for number in &arr {
        number.set(-number.get());
    }
    Ok(())
}

const WORKER: Target<(Value<f64>, Array<i32>)> = Target::new("worker", worker);

fn one_worker() -> anyhow::Result<()> {
    let num = Value::new(0.0)?;
    let arr = Array::new(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])?;

    let mut process =
        Process::target(WORKER).start((num.clone(), arr.clone()))?;
    let exit = process.join()?;
    anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());

    print_line(num.get())?; // 3.14
    print_line(format_args!("{:?}", arr.snapshot()))?; // [0, -1, … -9]
    Ok(())
}
// ANCHOR_END: worker
