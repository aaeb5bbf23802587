//! and children are still there
//!
//! `try_wait` does not wait: the child has been killed, but hardly ever has it
//! ended by then. On a good day it has.

use std::os::unix::process::CommandExt as _;
use std::panic::catch_unwind;
use std::process::{self, Child, Command, ExitCode, ExitStatus};
use std::time::Duration;
use std::{io, thread};

use anyhow::{Context as _, anyhow, bail};
use process_lifecycle::children_of;
use time_utils::{exit_code, print_line};

/// How many milliseconds a child sleeps that is to be ended: an hour.
const HOUR: &str = "3600000";

/// A child that ends with its scope, on whatever path that is left.
struct Guard(Child);

impl Guard {
    /// Starts `command`.
    fn start(command: &mut Command) -> io::Result<Self> {
        command.spawn().map(Self)
    }

    /// Waits until the child has ended by itself, and says how it did.
    fn wait(&mut self) -> io::Result<ExitStatus> {
        self.0.wait()
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.try_wait();
    }
}

impl Guard {
    fn pid(&self) -> u32 {
        self.0.id()
    }
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["child", milliseconds, code] => child(milliseconds, code),
        [path, children] => exit_code(run(path, children)),
        _ => exit_code(Err(anyhow!("which path, and how many children?"))),
    }
}

/// What a child does: sleeps, and ends with this exit code.
fn child(milliseconds: &str, code: &str) -> ExitCode {
    let milliseconds = milliseconds.parse().unwrap_or(0);
    thread::sleep(Duration::from_millis(milliseconds));
    ExitCode::from(code.parse().unwrap_or(1))
}

/// A child that does so: this program, with other arguments.
fn command(milliseconds: &str, code: usize) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg0("child").args(["child", milliseconds, &code.to_string()]);
    command
}

fn run(path: &str, children: &str) -> anyhow::Result<()> {
    let children = children.parse().context("the children are no number")?;
    let left = match catch_unwind(|| take(path, children)) {
        Ok(Ok(())) => "by its end".to_owned(),
        Ok(Err(error)) => format!("by an error: {error:#}"),
        Err(_) => "by a panic".to_owned(),
    };
    // Nobody is with us any more, also no zombie; or somebody is.
    let with_us = children_of(process::id())?.len();
    print_line(format_args!("The scope was left {left}"))?;
    Ok(print_line(format_args!("Children with us: {with_us}"))?)
}

/// Starts children, and takes this path out of their scope.
fn take(path: &str, children: usize) -> anyhow::Result<()> {
    let milliseconds = if path == "wait" { "50" } else { HOUR };
    let mut guards = Vec::new();
    for code in 1..=children {
        let guard = Guard::start(&mut command(milliseconds, code))?;
        print_line(format_args!("Child {code} has PID {}", guard.pid()))?;
        guards.push(guard);
    }
    match path {
        "end" => {}
        "error" => drop(Guard::start(&mut Command::new("/nowhere"))?),
        "panic" => panic!("as it was asked to"),
        "wait" => {
            for guard in &mut guards {
                let exit = guard.wait()?;
                print_line(format_args!("A child ended: {exit}"))?;
            }
        }
        other => bail!("no such path: {other}"),
    }
    Ok(())
}
