//! Several processes add to one counter at the same time.

use anyhow::ensure;
use pipe_ipc::{Receiver, Sender, one_way};
use process_spawning::{Argument, Process, Target};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Element, Value};
use time_utils::{print_line, spin};

/// How a worker adds one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Way {
    GetThenSet,
    FetchAdd,
    Update,
    Locked,
}

/// When to begin, with what, the way, and how often.
pub(crate) type Race<T> = (Receiver<()>, Value<T>, Way, u64);

/// How long it takes between `get` and `set`, so that it shows: without it
/// the workers of a busy machine may well run one after the other.
const BETWEEN: u64 = 100;

// ANCHOR: ways
pub(crate) const ADD: Target<Race<i64>> =
    Target::new("add", |(begin, counter, way, updates)| {
        begin.recv()?;
        for _ in 0..updates {
            match way {
                Way::GetThenSet => {
                    let seen = counter.get();
                    spin(BETWEEN);
                    counter.set(seen + 1);
                }
                // What it was before nobody needs here: hence the `;`.
                Way::FetchAdd => {
                    counter.fetch_add(1);
                }
                Way::Update => {
                    counter.update(|number| number + 1);
                }
                Way::Locked => {
                    counter.locked(|cell| cell.set(cell.get() + 1))?;
                }
            }
        }
        Ok(())
    });
// ANCHOR_END: ways

pub(crate) const ADD_FLOAT: Target<Race<f64>> =
    Target::new("add_float", |(begin, counter, way, updates)| {
        begin.recv()?;
        for _ in 0..updates {
            match way {
                Way::GetThenSet => {
                    let seen = counter.get();
                    spin(BETWEEN);
                    counter.set(seen + 1.0);
                }
                Way::FetchAdd => {
                    counter.fetch_add(1.0);
                }
                Way::Update => {
                    counter.update(|number| number + 1.0);
                }
                Way::Locked => {
                    counter.locked(|cell| cell.set(cell.get() + 1.0))?;
                }
            }
        }
        Ok(())
    });

pub(crate) fn show(workers: u64, updates: u64) -> anyhow::Result<()> {
    let ways = [
        ("get, then set", Way::GetThenSet),
        ("fetch_add", Way::FetchAdd),
        ("update", Way::Update),
        ("locked", Way::Locked),
    ];
    let all = i64::try_from(workers * updates)?;
    print_line(format_args!("{:<20}{:>12}{:>12}", "how", "sum", "lost"))?;
    let line = |how: &str, sum: i64| {
        let lost = all - sum;
        print_line(format_args!("{how:<20}{sum:>12}{lost:>12}"))
    };
    for (how, way) in ways {
        let counter = Value::new(0)?;
        race(ADD, &counter, way, workers, updates)?;
        line(how, counter.get())?;
    }
    for (how, way) in ways {
        let counter = Value::new(0.0)?;
        race(ADD_FLOAT, &counter, way, workers, updates)?;
        #[expect(clippy::cast_possible_truncation, reason = "whole numbers")]
        line(&format!("{how}, f64"), counter.get() as i64)?;
    }
    Ok(())
}

fn race<T: Element>(
    add: Target<Race<T>>,
    counter: &Value<T>,
    way: Way,
    workers: u64,
    updates: u64,
) -> anyhow::Result<()>
where
    Race<T>: Argument,
{
    let start = |_| {
        let (begin, begins) = one_way()?;
        let argument = (begin, counter.clone(), way, updates);
        Ok((Process::target(add).start(argument)?, begins))
    };
    let started =
        (0..workers).map(start).collect::<anyhow::Result<Vec<_>>>()?;
    let (processes, begin): (Vec<Process>, Vec<Sender<()>>) =
        started.into_iter().unzip();
    // All at once, and not each as soon as it has been started.
    for begin in begin {
        begin.send(())?;
    }
    for mut process in processes {
        let exit = process.join()?;
        ensure!(exit.success(), "{}: {exit}", process.name());
    }
    Ok(())
}
