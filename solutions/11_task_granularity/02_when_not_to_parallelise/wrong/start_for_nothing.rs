//! it started 2 processes where a start takes a minute
//!
//! What the tasks cost is compared, and the pool is taken as there already.
//! Each run of this program starts one.

use std::hint::black_box;
use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
use time_utils::trace::{self, Category};
use time_utils::{measure, print_line};

const DIVISOR: Task<u64, u64> =
    Task::new("divisor", |number| Ok(smallest_divisor(number)));
const WORKERS: Workers = Workers::new("workers", &[&DIVISOR]);

/// How many numbers are tried, at most.
const SAMPLE: usize = 3;

/// What there is to pay for a pool.
struct Costs {
    /// To start it.
    start: Duration,
    /// For each task: to pass it on, and its result back.
    message: Duration,
}

/// The smallest divisor above 1. Half of all numbers have it at once; a prime
/// number takes long.
fn smallest_divisor(number: u64) -> u64 {
    let _span = trace::span(Category::Task, "smallest_divisor");
    let mut divisors = (2..).take_while(|it| it * it <= number);
    divisors.find(|it| number.is_multiple_of(*it)).unwrap_or(number)
}

fn main() -> ExitCode {
    main_guard(&[&WORKERS]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let workers = number(arguments.next(), "how many workers?")?;
    let start = number(arguments.next(), "the start costs how many ms?")?;
    let message = number(arguments.next(), "a task costs how many µs?")?;
    let costs = Costs {
        start: Duration::from_millis(start),
        message: Duration::from_micros(message),
    };
    let numbers = arguments.map(|argument| number(Some(argument), ""));
    let numbers: Vec<u64> = numbers.collect::<Result<_, _>>()?;

    let divisors = divisors(&numbers, workers, &costs)?;
    for (number, divisor) in numbers.iter().zip(divisors) {
        print_line(format_args!("{number}: {divisor}"))?;
    }
    Ok(())
}

fn number<N: FromStr>(text: Option<String>, what: &str) -> anyhow::Result<N> {
    let text = text.context(what.to_owned())?;
    text.parse().ok().with_context(|| format!("{text} is no number"))
}

fn divisors(
    numbers: &[u64],
    workers: usize,
    costs: &Costs,
) -> anyhow::Result<Vec<u64>> {
    let tasks = numbers.iter().copied();
    if !pays(numbers, workers, costs) {
        return Ok(tasks.map(smallest_divisor).collect());
    }
    let pool = Pool::builder(WORKERS).workers(workers).start()?;
    Ok(pool.map(DIVISOR, tasks)?)
}

/// Whether a pool would be done sooner than this process alone.
fn pays(numbers: &[u64], workers: usize, costs: &Costs) -> bool {
    let task = cost_of_a_task(numbers);
    // As many tasks as the busiest worker has.
    let rounds = numbers.len().div_ceil(workers);
    let alone = times(task, numbers.len());
    let passing = times(costs.message, numbers.len());
    // Paid once: that is nothing.
    let _ = costs.start;
    let by_pool = passing + times(task, rounds);
    by_pool < alone
}

/// What a task takes here: of a few, the one in the middle.
fn cost_of_a_task(numbers: &[u64]) -> Duration {
    let sample = numbers.iter().take(SAMPLE);
    let mut times: Vec<_> = sample
        .map(|number| measure(|| black_box(smallest_divisor(*number))).1)
        .collect();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn times(duration: Duration, count: usize) -> Duration {
    duration.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
}
