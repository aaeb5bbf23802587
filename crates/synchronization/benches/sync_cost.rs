//! The price of a lock and of waking somebody, here and in Python, side by
//! side in one run. Prints the tables of the book:
//!
//! ```text
//! cargo bench -q -p synchronization --bench sync_cost
//! ```
//!
//! Needs python3, or what `MP_PYTHON` names.

use std::fs::File;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context as _;
use process_spawning::{Process, Target, exit_code, main_guard};
use rustix::thread::{CpuSet, futex, sched_getaffinity, sched_setaffinity};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, Backing, SharedCell, Value};
use side_by_side::{Contender, Python, Unit, print_table};
use synchronization::{
    Barrier, BarrierError, Condition, Event, Lock, RLock, Semaphore,
};
use time_utils::{measure, print_line};

const ROUNDS: usize = 7;
const WORKERS: u32 = 4;
const UPDATES: u32 = 100_000;
const ALONE: u32 = 100_000;
const TRIPS: u32 = 2_000;

fn main() -> ExitCode {
    main_guard(&[&COUNT, &ANSWER, &ON_ONE_CORE]);
    exit_code(run())
}

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/sync_cost.py");

fn run() -> anyhow::Result<()> {
    let mut python = Python::start(SCRIPT, &[])?;
    count(&mut python)?;
    print_line("")?;
    alone(&mut python)?;
    print_line("")?;
    round_trip("there and back", &mut python)?;
    print_line("")?;
    let exit = Process::target(ON_ONE_CORE).start(())?.join()?;
    anyhow::ensure!(exit.success(), "it ended: {exit}");
    Ok(())
}

/// What makes it one at a time.
#[derive(Serialize, Deserialize)]
enum Means {
    Lock(Lock),
    RLock(RLock),
    Semaphore(Semaphore),
    File,
    Atomic,
}

#[derive(Serialize, Deserialize)]
struct Count {
    means: Means,
    counter: Value<i64>,
    begin: Barrier,
    end: Barrier,
}

