//! What becomes of a process that its parent forgets.

use process_lifecycle::{JoinOnDrop, look_at};
use process_spawning::{Process, Target, interrupted};
use time_utils::{print_line, spin};

/// Some work, and a word when it is done.
pub(crate) const WORK: Target<u64> = Target::new("work", |iterations| {
    spin(iterations);
    print_line("  the worker: done")?;
    Ok(())
});

pub(crate) fn show() -> anyhow::Result<()> {
    print_line("like Python's daemon=True, a Process:")?;
    // More work than anybody has time for.
    let process = Process::target(WORK).start(u64::MAX)?;
    leave_scope_of(process.pid(), process)?;

    print_line("like Python's daemon=False, a JoinOnDrop:")?;
    let process = Process::target(WORK).start(100_000_000)?;
    leave_scope_of(process.pid(), JoinOnDrop(process))
}

fn leave_scope_of<P>(pid: u32, process: P) -> anyhow::Result<()> {
    drop(process);
    // That Ctrl-C has cut its wait short, a drop cannot say.
    if let Some(by) = interrupted() {
        return Err(by.into());
    }
    print_line(format_args!("  out of scope: {}", look_at(pid)?))?;
    Ok(())
}
