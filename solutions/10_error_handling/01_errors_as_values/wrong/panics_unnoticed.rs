//! on standard error no line begins with `1/0`
//!
//! An error has its arm of the `match`, and `_` takes the rest: also a panic,
//! and also the end of a worker.

use std::process::ExitCode;

use anyhow::Context as _;
use pool_map::{Cause, Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
use time_utils::print_line;

const DIVIDE: Task<String, i64> = Task::new("divide", divide);
const WORKERS: Workers = Workers::new("workers", &[&DIVIDE]);

/// The quotient for `12/4`. Panics where the divisor is 0.
fn divide(task: String) -> anyhow::Result<i64> {
    let (dividend, divisor) = task.split_once('/').context("no `/` in it")?;
    Ok(number(dividend)? / number(divisor)?)
}

fn number(text: &str) -> anyhow::Result<i64> {
    text.parse().with_context(|| format!("`{text}` is no number"))
}

fn main() -> ExitCode {
    main_guard(&[&WORKERS]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let tasks: Vec<String> = std::env::args().skip(1).collect();
    let pool = Pool::builder(WORKERS).workers(2).start()?;
    divide_all(&pool, &tasks)
}

fn divide_all(pool: &Pool, tasks: &[String]) -> anyhow::Result<()> {
    let mut failed = 0;
    let quotients = pool.imap(DIVIDE, tasks.iter().cloned());
    for (task, quotient) in tasks.iter().zip(quotients) {
        match quotient {
            Ok(quotient) => print_line(format_args!("{task} = {quotient}"))?,
            Err(error) => {
                if let Cause::Error { chain, .. } = error.cause() {
                    failed += 1;
                    eprintln!("{task} failed: {}", chain.join(": "));
                }
            }
        }
    }
    anyhow::ensure!(failed == 0, "{failed} of {} tasks failed", tasks.len());
    Ok(())
}
