//! The price of a supervisor, and of a worker that ends, here and in Python,
//! side by side in one run. Prints the tables of the book:
//!
//! ```text
//! cargo bench -q -p error_handling --bench failure_cost
//! ```
//!
//! Needs python3, or what `MP_PYTHON` names.

use std::iter::repeat_n;
use std::process::{self, ExitCode};
use std::time::Duration;

use anyhow::ensure;
use error_handling::{Policy, supervise};
use pool_map::{Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
use side_by_side::{Contender, Python, Unit, print_table};
use time_utils::{measure, print_line};

const ROUNDS: usize = 21;
const WORKERS: usize = 2;
const TASKS: u32 = 20_000;
const ENDS: u32 = 10;
const SPINS: u32 = 100;
const ITERATIONS: u64 = 2_000_000;

const SQUARE: Task<u64, u64> = Task::new("square", |n| Ok(n * n));
const END: Task<(), ()> = Task::new("end", |()| process::exit(3));
const SPIN: Task<u64, ()> = Task::new("spin", |iterations| {
    time_utils::spin(iterations);
    Ok(())
});
const LISTED: Workers = Workers::new("workers", &[&SQUARE, &END, &SPIN]);

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/failure_cost.py");

fn main() -> ExitCode {
    main_guard(&[&LISTED]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut python = Python::start(SCRIPT, &[])?;
    let pool = Pool::builder(LISTED).workers(WORKERS).start()?;
    print_table(
        "x², two workers, one by one",
        Unit::ThousandsPerSecond(f64::from(TASKS)),
        ROUNDS,
        &mut [
            Contender::new("ProcessPoolExecutor.map", || {
                python.once("squares")
            }),
            Contender::new("error_handling::supervise", || supervised(&pool)),
            Contender::new("pool_map::Pool.imap", || unsupervised(&pool)),
        ],
    )?;
    print_line("")?;
    print_table(
        "tasks of half a millisecond",
        Unit::MicrosecondsEach(f64::from(SPINS)),
        ROUNDS,
        &mut [
            Contender::new("error_handling::supervise", || {
                spin_supervised(&pool)
            }),
            Contender::new("pool_map::Pool.imap", || spin(&pool)),
        ],
    )?;
    print_line("")?;
    print_table(
        "a worker ends, and the next result",
        Unit::MicrosecondsEach(f64::from(ENDS)),
        ROUNDS,
        &mut [
            Contender::new("a fresh ProcessPoolExecutor, fork", || {
                python.once("ends")
            }),
            Contender::new("the same pool_map::Pool", || ends(&pool)),
        ],
    )
}

fn supervised(pool: &Pool) -> anyhow::Result<Duration> {
    let policy = Policy::default();
    let (report, time) =
        measure(|| supervise(pool, SQUARE, 0..u64::from(TASKS), &policy));
    report.ensure_complete()?;
    Ok(time)
}

fn unsupervised(pool: &Pool) -> anyhow::Result<Duration> {
    let squares = || pool.imap(SQUARE, 0..u64::from(TASKS));
    let (squares, time) = measure(|| squares().collect::<Result<Vec<_>, _>>());
    ensure!(squares?.len() == TASKS as usize, "squares are missing");
    Ok(time)
}

fn iterations() -> impl Iterator<Item = u64> {
    repeat_n(ITERATIONS, SPINS as usize)
}

fn spin_supervised(pool: &Pool) -> anyhow::Result<Duration> {
    let policy = Policy::default();
    let (report, time) =
        measure(|| supervise(pool, SPIN, iterations(), &policy));
    report.ensure_complete()?;
    Ok(time)
}

fn spin(pool: &Pool) -> anyhow::Result<Duration> {
    let spins = || pool.imap(SPIN, iterations());
    let (spins, time) = measure(|| spins().collect::<Result<Vec<_>, _>>());
    ensure!(spins?.len() == SPINS as usize, "some are missing");
    Ok(time)
}

fn ends(pool: &Pool) -> anyhow::Result<Duration> {
    let (done, time) = measure(|| {
        (0..ENDS).try_for_each(|_| {
            ensure!(pool.apply(END, ()).is_err(), "it has survived");
            ensure!(pool.apply(SQUARE, 5)? == 25, "not usable");
            Ok(())
        })
    });
    done.map(|()| time)
}
