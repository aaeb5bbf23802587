//! The price of a thread and of a lock that is free, here and in Python, side
//! by side in one run. Prints the tables of the book:
//!
//! ```text
//! cargo bench -q -p threading_comparison --bench thread_cost
//! ```
//!
//! Needs python3, or what `MP_PYTHON` names.

use std::hint::black_box;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use side_by_side::{Contender, Python, Unit, print_table};
use threading_comparison::Gil;
use time_utils::{exit_code, measure, print_line};

const ROUNDS: usize = 101;
const THREADS: u32 = 100;
const HOLDS: u32 = 100_000;

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/thread_cost.py");

fn main() -> ExitCode {
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut python = Python::start(SCRIPT, &[])?;
    creation(&mut python)?;
    print_line("")?;
    lock(&mut python)
}

fn creation(python: &mut Python) -> anyhow::Result<()> {
    let mut contenders = [
        Contender::new("threading.Thread", || python.once("threads")),
        Contender::new("thread::spawn", || {
            Ok(repeated(THREADS, || thread::spawn(|| ()).join()))
        }),
        Contender::new("thread::scope", || {
            let one = || thread::scope(|it| it.spawn(|| ()).join());
            Ok(repeated(THREADS, one))
        }),
        // Its threads are there already: only the work is handed over.
        Contender::new("rayon::join", || {
            Ok(repeated(THREADS, || rayon::join(|| (), || ())))
        }),
    ];
    let unit = Unit::MicrosecondsEach(THREADS.into());
    print_table("created and joined", unit, ROUNDS, &mut contenders)
}

fn lock(python: &mut Python) -> anyhow::Result<()> {
    let gil = Gil::default();
    let mut contenders = [
        Contender::new("threading.Lock", || python.once("lock")),
        Contender::new("threading_comparison::Gil", || {
            Ok(repeated(HOLDS, || gil.hold(|| ())))
        }),
    ];
    let unit = Unit::ThousandsPerSecond(HOLDS.into());
    let title = "a free lock, taken and given back";
    print_table(title, unit, ROUNDS, &mut contenders)
}

/// How long it takes so many times.
fn repeated<T>(times: u32, once: impl Fn() -> T) -> Duration {
    let all = || (0..times).for_each(|_| drop(black_box(once())));
    measure(all).1
}
