//! Who dies, and what becomes of the lock and of the names.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use pipe_ipc::{Receiver, RecvError, one_way};
use process_spawning::{Exit, Process};
use shared_memory_demo::{Array, Backing, LockError, Value};

use crate::workers::{
    CHURN, HANG, HOLD, LEAVE_LOCKED, OWN, Random, SEND_AND_HANG, mend,
    names_of, until,
};

/// Who has the lock and asks for it again, is told; so is another thread not.
pub(crate) fn nested() -> anyhow::Result<()> {
    let value = Value::new(1)?;
    let clone = value.clone();
    let inner = value.locked(|_| clone.locked(|cell| cell.set(2)))?;
    ensure!(matches!(inner, Err(LockError::Nested)), "{inner:?}");
    ensure!(value.get() == 1, "changed all the same");
    Ok(value.locked(|cell| cell.set(3))?)
}

/// A panic in the middle of a change is told to the next one too.
pub(crate) fn panicked() -> anyhow::Result<()> {
    let value = Value::new(1)?;
    let quiet = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let change = || value.locked(|_| panic!("in the middle"));
    let caught = catch_unwind(AssertUnwindSafe(change));
    std::panic::set_hook(quiet);
    ensure!(caught.is_err(), "no panic");
    ensure_abandoned(value.locked(|_| {}), std::process::id())?;
    ensure_abandoned(value.locked(|_| {}), std::process::id())?;
    value.mend(|cell| cell.set(2))?;
    Ok(value.locked(|_| {})?)
}

fn ensure_abandoned(
    locked: Result<(), LockError>,
    by: u32,
) -> anyhow::Result<()> {
    match locked {
        Err(LockError::Abandoned { holder }) => {
            ensure!(holder == by, "{holder}, not {by}");
            Ok(())
        }
        other => bail!("{other:?}"),
    }
}

/// Killed, and aborted, while it has the lock.
pub(crate) fn abandoned(backing: Backing) -> anyhow::Result<()> {
    let numbers = Array::new_in(backing, &[0, 0])?;
    let (ready, is_ready) = one_way()?;
    let argument = (numbers.clone(), is_ready);
    let mut holder = Process::target(HANG).start(argument)?;
    ready.recv()?;
    kill(&mut holder)?;
    ensure_abandoned(numbers.locked(|_| {}), holder.pid())?;
    numbers.mend(mend)?;
    ensure!(numbers.snapshot() == [-1, 1], "{numbers:?}");
    let mut holder = Process::target(LEAVE_LOCKED).start(numbers.clone())?;
    holder.join()?;
    ensure_abandoned(numbers.locked(|_| {}), holder.pid())?;
    numbers.mend(mend)?;
    Ok(numbers.locked(|_| {})?)
}

/// A descriptor of it is still on its way to somebody, when its holder is
/// killed: the lock does not wait for that.
pub(crate) fn killed_on_the_way() -> anyhow::Result<()> {
    let numbers = Array::new_in(Backing::Memfd, &[0, 0])?;
    let (unread, on_its_way) = one_way()?;
    let (ready, is_ready) = one_way()?;
    let argument = (numbers.clone(), on_its_way, is_ready);
    let mut holder = Process::target(SEND_AND_HANG).start(argument)?;
    ready.recv()?;
    kill(&mut holder)?;
    ensure_abandoned(numbers.locked(|_| {}), holder.pid())?;
    numbers.mend(mend)?;
    // And what arrives at last locks like any other.
    let arrived: Array<i64> = numbers.locked(|_| unread.recv())??;
    arrived.locked(|_| {})?;
    Ok(())
}

/// Fifty workers are killed whatever they do: nobody waits for ever, nothing
/// is half changed, and no name is left.
pub(crate) fn workers_at_random() -> anyhow::Result<()> {
    let mut random = Random(88_172_645_463_325_252);
    for backing in [Backing::Named, Backing::Memfd] {
        let numbers = Array::new_in(backing, &[0, 0])?;
        let mut told = 0;
        for _ in 0..25 {
            let mut worker = Process::target(CHURN).start(numbers.clone())?;
            sleep(Duration::from_micros(random.below(2500)));
            kill(&mut worker)?;
            match numbers.locked(|_| {}) {
                Ok(()) => {}
                Err(LockError::Abandoned { holder }) => {
                    ensure!(holder == worker.pid(), "{holder}");
                    numbers.mend(mend)?;
                    told += 1;
                }
                Err(error) => bail!(error),
            }
            let now = numbers.snapshot();
            ensure!(now[0] + now[1] == 0, "half changed: {now:?}");
            let names = names_of(worker.pid())?;
            ensure!(names.is_empty(), "left: {names:?}");
        }
        ensure!(numbers[0].get() < 0, "nobody came that far");
        ensure!(told < 25, "each was killed in the middle?");
    }
    Ok(())
}

/// Fifty owners are killed whatever they do, with a worker that has it open,
/// or has not yet: no name is left.
pub(crate) fn owners_at_random() -> anyhow::Result<()> {
    let mut random = Random(2_463_534_242);
    // So that this process is one that sweeps.
    let _own = Value::new(0)?;
    for _ in 0..50 {
        let (ready, is_ready) = one_way()?;
        let mut owner = Process::target(OWN).start(is_ready)?;
        sleep(Duration::from_micros(random.below(8000)));
        kill(&mut owner)?;
        // Its worker is the last who has the other end.
        until_closed(&ready)?;
        until("no name is left", || Ok(names_of(owner.pid())?.is_empty()))?;
    }
    Ok(())
}

fn until_closed(pipe: &Receiver<()>) -> anyhow::Result<()> {
    loop {
        match pipe.recv() {
            Ok(()) => {}
            Err(RecvError::Closed | RecvError::CutOff { .. }) => return Ok(()),
            Err(error) => bail!(error),
        }
    }
}

/// It made an array of its own: its parent removes the name.
pub(crate) fn killed_worker_that_owns() -> anyhow::Result<()> {
    let numbers = Array::new(&[0, 0])?;
    let (ready, is_ready) = one_way()?;
    let mut worker =
        Process::target(HOLD).start((numbers.clone(), is_ready))?;
    ready.recv()?;
    ensure!(names_of(worker.pid())?.len() == 1, "it has no name");
    kill(&mut worker)?;
    let names = names_of(worker.pid())?;
    ensure!(names.is_empty(), "left: {names:?}");
    let ours = names_of(std::process::id())?;
    ensure!(ours.len() == 1, "ours are ours: {ours:?}");
    Ok(())
}

/// Whoever cleans up after a killed worker leaves alone what it cannot judge.
pub(crate) fn another_proc() -> anyhow::Result<()> {
    let own = Value::new(7)?;
    let (ready, is_ready) = one_way()?;
    let argument = (Array::new(&[0, 0])?, is_ready);
    let mut worker = Process::target(HOLD).start(argument)?;
    ready.recv()?;
    kill(&mut worker)?;
    let name = own.name().context("it has no name")?;
    ensure!(Value::<i32>::open(name)?.get() == 7, "another one");
    // Nobody else here knows whose it is either.
    for name in names_of(worker.pid())? {
        rustix::shm::unlink(name)?;
    }
    Ok(())
}

fn kill(process: &mut Process) -> anyhow::Result<()> {
    process.kill()?;
    let exit = process.join()?;
    ensure!(matches!(exit, Exit::Signal(9)), "{exit}");
    Ok(())
}
