//! no line says what 21/7 is
//!
//! The errors are thrown out, and then the tasks and the results no longer
//! stand side by side. Python's `try … except: pass` in a loop does the same.

use std::process::ExitCode;

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
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
    let quotients = pool.imap(DIVIDE, tasks.iter().cloned());
    let quotients: Vec<i64> = quotients.filter_map(Result::ok).collect();
    for (task, quotient) in tasks.iter().zip(&quotients) {
        print_line(format_args!("{task} = {quotient}"))?;
    }
    let failed = tasks.len() - quotients.len();
    anyhow::ensure!(failed == 0, "{failed} of {} tasks failed", tasks.len());
    Ok(())
}
