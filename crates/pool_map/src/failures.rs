//! Tasks that fail, panic, or kill their worker: the others do not notice.

use anyhow::bail;
use pool_map::{Cause, Pool, Task, TaskError, Workers};
use rustix::process::{Signal, getpid, kill_process};
use time_utils::print_line;

pub(crate) const WORKERS: Workers =
    Workers::new("risky_workers", &[&DEADLY, &FAULTY]);

// ANCHOR: kill
const DEADLY: Task<i64, i64> = Task::new("deadly", |number| {
    if number == 3 {
        kill_process(getpid(), Signal::KILL)?;
    }
    Ok(number * number)
});

pub(crate) fn show_kill() -> anyhow::Result<()> {
    let pool = Pool::builder(WORKERS).workers(2).start()?;
    show_each(&pool, DEADLY)?;
    let squares = pool.map(DEADLY, [4, 5, 6])?;
    print_line(format_args!("the same pool, again: {squares:?}"))?;
    Ok(())
}
// ANCHOR_END: kill

fn show_each(pool: &Pool, task: Task<i64, i64>) -> anyhow::Result<()> {
    for (number, result) in (1..).zip(pool.imap(task, 1..=5)) {
        match result {
            Ok(square) => print_line(format_args!("{number}: {square}"))?,
            Err(error) => {
                let error = own(error)?;
                print_line(format_args!("{number}: {error}"))?;
            }
        }
    }
    Ok(())
}

// ANCHOR: fail
const FAULTY: Task<i64, i64> = Task::new("faulty", |number| match number {
    2 => bail!("I do not like the {number}"),
    4 => panic!("what a number: {number}"),
    _ => Ok(number * number),
});

pub(crate) fn show_fail() -> anyhow::Result<()> {
    let pool = Pool::builder(WORKERS).workers(2).start()?;
    show_each(&pool, FAULTY)?;
    if let Err(first) = pool.map(FAULTY, 1..=5) {
        print_line(format_args!("map tells the first: {}", own(first)?))?;
    }
    Ok(())
}
// ANCHOR_END: fail

/// A failure of the task's own, which is what we show; Ctrl-C is none.
fn own(error: TaskError) -> anyhow::Result<TaskError> {
    match error.cause() {
        Cause::Interrupted(_) => Err(error.into()),
        _ => Ok(error),
    }
}
