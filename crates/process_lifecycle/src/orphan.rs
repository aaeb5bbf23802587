//! A process whose parent was killed: computing on for nobody, or not.

use std::process::Command;
use std::{env, process};

use anyhow::{Context as _, ensure};
use process_lifecycle::{END, Ending, Sight, children_of, look_at};
use process_spawning::{Process, Target};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use time_utils::{print_line, spin};

use crate::until::until;

/// A parent that starts its child with the standard library alone. Its
/// argument: the process with which the child shall end at last.
pub(crate) const PARENT: Target<u32> = Target::new("parent", |witness| {
    let witness = witness.to_string();
    let mut child = Command::new(env::current_exe()?)
        .args(["--busy-while", &witness])
        .spawn()?;
    child.wait()?;
    Ok(())
});

/// A parent whose child has a lifeline.
pub(crate) const CAREFUL: Target<()> = Target::new("careful_parent", |()| {
    Process::target(END).start(Ending::Kill)?.join()?;
    Ok(())
});

/// What the orphan does. It shall be seen, but not stay: it ends when the
/// demonstration has.
pub(crate) fn be_busy_while(witness: u32) -> anyhow::Result<()> {
    let witness = to_pid(witness)?;
    while test_kill_process(witness).is_ok() {
        spin(1_000_000);
    }
    Ok(())
}

pub(crate) fn show() -> anyhow::Result<()> {
    print_line("a child of std::process::Command:")?;
    let parent = Process::target(PARENT).start(process::id())?;
    let orphan = lose_parent(parent)?;
    tell_alive("without its parent", orphan)?;
    kill_process(to_pid(orphan)?, Signal::KILL)?;
    wait_for_end(orphan)?;

    print_line("a child of process_spawning::Process:")?;
    let child = lose_parent(Process::target(CAREFUL).start(())?)?;
    wait_for_end(child)?;
    print_line("  without its parent:   has ended")?;
    Ok(())
}

/// Kills `parent` as soon as it has a child, and says which.
fn lose_parent(mut parent: Process) -> anyhow::Result<u32> {
    let pid = parent.pid();
    let child = until(|| Ok(children_of(pid)?.first().copied()))?;
    tell_alive("with its parent", child)?;
    parent.kill()?;
    parent.join()?;
    Ok(child)
}

/// Tells what is seen of the process `pid`, which nobody has ended.
fn tell_alive(when: &str, pid: u32) -> anyhow::Result<()> {
    let sight = look_at(pid)?;
    let is_alive = matches!(sight, Sight::Alive { .. });
    ensure!(is_alive, "process {pid} should be alive, and is {sight}");
    print_line(format_args!("  {:<22}{sight}", format!("{when}:")))?;
    Ok(())
}

fn wait_for_end(pid: u32) -> anyhow::Result<()> {
    until(|| match look_at(pid)? {
        Sight::Alive { .. } => Ok(None),
        // Its new parent, the system's first process, waits for it.
        Sight::Zombie | Sight::Gone => Ok(Some(())),
    })
}

fn to_pid(pid: u32) -> anyhow::Result<Pid> {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw);
    pid.context("not the number of a process")
}
