//! What shared numbers cost, here and in Python, side by side in one run.
//! Prints the tables of the book:
//!
//! ```text
//! cargo bench -q -p shared_memory_demo --bench memory_cost
//! ```
//!
//! Needs python3, or what `MP_PYTHON` names.

use std::process::ExitCode;
use std::time::Duration;

use pipe_ipc::{Receiver, Sender, one_way};
use process_spawning::{Process, Target, exit_code, main_guard};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, Backing, Value};
use side_by_side::{Contender, Python, Unit, print_table};
use time_utils::{measure, print_line};

const WORKERS: u32 = 4;
const UPDATES: u32 = 1_000_000;
const NUMBERS: i32 = 1_000_000;

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Way {
    GetThenSet,
    FetchAdd,
    FetchAddFloat,
    Locked,
}

type Counters = (Value<i64>, Value<f64>);
type Line<T> = (Receiver<T>, Sender<()>);

const COUNT: Target<(Counters, Line<Way>)> =
    Target::new("count", |((whole, float), (ways, done))| {
        while let Ok(way) = ways.recv() {
            for _ in 0..UPDATES {
                match way {
                    Way::GetThenSet => whole.set(whole.get() + 1),
                    Way::FetchAdd => drop(whole.fetch_add(1)),
                    Way::FetchAddFloat => drop(float.fetch_add(1.0)),
                    Way::Locked => whole.locked(|n| n.set(n.get() + 1))?,
                }
            }
            done.send(())?;
        }
        Ok(())
    });

const OPEN: Target<Line<Array<u8>>> = Target::new("open", |(arrays, done)| {
    while let Ok(array) = arrays.recv() {
        array[0].fetch_add(1);
        done.send(())?;
    }
    Ok(())
});

fn main() -> ExitCode {
    main_guard(&[&COUNT, &OPEN]);
    exit_code(run())
}

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/memory_cost.py");

fn run() -> anyhow::Result<()> {
    // Two, because a contender borrows the one that it asks.
    let mut python = Python::start(SCRIPT, &[])?;
    count(&mut python)?;
    print_line("")?;
    negate(&mut python, &mut Python::start(SCRIPT, &[])?)?;
    print_line("")?;
    open(&mut python)
}

fn count(python: &mut Python) -> anyhow::Result<()> {
    let counters = (Value::new(0)?, Value::new(0.0)?);
    let start = |_| {
        let ((asked, ask), (answers, done)) = (one_way()?, one_way()?);
        let argument = (counters.clone(), (asked, done));
        Ok((Process::target(COUNT).start(argument)?, ask, answers))
    };
    let workers =
        (0..WORKERS).map(start).collect::<anyhow::Result<Vec<_>>>()?;
    let count = |way| {
        let (counted, time) = measure(|| {
            workers.iter().try_for_each(|(_, ask, _)| ask.send(way))?;
            for (_, _, answers) in &workers {
                answers.recv()?;
            }
            anyhow::Ok(())
        });
        counted.map(|()| time)
    };
    print_table(
        "4 processes, 1,000,000 updates each",
        Unit::ThousandsPerSecond(f64::from(WORKERS * UPDATES)),
        5,
        &mut [
            Contender::new("multiprocessing.Value, its lock", || {
                python.once("count")
            }),
            Contender::new("get, then set: WRONG", || count(Way::GetThenSet)),
            Contender::new("fetch_add, i64", || count(Way::FetchAdd)),
            Contender::new("fetch_add, f64", || count(Way::FetchAddFloat)),
            Contender::new("locked", || count(Way::Locked)),
        ],
    )
}

fn negate(python: &mut Python, other: &mut Python) -> anyhow::Result<()> {
    let numbers: Vec<_> = (0..NUMBERS).collect();
    let numbers = Array::new(&numbers)?;
    print_table(
        "an array of 1,000,000 i32, negated",
        Unit::ThousandsPerSecond(f64::from(NUMBERS)),
        7,
        &mut [
            Contender::new("multiprocessing.Array, its lock", || {
                python.once("negate")
            }),
            Contender::new("the same, get_obj()", || {
                other.once("negate without lock")
            }),
            Contender::new("shared_memory_demo::Array", || {
                let negate = || {
                    for number in &numbers {
                        number.set(-number.get());
                    }
                };
                Ok(measure(negate).1)
            }),
        ],
    )
}

fn open(python: &mut Python) -> anyhow::Result<()> {
    let ((asked, ask), (answers, done)) = (one_way()?, one_way()?);
    let _worker = Process::target(OPEN).start((asked, done))?;
    let open = |backing| -> anyhow::Result<Duration> {
        let (opened, time) = measure(|| {
            let array = Array::zeros(backing, 4096)?;
            ask.send(array.clone())?;
            answers.recv()?;
            anyhow::Ok(())
        });
        opened.map(|()| time)
    };
    print_table(
        "4 KiB made, passed on and opened",
        Unit::MicrosecondsEach(1.0),
        201,
        &mut [
            Contender::new("shared_memory.SharedMemory", || {
                python.once("open")
            }),
            Contender::new("Array, Backing::Named", || open(Backing::Named)),
            Contender::new("Array, Backing::Memfd", || open(Backing::Memfd)),
        ],
    )
}
