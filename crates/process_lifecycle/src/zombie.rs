//! A process that has ended and that nobody has waited for.

use std::env;
use std::io::Read as _;
use std::process::{Command, Stdio};

use process_lifecycle::{END, Ending, Sight, look_at};
use process_spawning::Process;
use time_utils::print_line;

pub(crate) fn show() -> anyhow::Result<()> {
    print_line("a child of std::process::Command:")?;
    let mut child = Command::new(env::current_exe()?)
        .arg("--version")
        .stdout(Stdio::piped())
        .spawn()?;
    // Its output ends when it does.
    if let Some(mut output) = child.stdout.take() {
        output.read_to_end(&mut Vec::new())?;
    }
    while !matches!(look_at(child.id())?, Sight::Zombie) {
        // Between the end of its output and its own there is a moment.
        std::thread::yield_now();
    }
    tell("has ended", look_at(child.id())?)?;
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
