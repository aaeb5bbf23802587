//! Several processes count with one number: read it, then write it. Between
//! the two another one may have written, and its update is lost.

use clap::value_parser;
use process_spawning::{Process, Target};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Backing, Value};
use synchronization::{
    Barrier, BoundedSemaphore, Condition, Event, Lock, RLock, Semaphore,
};
use time_utils::{print_line, spin};

/// How much is counted, and by how many.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Work {
    /// How many processes count.
    #[arg(
        long,
        default_value_t = 4,
        value_parser = value_parser!(u32).range(1..=64)
    )]
    workers: u32,

    /// How often each of them does.
    #[arg(
        long,
        default_value_t = 10_000,
        value_parser = value_parser!(u32).range(0..=10_000_000)
    )]
    updates: u32,
}

/// What makes it one at a time, as each worker has it.
#[derive(Clone, Serialize, Deserialize)]
enum Means {
    Nothing,
    Lock(Lock),
    RLock(RLock),
    Semaphore(Semaphore),
    BoundedSemaphore(BoundedSemaphore),
    Condition(Condition),
    Barrier(Barrier),
    Event { turn: Event, next: Event },
}

/// One worker's part.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    means: Means,
    counter: Value<i64>,
    /// All begin together.
    start: Barrier,
    /// Counted from 0.
    number: u32,
    work: (u32, u32),
}

pub(crate) const WORKER: Target<Part> = Target::new("worker", worker);

pub(crate) fn show(work: Work) -> anyhow::Result<()> {
    let Work { workers, updates } = work;
    let all = i64::from(workers) * i64::from(updates);
    print_line(format_args!(
        "{:<18}{all:>10} by {workers} workers",
        "counted"
    ))?;
    let lock = Lock::new()?;
    let all_means = [
        ("nothing", Means::Nothing),
        ("Lock", Means::Lock(lock.clone())),
        ("RLock", Means::RLock(RLock::new()?)),
        ("Semaphore", Means::Semaphore(Semaphore::new(1)?)),
        (
            "BoundedSemaphore",
            Means::BoundedSemaphore(BoundedSemaphore::new(1)?),
        ),
        ("Condition", Means::Condition(Condition::new(&lock)?)),
        ("Barrier", Means::Barrier(Barrier::new(workers as usize)?)),
    ];
    let tell = |name: &str, counted: i64| {
        let lost = all - counted;
        print_line(format_args!("{name:<18}{counted:>10}{lost:>10} lost"))
    };
    for (name, means) in all_means {
        tell(name, count(work, |_| means.clone())?)?;
    }
    let turns = (0..=workers).map(|_| Event::new());
    let turns = turns.collect::<Result<Vec<_>, _>>()?;
    // A relay race: whoever has its turn passes it on.
    turns[0].set();
    let of = |number: usize| {
        let (turn, next) = (turns[number].clone(), turns[number + 1].clone());
        Means::Event { turn, next }
    };
    tell("Event", count(work, of)?)?;
    Ok(())
}

fn count(work: Work, means: impl Fn(usize) -> Means) -> anyhow::Result<i64> {
    let Work { workers, updates } = work;
    let counter = Value::new_in(Backing::Memfd, 0)?;
    let start = Barrier::new(workers as usize)?;
    let mut processes = Vec::new();
    for number in 0..workers {
        processes.push(Process::target(WORKER).start(Part {
            means: means(number as usize),
            counter: counter.clone(),
            start: start.clone(),
            number,
            work: (workers, updates),
        })?);
    }
    for process in &mut processes {
        let exit = process.join()?;
        anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(counter.get())
}

// ANCHOR: add
/// Reads, and writes: not one step, but two, and a while between them.
fn add(counter: &Value<i64>) {
    let seen = counter.get();
    spin(1000);
    counter.set(seen + 1);
}
// ANCHOR_END: add

// ANCHOR: lock
fn with_lock(
    counter: &Value<i64>,
    lock: &Lock,
    updates: u32,
) -> anyhow::Result<()> {
    for _ in 0..updates {
        let _held = lock.acquire()?;
        add(counter);
    }
    Ok(())
}
// ANCHOR_END: lock

// ANCHOR: worker
fn worker(part: Part) -> anyhow::Result<()> {
    let Part { means, counter, start, number, work: (workers, updates) } = part;
    start.wait()?;
    let add = || add(&counter);
    let add_all = || (0..updates).for_each(|_| add());
    match means {
        Means::Nothing => add_all(),
        Means::Lock(lock) => with_lock(&counter, &lock, updates)?,
        // Two that belong together, each of which locks for itself as well.
        Means::RLock(lock) => {
            let mut left = updates;
            while left > 0 {
                let _both = lock.acquire()?;
                let pair = left.min(2);
                for _ in 0..pair {
                    let _one = lock.acquire()?;
                    add();
                }
                left -= pair;
            }
        }
        Means::Semaphore(semaphore) => {
            for _ in 0..updates {
                let _permit = semaphore.acquire()?;
                add();
            }
        }
        Means::BoundedSemaphore(semaphore) => {
            for _ in 0..updates {
                semaphore.acquire()?.keep();
                add();
                // Once too often would be an error.
                semaphore.release()?;
            }
        }
        // Until all before us have counted.
        Means::Condition(condition) => {
            let mine = i64::from(number) * i64::from(updates);
            let held = condition.lock().acquire()?;
            let held = condition.wait_for(held, || counter.get() == mine)?;
            add_all();
            condition.notify_all(&held)?;
        }
        // In each round it is another one's turn.
        Means::Barrier(barrier) => {
            for round in 0..workers {
                if round == number {
                    add_all();
                }
                barrier.wait()?;
            }
        }
        // Its turn comes, and is passed on.
        Means::Event { turn, next } => {
            turn.wait()?;
            add_all();
            next.set();
        }
    }
    Ok(())
}
// ANCHOR_END: worker
