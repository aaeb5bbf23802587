//! The threading script of the guide, and then the comparison: the same work
//! one after the other, on threads, in processes, and on threads with a lock.

mod comparison;

use std::num::NonZeroUsize;
use std::process::{self, ExitCode};
use std::thread::{self, ScopedJoinHandle};

use anyhow::anyhow;
use clap::{Parser, ValueEnum};
use process_spawning::{exit_code, main_guard};
use threading_comparison::{COMPUTE, Gil, Load};
use time_utils::{
    SEED_ITERATIONS, measure, print_line, report, spin, timestamp, trace,
};

/// Compares threads with processes at work that computes.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How many threads the queue and the pool have; without it as many as
    /// there are cores, but at least two.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=64))]
    workers: Option<u16>,

    /// How often each task goes round.
    #[arg(long, default_value_t = SEED_ITERATIONS)]
    iterations: u64,

    /// Only two threads, without the comparison.
    #[arg(long, value_name = "HOW")]
    only: Option<Only>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Only {
    /// As they are.
    Threads,
    /// With one lock between them, in place of Python's.
    OneLock,
}

fn main() -> ExitCode {
    main_guard(&[&COMPUTE]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let iterations = options.iterations;
    let (gil, one_lock) =
        (Gil::default(), matches!(options.only, Some(Only::OneLock)));
    let (joined, elapsed) = measure(|| {
        if one_lock {
            two_threads(|| gil.spin(iterations))
        } else {
            two_threads(|| compute(iterations))
        }
    });
    joined?;
    report("main", elapsed)?;
    if options.only.is_none() {
        print_line("")?;
        comparison::of_ways(&load(options))?;
        print_line("")?;
        comparison::of_creation()?;
    }
    Ok(())
}

// ANCHOR: two_threads
fn two_threads(work: impl Fn() + Sync) -> anyhow::Result<()> {
    thread::scope(|scope| {
        let threads = ["Thread_1", "Thread_2"].map(|name| {
            let thread = thread::Builder::new().name(name.to_owned());
            thread.spawn_scoped(scope, || worker_task(&work))
        });
        // Join all before looking at any: a scope panics where a thread has
        // panicked that nobody joined.
        let joined = threads.map(|thread| thread.map(ScopedJoinHandle::join));
        for end in joined {
            end?.map_err(|_| anyhow!("a thread panicked"))??;
        }
        Ok(())
    })
}

fn worker_task(work: impl Fn()) -> anyhow::Result<()> {
    let (thread, pid) = (thread::current(), process::id());
    let (name, now) = (thread.name().unwrap_or("unnamed"), timestamp());
    trace::name_thread(name);
    let _life = trace::span(trace::Category::Process, name);
    print_line(format_args!(
        "Starting thread: {name}, PID: {pid}, Timestamp: {now}"
    ))?;
    work();
    let now = timestamp();
    print_line(format_args!("Finished thread: PID: {pid}, Timestamp: {now}"))?;
    Ok(())
}
// ANCHOR_END: two_threads

fn compute(iterations: u64) {
    let _work = trace::span(trace::Category::Task, "worker_task");
    spin(iterations);
}

fn load(options: &Options) -> Load {
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let workers = options.workers.map_or(cores.max(2), usize::from);
    let workers = NonZeroUsize::new(workers).unwrap_or(NonZeroUsize::MIN);
    // More tasks than workers: a queue and a pool have something to divide.
    let tasks = 2 * workers.get();
    Load { tasks, iterations: options.iterations, workers }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_threads_that_panic_are_an_error() {
        let error = two_threads(|| panic!("on purpose")).unwrap_err();
        assert_eq!(error.to_string(), "a thread panicked");
    }
}
