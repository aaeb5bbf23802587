//! What a message costs, and a task in it, here and in Python, side by side
//! in one run. Prints the tables of the book:
//!
//! ```text
//! cargo bench -q -p task_granularity --bench granularity_cost
//! ```
//!
//! Needs python3, or what `MP_PYTHON` names.

use std::num::NonZeroUsize;
use std::process::ExitCode;

use process_spawning::{exit_code, main_guard};
use side_by_side::{Contender, Python, Unit, print_table};
use task_granularity::{Crew, WORKERS, Way};
use time_utils::print_line;

const ROUNDS: usize = 21;
const WORKER_COUNT: NonZeroUsize = NonZeroUsize::new(2).unwrap();
const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/granularity_cost.py");

/// What a pool does by itself.
const AHEAD: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// As many messages, with one empty task each.
const MESSAGES: u32 = 2000;
/// As many empty tasks, in one message to each worker.
const TASKS: u32 = 100_000;
const SHARE: NonZeroUsize = NonZeroUsize::new(50_000).unwrap();

fn main() -> ExitCode {
    main_guard(&[&WORKERS]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut pool = Python::start(SCRIPT, &[])?;
    let mut executor = Python::start(SCRIPT, &[])?;
    let in_turn = Crew::start(WORKER_COUNT, NonZeroUsize::MIN)?;
    let ahead = Crew::start(WORKER_COUNT, AHEAD)?;
    let empty = vec![0; TASKS as usize];
    let messages = &empty[..MESSAGES as usize];

    let alone = Way::Processes(NonZeroUsize::MIN);
    print_table(
        "an empty task, in a message of its own",
        Unit::MicrosecondsEach(f64::from(MESSAGES)),
        ROUNDS,
        &mut [
            Contender::new("ProcessPoolExecutor.map", || {
                executor.once("executor, messages")
            }),
            Contender::new("multiprocessing.Pool.map", || {
                pool.once("pool, messages")
            }),
            Contender::new("pool_map::Pool.map, most_ahead(1)", || {
                in_turn.time(alone, messages)
            }),
            Contender::new("pool_map::Pool.map", || {
                ahead.time(alone, messages)
            }),
        ],
    )?;
    print_line("")?;
    let together = Way::Processes(SHARE);
    print_table(
        "empty tasks, all in one message a worker",
        Unit::ThousandsPerSecond(f64::from(TASKS)),
        ROUNDS,
        &mut [
            Contender::new("ProcessPoolExecutor.map", || {
                executor.once("executor, tasks")
            }),
            Contender::new("multiprocessing.Pool.map", || {
                pool.once("pool, tasks")
            }),
            Contender::new("pool_map::Pool.map", || {
                ahead.time(together, &empty)
            }),
            Contender::new("rayon, two threads", || {
                ahead.time(Way::Threads, &empty)
            }),
        ],
    )
}
