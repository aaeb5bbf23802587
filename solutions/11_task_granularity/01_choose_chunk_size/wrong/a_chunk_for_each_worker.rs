//! of 1:90,91,92 10:50,51,52 30:80,81,79 it chose 30
//!
//! Every worker gets its share, in one message: no measurement is needed for
//! that. It is best only where all tasks take the same time, and all workers
//! too.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
use time_utils::print_line;

const SQUARE: Task<u64, u64> =
    Task::new("square", |number| Ok(number * number));
const WORKERS: Workers = Workers::new("workers", &[&SQUARE]);

/// A chunk size, and how many milliseconds the work took with it, each time.
type Row = (NonZeroUsize, Vec<u64>);

fn main() -> ExitCode {
    main_guard(&[&WORKERS]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let workers = number(&arguments.next().context("how many workers?")?)?;
    let tasks = number(&arguments.next().context("how many tasks?")?)?;
    let rows = arguments.map(|argument| row(&argument));
    let _: Vec<Row> = rows.collect::<Result<_, _>>()?;

    let chunk_size = choose(workers, tasks)?;
    print_line(format_args!("chunks of {chunk_size}"))?;
    let pool = Pool::builder(WORKERS).workers(workers).start()?;
    let sum = sum_of_squares(&pool, tasks, chunk_size)?;
    print_line(format_args!("sum of squares: {sum}"))?;
    Ok(())
}

/// Reads a row such as `20:41,39,75`.
fn row(text: &str) -> anyhow::Result<Row> {
    let (chunk_size, times) = text.split_once(':').context("no row")?;
    let times = times.split(',').map(number).collect::<Result<_, _>>()?;
    Ok((number(chunk_size)?, times))
}

fn number<N: FromStr>(text: &str) -> anyhow::Result<N> {
    let number = text.parse().ok();
    number.with_context(|| format!("{text} is no number"))
}

/// An equal share for each worker.
fn choose(workers: usize, tasks: u64) -> anyhow::Result<NonZeroUsize> {
    let share = usize::try_from(tasks)?.div_ceil(workers);
    NonZeroUsize::new(share).context("nothing to do")
}

/// The sum of the squares of 1 to `tasks`: each square is a task.
fn sum_of_squares(
    pool: &Pool,
    tasks: u64,
    chunk_size: NonZeroUsize,
) -> anyhow::Result<u64> {
    let squares = pool.chunks_of(chunk_size).map(SQUARE, 1..=tasks)?;
    Ok(squares.into_iter().sum())
}
