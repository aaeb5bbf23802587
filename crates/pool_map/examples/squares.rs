//! The plainest pool: five squares, by as many workers as there are cores.

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
use process_spawning::main_guard;
use time_utils::print_line;

const SQUARE: Task<i64, i64> = Task::new("square", square);
const WORKERS: Workers = Workers::new("workers", &[&SQUARE]);

fn square(number: i64) -> anyhow::Result<i64> {
    number.checked_mul(number).context("its square is too large")
}

fn main() -> anyhow::Result<()> {
    main_guard(&[&WORKERS]);
    let pool = Pool::new(WORKERS)?;
    let squares = pool.map(SQUARE, 1..=5)?;
    print_line(format_args!("{squares:?}"))?;
    Ok(())
}
