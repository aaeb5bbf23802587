//! Every way for a task to fail, and what the parent gets.

use std::fs;
use std::hint::black_box;
use std::iter;
use std::process;
use std::time::Duration;

use anyhow::Context as _;
use pool_map::{Cause, Pool, Task, TaskError, Workers};
use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use time_utils::{print_line, spin};

pub(crate) const WORKERS: Workers = Workers::new("ways", &[&FAIL]);

// ANCHOR: fail
#[derive(Clone, Copy, Serialize, Deserialize)]
enum Way {
    Return,
    Error,
    Panic,
    Exit,
    Abort,
    Kill,
    Forever,
}

const FAIL: Task<Way, usize> = Task::new("fail", |way| {
    match way {
        Way::Return => {}
        Way::Error => return count_lines("numbers.txt"),
        Way::Panic => return Ok([7, 8, 9][black_box(3)]),
        Way::Exit => process::exit(3),
        Way::Abort => process::abort(),
        Way::Kill => kill_process(getpid(), Signal::KILL)?,
        Way::Forever => spin(u64::MAX),
    }
    Ok(25)
});

fn count_lines(file: &str) -> anyhow::Result<usize> {
    let text = fs::read_to_string(file)
        .with_context(|| format!("cannot count the lines of {file}"))?;
    Ok(text.lines().count())
}
// ANCHOR_END: fail

const WAYS: [(&str, Way); 7] = [
    ("returns", Way::Return),
    ("fails", Way::Error),
    ("panics", Way::Panic),
    ("exits", Way::Exit),
    ("aborts", Way::Abort),
    ("is killed", Way::Kill),
    ("never ends", Way::Forever),
];

pub(crate) fn show(workers: usize, deadline: Duration) -> anyhow::Result<()> {
    let pool = Pool::builder(WORKERS)
        .workers(workers)
        .task_deadline(deadline)
        .start()?;
    print_line("\na task that …  and what its parent gets")?;
    for (name, way) in WAYS {
        let got = match pool.apply(FAIL, way) {
            Ok(number) => vec![format!("the result {number}")],
            Err(error) if matches!(error.cause(), Cause::Interrupted(_)) => {
                return Err(error.into());
            }
            Err(error) => told(&error),
        };
        // Its name stands before the first line, nothing before the others.
        let names = iter::once(name).chain(iter::repeat(""));
        for (name, line) in names.zip(got) {
            print_line(format_args!("{name:<15}{line}"))?;
        }
    }
    Ok(())
}

/// The parts of an error, as a program that branches on it gets them.
// ANCHOR: told
fn told(error: &TaskError) -> Vec<String> {
    let mut lines = match error.cause() {
        Cause::Error { chain, .. } => {
            let words = iter::once("error").chain(iter::repeat("because"));
            let chain = words.zip(chain);
            chain.map(|(word, cause)| format!("{word}: {cause}")).collect()
        }
        Cause::Panic { message, place, .. } => {
            vec![format!("panic: {message}"), format!("at {place}")]
        }
        Cause::WorkerEnded(exit) => vec![format!("no result: {exit}")],
        Cause::TimedOut(time) => vec![format!("no result after {time:?}")],
        other => vec![other.to_string()],
    };
    lines.extend(error.worker().map(|worker| format!("in {worker}")));
    if let Some(backtrace) = error.cause().backtrace() {
        let ours = backtrace.lines().filter(|line| line.contains("ways.rs"));
        lines.extend(ours.map(|frame| frame.trim_start().to_owned()));
    }
    lines
}
// ANCHOR_END: told
