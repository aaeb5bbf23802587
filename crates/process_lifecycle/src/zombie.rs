//! A process that has ended and that nobody has waited for.

use std::env;
use std::process::{Command, Stdio};

use process_lifecycle::{END, Ending, Sight, look_at};
use process_spawning::Process;
use time_utils::print_line;

use crate::until::until;

pub(crate) fn show() -> anyhow::Result<()> {
    print_line("a child of std::process::Command:")?;
    let mut child = Command::new(env::current_exe()?)
        .arg("--version")
        .stdout(Stdio::null())
        .spawn()?;
    // Not waited for, which would be the end of it; only looked at.
    let pid = child.id();
    let ended = until(|| match look_at(pid)? {
        Sight::Alive { .. } => Ok(None),
        ended => Ok(Some(ended)),
    })?;
    tell("has ended", ended)?;
    child.wait()?;
    tell("waited for", look_at(child.id())?)?;

    print_line("a child of process_spawning::Process:")?;
    let process = Process::target(END).start(Ending::Return)?;
    let pid = process.pid();
    drop(process);
    tell("out of scope", look_at(pid)?)
}

fn tell(when: &str, sight: Sight) -> anyhow::Result<()> {
    print_line(format_args!("  {:<22}{sight}", format!("{when}:")))?;
    Ok(())
}
