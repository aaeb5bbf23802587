//! Ten tasks, of which some fail: one once or twice, three for good.

use std::process;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use error_handling::{Policy, Reason, Report, supervise};
use pool_map::{Pool, Task, Workers};
use shared_memory_demo::{Backing, Value};
use time_utils::{print_line, spin};

pub(crate) const WORKERS: Workers<Value<u32>> =
    Workers::with_initializer("supervised", meet_server, &[&SQUARE]);

/// How many calls the server is still going to refuse.
static REFUSALS: OnceLock<Value<u32>> = OnceLock::new();

fn meet_server(refusals: Value<u32>) -> anyhow::Result<()> {
    REFUSALS.set(refusals).map_err(|_| anyhow!("it is known already"))
}

// ANCHOR: task
const SQUARE: Task<u64, u64> = Task::new("square", |number| {
    match number {
        3 => ask_server()?,
        5 => process::abort(),
        7 => spin(u64::MAX),
        9 => bail!("nobody likes the 9"),
        _ => spin(2_000_000),
    }
    Ok(number * number)
});

/// A server that is down at first.
fn ask_server() -> anyhow::Result<()> {
    let refusals = REFUSALS.get().context("no server")?;
    let left = refusals.update(|left| left.saturating_sub(1));
    ensure!(left == 0, "the server is down");
    Ok(())
}
// ANCHOR_END: task

// ANCHOR: show
pub(crate) fn show(workers: usize, deadline: Duration) -> anyhow::Result<()> {
    let refusals = Value::new_in(Backing::Memfd, 2)?;
    let pool = Pool::builder_with(WORKERS, move || refusals.clone())
        .workers(workers)
        .task_deadline(deadline)
        .start()?;
    let report = supervise(&pool, SQUARE, 1..=10, &Policy::default());
    let told = tell(&report);
    // Also where nobody reads that: the exit code says it.
    report.ensure_complete()?;
    told
}

fn tell(report: &Report<u64>) -> anyhow::Result<()> {
    for (number, outcome) in (1..).zip(report.outcomes()) {
        let tries = outcome.tries;
        let told = match &outcome.result {
            Ok(square) if tries == 1 => square.to_string(),
            Ok(square) => format!("{square}, at try {tries}"),
            Err(lost) => match lost.failures().last() {
                Some(failure) if lost.reason() != Reason::Stopped => {
                    format!("lost after {tries} tries: {}", failure.cause())
                }
                _ => lost.to_string(),
            },
        };
        print_line(format_args!("{number:>2}: {told}"))?;
    }
    Ok(print_line(format_args!("\n{report}"))?)
}
// ANCHOR_END: show
