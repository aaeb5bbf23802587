//! The targets of the scenarios, and what they have in common.

use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io};

use anyhow::{bail, ensure};
use pipe_ipc::{Receiver, Sender};
use process_spawning::{AnyTarget, Process, Target};
use shared_memory_demo::{Array, Value};

/// Far longer than anything takes.
pub(crate) const LONG: Duration = Duration::from_secs(20);

pub(crate) const ALL: [&dyn AnyTarget; 12] = [
    &ADD,
    &MOVE,
    &TWIST,
    &LOOK,
    &RELAY,
    &TAKE,
    &HANG,
    &CHURN,
    &OWN,
    &HOLD,
    &LEAVE_LOCKED,
    &SEND_AND_HANG,
];

/// A counter for each way of counting, and how often to count.
pub(crate) type Counters =
    (Value<i64>, Value<f64>, Value<u8>, Array<i64>, Value<i64>, u32);

pub(crate) const ADD: Target<Counters> = Target::new("add", add);

pub(crate) fn add(
    (whole, float, small, pair, one, times): Counters,
) -> anyhow::Result<()> {
    for _ in 0..times {
        whole.fetch_add(1);
        float.fetch_add(1.0);
        small.update(|number| number.wrapping_add(1));
        pair.locked(|pair| {
            pair[0].set(pair[0].get() + 1);
            pair[1].set(pair[1].get() - 1);
        })?;
    }
    for _ in 0..times / 10 {
        one.locked(|one| one.set(one.get() + 1))?;
    }
    Ok(())
}

/// Moves ones around under the lock, until the counter says that it is enough.
pub(crate) const MOVE: Target<(Array<i64>, Value<bool>)> =
    Target::new("move", |(numbers, enough)| {
        let mut from = 0;
        while !enough.get() {
            numbers.locked(|numbers| {
                numbers[from].fetch_sub(1);
                from = (from + 1) % numbers.len();
                numbers[from].fetch_add(1);
            })?;
        }
        Ok(())
    });

pub(crate) type AllTypes = (
    (Value<bool>, Value<u8>, Value<i32>, Value<u32>),
    (Value<i64>, Value<u64>, Value<f64>),
    (Array<bool>, Array<u8>, Array<i32>, Array<u32>),
    (Array<i64>, Array<u64>, Array<f64>),
);

/// Makes of each number another one, and says what there was.
pub(crate) const TWIST: Target<AllTypes> = Target::new("twist", |all| {
    let ((yes, byte, int, word), (long, giant, float), some, more) = all;
    let (yeses, bytes, ints, words) = some;
    let (longs, giants, floats) = more;
    for cell in yeses.iter().chain([&*yes]) {
        ensure!(cell.swap(false), "{cell:?}");
    }
    for cell in bytes.iter().chain([&*byte]) {
        ensure!(cell.fetch_add(2) == u8::MAX, "{cell:?}");
    }
    for cell in ints.iter().chain([&*int]) {
        ensure!(cell.fetch_sub(1) == i32::MIN, "{cell:?}");
    }
    for cell in words.iter().chain([&*word]) {
        ensure!(cell.fetch_add(1) == u32::MAX, "{cell:?}");
    }
    for cell in longs.iter().chain([&*long]) {
        ensure!(cell.fetch_sub(1) == i64::MIN, "{cell:?}");
    }
    for cell in giants.iter().chain([&*giant]) {
        ensure!(cell.compare_exchange(u64::MAX, 7) == Ok(u64::MAX));
    }
    for cell in floats.iter().chain([&*float]) {
        ensure!(cell.fetch_sub(1.0).to_bits() == (-0.5_f64).to_bits());
    }
    Ok(())
});

pub(crate) type Looking = (Array<i32>, Receiver<()>, Sender<Vec<i32>>);

/// Waits, adds one to each, then tells what it sees.
pub(crate) const LOOK: Target<Looking> =
    Target::new("look", |(numbers, begin, tell)| {
        begin.recv()?;
        for number in &numbers {
            number.fetch_add(1);
        }
        Ok(tell.send(numbers.snapshot())?)
    });

