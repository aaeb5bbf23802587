//! updates were lost: it counted
//!
//! As `counter.value += 1` in Python: one line, and two steps.

use std::process::ExitCode;
use std::thread;

use anyhow::Context as _;
use pipe_ipc::{Receiver, one_way};
use process_spawning::{Process, Target, current_name, exit_code, main_guard};
use shared_memory_demo::Value;
use time_utils::print_line;

/// When to begin, the counter, how often to add; and whether to stay half way.
type Part = (Receiver<()>, Value<i64>, u32, bool);

const WORKER: Target<Part> = Target::new("worker", worker);

fn worker((begin, counter, turns, stay): Part) -> anyhow::Result<()> {
    begin.recv()?;
    for turn in 0..turns {
        if stay && turn == turns / 2 {
            stay_here()?;
        }
        add_one(&counter);
    }
    Ok(())
}

fn add_one(counter: &Value<i64>) {
    counter.set(counter.get() + 1);
}

fn stay_here() -> anyhow::Result<()> {
    print_line(format_args!("{} stays half way", current_name()))?;
    loop {
        thread::park();
    }
}

fn main() -> ExitCode {
    main_guard(&[&WORKER]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let workers = arguments.next().context("how many workers?")?.parse()?;
    let turns = arguments.next().context("how many turns?")?.parse()?;
    let stay = arguments.next().is_some_and(|it| it == "stay");
    let counted = count(workers, turns, stay)?;
    print_line(format_args!("counted {counted}"))?;
    Ok(())
}

fn count(workers: u32, turns: u32, stay: bool) -> anyhow::Result<i64> {
    let counter = Value::new(0)?;
    let (mut processes, mut begins) = (Vec::new(), Vec::new());
    for number in 1..=workers {
        let (begin, begins_here) = one_way()?;
        let part = (begin, counter.clone(), turns, stay);
        let name = format!("worker_{number}");
        processes.push(Process::target(WORKER).name(name).start(part)?);
        begins.push(begins_here);
    }
    // All at once, and not each as soon as it has been started.
    for begin in begins {
        begin.send(())?;
    }
    for process in &mut processes {
        let exit = process.join()?;
        anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(counter.get())
}
