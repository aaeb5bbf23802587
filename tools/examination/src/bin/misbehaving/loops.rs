//! What goes on for ever, or not at all.

use std::hint::spin_loop;
use std::thread::sleep;
use std::time::Duration;

use process_spawning::{AnyTarget, Process, Target};
use rustix::process::{Signal, getpid, kill_process};

pub(crate) const TARGETS: &[&dyn AnyTarget] = &[&SPIN, &STOP, &SLEEP];

const SPIN: Target<()> = Target::new("spin", |()| spin());

fn spin() -> anyhow::Result<()> {
    loop {
        spin_loop();
    }
}

pub(crate) fn worker_spins() -> anyhow::Result<()> {
    Process::target(SPIN).name("counter").start(())?.join()?;
    Ok(())
}

pub(crate) fn parent_spins() -> anyhow::Result<()> {
    let _worker = Process::target(SLEEP).name("sleeper_1").start(())?;
    spin()
}

const STOP: Target<()> =
    Target::new("stop", |()| Ok(kill_process(getpid(), Signal::STOP)?));

pub(crate) fn worker_stopped() -> anyhow::Result<()> {
    Process::target(STOP).name("paused").start(())?.join()?;
    Ok(())
}

const SLEEP: Target<()> = Target::new("sleep", |()| rest());

fn rest() -> anyhow::Result<()> {
    loop {
        sleep(Duration::from_hours(1));
    }
}

pub(crate) fn worker_sleeps() -> anyhow::Result<()> {
    Process::target(SLEEP).name("sleeper_2").start(())?.join()?;
    Ok(())
}

pub(crate) fn parent_sleeps() -> anyhow::Result<()> {
    rest()
}
