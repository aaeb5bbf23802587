//! A worker puts one item; then several share the work of one queue.

mod both_send;
mod join_first;
mod kill_consumer;
mod processes;
mod threads;

use std::ops::Range;
use std::process::ExitCode;

use clap::{Parser, value_parser};
use process_spawning::{Process, Target, exit_code, main_guard};
use queue_ipc::{Producer, Queue};
use time_utils::{print_line, spin, trace};

/// Shares work between processes by a queue, and counts what became of it.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    work: Work,

    #[command(flatten)]
    show: Show,
}

/// How much work, and for how many.
#[derive(Clone, Copy, clap::Args)]
struct Work {
    /// How many items are put.
    #[arg(
        long,
        default_value_t = 12,
        value_parser = value_parser!(u64).range(..=10_000_000)
    )]
    items: u64,

    /// How many put them.
    #[arg(
        long,
        default_value_t = 2,
        value_parser = value_parser!(u64).range(1..=64)
    )]
    producers: u64,

    /// How many get them.
    #[arg(
        long,
        default_value_t = 3,
        value_parser = value_parser!(u64).range(1..=64)
    )]
    consumers: u64,

    /// How often a consumer goes round for each item.
    #[arg(long, default_value_t = 1000)]
    iterations: u64,
}

impl Work {
    /// The items of each producer.
    fn shares(self) -> impl Iterator<Item = Range<u64>> {
        let begin = move |number| number * self.items / self.producers;
        (0..self.producers).map(move |n| begin(n)..begin(n + 1))
    }
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
struct Show {
    /// The same work, for threads of this process.
    #[arg(long)]
    threads: bool,

    /// A worker is joined before anything that it put is got.
    #[arg(long)]
    join_first: bool,

    /// Two put all they have before either gets anything.
    #[arg(long)]
    both_send: bool,

    /// A consumer is killed while it waits, and while it works.
    #[arg(long)]
    kill_consumer: bool,
}

fn main() -> ExitCode {
    main_guard(&[
        &WORKER,
        &processes::PRODUCE,
        &processes::CONSUME,
        &join_first::PUT,
        &both_send::EXCHANGE,
        &kill_consumer::WORK,
        &kill_consumer::HANG,
    ]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let Options { work, show } = options;
    match show {
        Show { threads: true, .. } => tell(*work, &threads::squares(*work)?),
        Show { join_first: true, .. } => join_first::show(),
        Show { both_send: true, .. } => both_send::show(),
        Show { kill_consumer: true, .. } => kill_consumer::show(),
        _ => {
            one_item()?;
            tell(*work, &processes::squares(*work)?)
        }
    }
}

// ANCHOR: one_item
const WORKER: Target<(Producer<u64>, u64)> = Target::new("worker", worker);

fn worker((queue, value): (Producer<u64>, u64)) -> anyhow::Result<()> {
    queue.put(&(value * value))?;
    Ok(())
}

fn one_item() -> anyhow::Result<()> {
    let mut queue = Queue::new();
    let mut process = Process::target(WORKER).start((queue.producer()?, 5))?;
    // Nothing comes from here: where the worker ends without a result, so
    // does the queue, and nobody waits for ever.
    queue.close();
    let result = queue.get()?;
    process.join()?;
    print_line(result)?; // 25
    Ok(())
}
// ANCHOR_END: one_item

/// The work that an item means.
fn square(item: u64, iterations: u64) -> u64 {
    let _task = trace::span(trace::Category::Task, &format!("item {item}"));
    spin(iterations);
    item * item
}

/// Counts what came back: the numbers of the items, each with its square.
fn tell(work: Work, squares: &[(u64, u64)]) -> anyhow::Result<()> {
    let mut times = vec![0_u64; usize::try_from(work.items)?];
    for (item, square) in squares {
        anyhow::ensure!(*square == item * item, "a wrong square of {item}");
        times[usize::try_from(*item)?] += 1;
    }
    let never = times.iter().filter(|times| **times == 0).count();
    let twice = times.iter().filter(|times| **times > 1).count();
    let Work { items, producers, consumers, .. } = work;
    let got = squares.len();
    let line = |who: &str, count: &dyn std::fmt::Display| {
        print_line(format_args!("{who:<18}{count:>6} items"))
    };
    line(&format!("{producers} producers put"), &items)?;
    line(&format!("{consumers} consumers got"), &got)?;
    line("got by nobody", &never)?;
    line("got twice", &twice)?;
    Ok(())
}