/// Passes on what it was passed on.
pub(crate) const RELAY: Target<(Array<i32>, Value<i64>)> =
    Target::new("relay", |(numbers, sum)| {
        let (told, tell) = pipe_ipc::one_way()?;
        let (begin, begins) = pipe_ipc::one_way()?;
        let argument = (numbers, begin, tell);
        let mut worker = Process::target(LOOK).start(argument)?;
        begins.send(())?;
        for number in told.recv()? {
            sum.locked(|sum| sum.set(sum.get() + i64::from(number)))?;
        }
        join(&mut worker)
    });

pub(crate) const TAKE: Target<Value<f64>> = Target::new("take", |value| {
    bail!("it has taken {value:?}");
});

/// Has the lock, and never lets it go.
pub(crate) const HANG: Target<(Array<i64>, Sender<()>)> =
    Target::new("hang", |(numbers, ready)| {
        numbers.locked(|numbers| {
            numbers[0].fetch_sub(1);
            ready.send(())?;
            park()
        })?
    });

pub(crate) type Sending = (Array<i64>, Sender<Array<i64>>, Sender<()>);

/// The same, and before that it passes the numbers on.
pub(crate) const SEND_AND_HANG: Target<Sending> =
    Target::new("send_and_hang", |(numbers, to_somebody, ready)| {
        to_somebody.send(numbers.clone())?;
        numbers.locked(|numbers| {
            numbers[0].fetch_sub(1);
            ready.send(())?;
            park()
        })?
    });

/// Locks, changes, makes and drops arrays of its own, without an end.
pub(crate) const CHURN: Target<Array<i64>> = Target::new("churn", |numbers| {
    loop {
        let own = Array::new(&[1_u64, 2, 3])?;
        let changed = numbers.locked(|numbers| {
            numbers[0].fetch_sub(1);
            own[0].fetch_add(1);
            numbers[1].fetch_add(1);
        });
        if changed.is_err() {
            numbers.mend(mend)?;
        }
    }
});

/// What was taken from the first and not given to the second, is given.
pub(crate) fn mend(numbers: &[shared_memory_demo::SharedCell<i64>]) {
    numbers[1].set(-numbers[0].get());
}

/// Makes an array, and has a worker that has it open as well.
pub(crate) const OWN: Target<Sender<()>> = Target::new("own", |ready| {
    let numbers = Array::new(&[1_i64, 2, 3])?;
    let _worker = Process::target(HOLD).start((numbers.clone(), ready))?;
    park()
});

pub(crate) const HOLD: Target<(Array<i64>, Sender<()>)> =
    Target::new("hold", |(_numbers, ready)| {
        let _own = Array::new(&[1_u8])?;
        // It may be killed already, with whoever wants to know.
        let _ = ready.send(());
        park()
    });

/// Dies under the lock, at once.
pub(crate) const LEAVE_LOCKED: Target<Array<i64>> =
    Target::new("leave_locked", |numbers| {
        numbers.locked(|numbers| {
            numbers[0].fetch_sub(1);
            std::process::abort();
        })?
    });

pub(crate) fn park() -> ! {
    loop {
        thread::park();
    }
}

/// Joins a worker that ends well.
pub(crate) fn join(process: &mut Process) -> anyhow::Result<()> {
    let exit = process.join()?;
    ensure!(exit.success(), "{}: {exit}", process.name());
    Ok(())
}

/// The names in `/dev/shm` that belong to this process.
pub(crate) fn names_of(pid: u32) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir("/dev/shm")? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix("mp-").and_then(|n| n.split('-').nth(1));
        if owner.is_some_and(|owner| owner == pid.to_string()) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Waits until something is so; an error where it takes too long.
pub(crate) fn until(
    what: &str,
    mut is_so: impl FnMut() -> anyhow::Result<bool>,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + LONG;
    while !is_so()? {
        ensure!(Instant::now() < deadline, "never: {what}");
        thread::sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Numbers that are as good as random, and the same in each run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        // xorshift64, by George Marsaglia.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}
