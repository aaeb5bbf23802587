//! The price of starting something and waiting for its end, here and in
//! Python, side by side in one run. Prints the table of the book:
//!
//! ```text
//! cargo bench -q -p process_spawning --bench start_cost
//! ```
//!
//! Each round measures every contender once, so that a machine that is busy
//! for a while is busy for all of them. Needs python3, or what `MP_PYTHON`
//! names.

use std::process::{Command, ExitCode};
use std::thread;
use std::time::Duration;

use anyhow::ensure;
use process_spawning::{Process, Target, exit_code, main_guard};
use side_by_side::{Contender, Python, medians};
use time_utils::{measure, print_line};

const ROUNDS: usize = 100;

const NOTHING: Target<()> = Target::new("nothing", |()| Ok(()));

fn main() -> ExitCode {
    main_guard(&[&NOTHING]);
    exit_code(run())
}

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/start_cost.py");

fn run() -> anyhow::Result<()> {
    let mut fork = Python::start(SCRIPT, &["fork"])?;
    let mut spawn = Python::start(SCRIPT, &["spawn"])?;
    let names = [
        "std::thread",
        "/bin/true by std::process::Command",
        "process_spawning::Process",
        "multiprocessing.Process, fork",
        "multiprocessing.Process, spawn",
    ];
    let mut contenders = [
        Contender::new(names[0], thread_once),
        Contender::new(names[1], true_once),
        Contender::new(names[2], process_once),
        Contender::new(names[3], || fork.once("once")),
        Contender::new(names[4], || spawn.once("once")),
    ];
    let medians = medians(&mut contenders, ROUNDS)?;
    print_line("start and join one                    median, µs   ratio")?;
    for (name, time) in names.iter().zip(&medians) {
        let ratio = time.as_secs_f64() / medians[1].as_secs_f64();
        let time = time.as_micros();
        print_line(format_args!("{name:<38}{time:>10}{ratio:>8.2}"))?;
    }
    Ok(())
}

fn thread_once() -> anyhow::Result<Duration> {
    let (joined, time) = measure(|| thread::spawn(|| ()).join());
    ensure!(joined.is_ok(), "the thread panicked");
    Ok(time)
}

fn true_once() -> anyhow::Result<Duration> {
    let (status, time) = measure(|| Command::new("/bin/true").status());
    ensure!(status?.success(), "/bin/true failed");
    Ok(time)
}

fn process_once() -> anyhow::Result<Duration> {
    let (exit, time) = measure(|| -> anyhow::Result<_> {
        Ok(Process::target(NOTHING).start(())?.join()?)
    });
    ensure!(exit?.success(), "the worker failed");
    Ok(time)
}
