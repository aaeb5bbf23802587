//! The price of a task in a pool, here and in Python, side by side in one
//! run; and what two workers bring. Prints the tables of the book:
//!
//! ```text
//! cargo bench -q -p pool_map --bench pool_cost
//! ```
//!
//! Needs python3, or what `MP_PYTHON` names.

use std::hint::black_box;
use std::num::NonZeroUsize;
use std::os::unix::net::UnixDatagram;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use pool_map::{Pool, Task, Workers};
use process_spawning::{exit_code, main_guard};
use rayon::prelude::*;
use side_by_side::{Contender, Python, Unit, print_table};
use time_utils::{measure, print_line};

const ROUNDS: usize = 21;
const WORKERS: usize = 2;
/// For each call of `map`.
const TASKS: u32 = 50_000;
/// Chunks are quick: one call would hardly be more than its beginning.
const CALLS: u32 = 10;
const SPINS: u32 = 40;
const ITERATIONS: u64 = 5_000_000;

const SQUARE: Task<u64, u64> = Task::new("square", |n| Ok(n * n));
const SPIN: Task<u64, ()> = Task::new("spin", |iterations| {
    time_utils::spin(iterations);
    Ok(())
});
const LISTED: Workers = Workers::new("workers", &[&SQUARE, &SPIN]);

fn main() -> ExitCode {
    main_guard(&[&LISTED]);
    exit_code(run())
}

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/pool_cost.py");

fn run() -> anyhow::Result<()> {
    let mut python = Python::start(SCRIPT, &[])?;
    let pool = Pool::builder(LISTED).workers(WORKERS).start()?;
    print_table(
        "x², two workers, chunks of 1",
        Unit::ThousandsPerSecond(f64::from(TASKS)),
        ROUNDS,
        &mut [
            Contender::new("multiprocessing.Pool.map", || {
                python.once("one by one")
            }),
            Contender::new("pool_map::Pool.map", || one_by_one(&pool)),
            Contender::new("a bare pair of sockets, and back", bare),
        ],
    )?;
    print_line("")?;
    let rayon = rayon::ThreadPoolBuilder::new().num_threads(WORKERS).build()?;
    print_table(
        "x², two workers, automatic chunks",
        Unit::ThousandsPerSecond(f64::from(CALLS * TASKS)),
        ROUNDS,
        &mut [
            Contender::new("multiprocessing.Pool.map", || {
                python.once("in chunks")
            }),
            Contender::new("pool_map::Pool.map", || in_chunks(&pool)),
            Contender::new("rayon, two threads", || Ok(by_threads(&rayon))),
        ],
    )?;
    print_line("")?;
    let spins = Unit::MicrosecondsEach(f64::from(SPINS));
    let single = Pool::builder(LISTED).workers(1).start()?;
    print_table(
        "tasks that compute for milliseconds",
        spins,
        ROUNDS,
        &mut [
            Contender::new("pool_map::Pool.map, one worker", || spin(&single)),
            Contender::new("pool_map::Pool.map, two workers", || spin(&pool)),
            Contender::new("rayon, two threads", || {
                Ok(spin_by_threads(&rayon))
            }),
        ],
    )
}

fn one_by_one(pool: &Pool) -> anyhow::Result<Duration> {
    let mapper = pool.chunks_of(NonZeroUsize::MIN);
    let (squares, time) = measure(|| mapper.map(SQUARE, 0..u64::from(TASKS)));
    ensure!(squares?.len() == TASKS as usize, "squares are missing");
    Ok(time)
}

fn in_chunks(pool: &Pool) -> anyhow::Result<Duration> {
    let (done, time) = measure(|| {
        (0..CALLS).try_for_each(|_| {
            let squares = pool.map(SQUARE, 0..u64::from(TASKS))?;
            ensure!(squares.len() == TASKS as usize, "squares are missing");
            Ok(())
        })
    });
    done.map(|()| time)
}

fn by_threads(pool: &rayon::ThreadPool) -> Duration {
    let work = || {
        for _ in 0..CALLS {
            let squares: Vec<_> = pool.install(|| {
                let numbers = (0..TASKS).into_par_iter().map(u64::from);
                numbers.map(|n| black_box(n * n)).collect()
            });
            black_box(squares);
        }
    };
    measure(work).1
}

fn spin(pool: &Pool) -> anyhow::Result<Duration> {
    let mapper = pool.chunks_of(NonZeroUsize::MIN);
    let tasks = std::iter::repeat_n(ITERATIONS, SPINS as usize);
    let (done, time) = measure(|| mapper.map(SPIN, tasks));
    done?;
    Ok(time)
}

fn spin_by_threads(pool: &rayon::ThreadPool) -> Duration {
    let tasks = || (0..SPINS).into_par_iter().with_max_len(1);
    let work = || tasks().for_each(|_| time_utils::spin(ITERATIONS));
    measure(|| pool.install(work)).1
}

/// How many packets are on their way at most: as many as a socket for
/// datagrams keeps.
const ON_THEIR_WAY: u32 = 8;

/// As many small packets there and back as there are tasks, over one pair of
/// sockets: about what two processes cannot go below.
fn bare() -> anyhow::Result<Duration> {
    let (ours, theirs) = UnixDatagram::pair()?;
    let echo = thread::spawn(move || -> std::io::Result<()> {
        let mut packet = [0; 8];
        for _ in 0..TASKS {
            theirs.recv(&mut packet)?;
            theirs.send(&packet)?;
        }
        Ok(())
    });
    let (done, time) = measure(|| {
        let mut packet = [0; 8];
        for sent in 0..TASKS {
            ours.send(&packet)?;
            if sent >= ON_THEIR_WAY {
                ours.recv(&mut packet)?;
            }
        }
        for _ in 0..ON_THEIR_WAY {
            ours.recv(&mut packet)?;
        }
        std::io::Result::Ok(())
    });
    done?;
    echo.join().ok().context("the echo panicked")??;
    Ok(time)
}