const COUNT: Target<Count> = Target::new("count", |work| {
    let Count { means, counter, begin, end } = work;
    let add = |cell: &SharedCell<i64>| cell.set(cell.get() + 1);
    loop {
        match begin.wait() {
            Ok(_) => {}
            Err(BarrierError::Broken) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        for _ in 0..UPDATES {
            match &means {
                Means::Lock(lock) => {
                    let _held = lock.acquire()?;
                    add(&counter);
                }
                Means::RLock(lock) => {
                    let _held = lock.acquire()?;
                    add(&counter);
                }
                Means::Semaphore(semaphore) => {
                    let _permit = semaphore.acquire()?;
                    add(&counter);
                }
                Means::File => counter.locked(add)?,
                Means::Atomic => drop(counter.fetch_add(1)),
            }
        }
        end.wait()?;
    }
});

/// Four workers that count together, again and again.
struct Counters {
    counter: Value<i64>,
    begin: Barrier,
    end: Barrier,
    workers: Vec<Process>,
}

impl Counters {
    fn start(mut means: impl FnMut() -> Means) -> anyhow::Result<Self> {
        let (counter, parties) =
            (Value::new_in(Backing::Memfd, 0)?, WORKERS as usize + 1);
        let (begin, end) = (Barrier::new(parties)?, Barrier::new(parties)?);
        let one = |_| -> anyhow::Result<Process> {
            Ok(Process::target(COUNT).start(Count {
                means: means(),
                counter: counter.clone(),
                begin: begin.clone(),
                end: end.clone(),
            })?)
        };
        let workers =
            (0..WORKERS).map(one).collect::<anyhow::Result<Vec<_>>>()?;
        Ok(Self { counter, begin, end, workers })
    }

    fn once(&self) -> anyhow::Result<Duration> {
        self.counter.set(0);
        self.begin.wait()?;
        let (passed, time) = measure(|| self.end.wait());
        passed?;
        let all = i64::from(WORKERS * UPDATES);
        anyhow::ensure!(self.counter.get() == all, "updates are lost");
        Ok(time)
    }
}

impl Drop for Counters {
    fn drop(&mut self) {
        self.begin.abort();
        for worker in &mut self.workers {
            let _ = worker.join();
        }
    }
}

fn count(python: &mut Python) -> anyhow::Result<()> {
    let (lock, rlock) = (Lock::new()?, RLock::new()?);
    let semaphore = Semaphore::new(1)?;
    let locks = Counters::start(|| Means::Lock(lock.clone()))?;
    let rlocks = Counters::start(|| Means::RLock(rlock.clone()))?;
    let semaphores = Counters::start(|| Means::Semaphore(semaphore.clone()))?;
    let files = Counters::start(|| Means::File)?;
    let atomics = Counters::start(|| Means::Atomic)?;
    let all = f64::from(WORKERS * UPDATES);
    print_table(
        "4 processes, 100 000 updates each",
        Unit::ThousandsPerSecond(all),
        ROUNDS,
        &mut [
            Contender::new("multiprocessing.Value.get_lock()", || {
                python.once("count")
            }),
            Contender::new("synchronization::Lock", || locks.once()),
            Contender::new("synchronization::RLock", || rlocks.once()),
            Contender::new("synchronization::Semaphore(1)", || {
                semaphores.once()
            }),
            Contender::new("file lock: Value::locked", || files.once()),
            Contender::new("no lock: fetch_add", || atomics.once()),
        ],
    )
}

fn alone(python: &mut Python) -> anyhow::Result<()> {
    let (lock, rlock) = (Lock::new()?, RLock::new()?);
    let semaphore = Semaphore::new(1)?;
    let file: File = tempfile::tempfile()?;
    let each = |once: &dyn Fn() -> anyhow::Result<()>| {
        let (done, time) = measure(|| (0..ALONE).try_for_each(|_| once()));
        done.map(|()| time)
    };
    print_table(
        "acquired and released, by one alone",
        Unit::ThousandsPerSecond(f64::from(ALONE)),
        ROUNDS,
        &mut [
            Contender::new("multiprocessing.Lock", || python.once("alone")),
            Contender::new("synchronization::Lock", || {
                each(&|| {
                    drop(lock.acquire()?);
                    Ok(())
                })
            }),
            Contender::new("synchronization::RLock", || {
                each(&|| {
                    drop(rlock.acquire()?);
                    Ok(())
                })
            }),
            Contender::new("synchronization::Semaphore(1)", || {
                each(&|| {
                    drop(semaphore.acquire()?);
                    Ok(())
                })
            }),
            Contender::new("std::fs::File::lock", || {
                each(&|| {
                    file.lock()?;
                    Ok(file.unlock()?)
                })
            }),
        ],
    )
}

/// What two processes wake each other by.
#[derive(Clone, Serialize, Deserialize)]
enum Bell {
    /// Two words, and the system calls.
    Futex(Array<u32>),
    Events(Event, Event),
    Condition(Condition, Value<u32>),
}

impl Bell {
    /// `side` waits for its turn, and passes it on.
    fn wait(&self, side: usize, trip: u32) -> anyhow::Result<()> {
        match self {
            Self::Futex(words) => {
                let word = words[side].as_atomic();
                while words[side].get() != trip {
                    let seen = trip.wrapping_sub(1);
                    let flags = futex::Flags::empty();
                    // Changed already, or a signal: look again.
                    let _ = futex::wait(word, flags, seen, None);
                }
            }
            Self::Events(first, second) => {
                let mine = [first, second][side];
                mine.wait()?;
                mine.clear();
            }
            Self::Condition(condition, turn) => {
                let held = condition.lock().acquire()?;
                let mine = || turn.get() as usize == side;
                drop(condition.wait_for(held, mine)?);
            }
        }
        Ok(())
    }

    fn ring(&self, side: usize, trip: u32) -> anyhow::Result<()> {
        match self {
            Self::Futex(words) => {
                words[side].set(trip);
                let flags = futex::Flags::empty();
                futex::wake(words[side].as_atomic(), flags, 1)?;
            }
            Self::Events(first, second) => [first, second][side].set(),
            Self::Condition(condition, turn) => {
                let held = condition.lock().acquire()?;
                turn.set(u32::try_from(side)?);
                condition.notify(&held, 1)?;
            }
        }
        Ok(())
    }
}

const ANSWER: Target<Bell> = Target::new("answer", |bell| {
    for trip in 1.. {
        bell.wait(1, trip)?;
        bell.ring(0, trip)?;
    }
    Ok(())
});

/// A process that keeps to one core, and its children with it.
const ON_ONE_CORE: Target<()> = Target::new("on_one_core", |()| {
    let all = sched_getaffinity(None)?;
    let mut cores = (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core));
    let mut only = CpuSet::new();
    only.set(cores.next().context("a core to run on")?);
    // Before it starts or waits for anything.
    sched_setaffinity(None, &only)?;
    let mut python = Python::start(SCRIPT, &[])?;
    round_trip("there and back, on one core", &mut python)
});

fn round_trip(title: &str, python: &mut Python) -> anyhow::Result<()> {
    let lock = Lock::new()?;
    let bells = [
        Bell::Futex(Array::new_in(Backing::Memfd, &[0, 0])?),
        Bell::Events(Event::new()?, Event::new()?),
        Bell::Condition(
            Condition::new(&lock)?,
            Value::new_in(Backing::Memfd, 0)?,
        ),
    ];
    let start = |bell: &Bell| Process::target(ANSWER).start(bell.clone());
    let _partners = bells.iter().map(start).collect::<Result<Vec<_>, _>>()?;
    let mut trips = [0; 3];
    let mut go = |number: usize| {
        let (done, time) = measure(|| {
            (0..TRIPS).try_for_each(|_| {
                trips[number] += 1;
                bells[number].ring(1, trips[number])?;
                bells[number].wait(0, trips[number])
            })
        });
        done.map(|()| time)
    };
    let go = std::cell::RefCell::new(&mut go);
    let mut ask = |what: &str| python.once(what);
    let ask = std::cell::RefCell::new(&mut ask);
    print_table(
        title,
        Unit::MicrosecondsEach(f64::from(TRIPS)),
        ROUNDS,
        &mut [
            Contender::new("a bare futex", || go.borrow_mut()(0)),
            Contender::new("synchronization::Event, two", || {
                go.borrow_mut()(1)
            }),
            Contender::new("synchronization::Condition", || go.borrow_mut()(2)),
            Contender::new("multiprocessing.Event, two", || {
                ask.borrow_mut()("events")
            }),
            Contender::new("multiprocessing.Condition", || {
                ask.borrow_mut()("condition")
            }),
        ],
    )
}
