//! the work was large, and 0 processes were started for it
//!
//! A rule of thumb: less than a hundred tasks are not worth a pool. Eight long
//! ones are.

use std::process::ExitCode;
use std::str::FromStr;
use std::time::Duration;

use anyhow::Context as _;
use pool_map::{Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
use time_utils::print_line;
use time_utils::trace::{self, Category};

const DIVISOR: Task<u64, u64> =
    Task::new("divisor", |number| Ok(smallest_divisor(number)));
const WORKERS: Workers = Workers::new("workers", &[&DIVISOR]);

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
    let Costs { start, message } = costs;
    let many = numbers.len() >= 100 && workers > 1;
    many && *start + *message < Duration::from_secs(1)
}
