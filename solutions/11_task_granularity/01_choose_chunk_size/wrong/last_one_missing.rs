//! it chose chunks of 1, and sent the 60 tasks in 59
//!
//! Python's `range(1, 5)` ends before 5, and so does `1..5`.

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
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;

    let chunk_size = choose(&rows)?;
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

/// The smallest of the chunk sizes that are as fast as the best.
fn choose(rows: &[Row]) -> anyhow::Result<NonZeroUsize> {
    let times = rows.iter().map(|(_, times)| median(times));
    let best = times.min().context("nothing has been measured")?;
    // A tenth more is within the noise.
    let as_fast = |(_, times): &&Row| median(times) * 10 <= best * 11;
    let sizes = rows.iter().filter(as_fast).map(|(size, _)| *size);
    sizes.min().context("nothing has been measured")
}

/// The time in the middle: a moment in which somebody else was at work
/// changes it little.
fn median(times: &[u64]) -> u64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    times[times.len() / 2]
}

/// The sum of the squares of 1 to `tasks`: each square is a task.
fn sum_of_squares(
    pool: &Pool,
    tasks: u64,
    chunk_size: NonZeroUsize,
) -> anyhow::Result<u64> {
    let squares = pool.chunks_of(chunk_size).map(SQUARE, 1..tasks)?;
    Ok(squares.into_iter().sum())
}
