//! What ends, and should not have ended so; and what prints too much.

use std::process::exit;
use std::thread;

use anyhow::ensure;
use process_spawning::{AnyTarget, Process, Target};
use rustix::process::{Signal, getpid, kill_process};
use time_utils::print_line;

pub(crate) const TARGETS: &[&dyn AnyTarget] = &[&UNFINISHED];

pub(crate) fn flood() -> anyhow::Result<()> {
    loop {
        print_line("and again")?;
    }
}

pub(crate) fn todo_in_parent() -> anyhow::Result<()> {
    todo!("start the worker")
}

const UNFINISHED: Target<()> =
    Target::new("unfinished", |()| todo!("square the number"));

pub(crate) fn todo_in_worker() -> anyhow::Result<()> {
    let mut worker = Process::target(UNFINISHED).name("squarer").start(())?;
    let exit = worker.join()?;
    ensure!(exit.success(), "{} ended: {exit}", worker.name());
    Ok(())
}

pub(crate) fn todo_in_thread() -> anyhow::Result<()> {
    let thread = thread::spawn(|| todo!("add the numbers"));
    let _: Result<(), _> = thread.join();
    Ok(())
}

pub(crate) fn panic() -> anyhow::Result<()> {
    panic!("no number is left")
}

pub(crate) fn signal() -> anyhow::Result<()> {
    Ok(kill_process(getpid(), Signal::KILL)?)
}

pub(crate) fn exit_code() -> anyhow::Result<()> {
    exit(3)
}
