//! How a demonstration is started, with what is wrong from the start.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::chown;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context as _;

use crate::demonstrations::Demonstration;
use crate::faults::{Fault, OTHER_USERS, clock_library};
use crate::injection::Injection;
use crate::place::Place;

/// What starts `program` in its place, with the fault of the injection as far
/// as it is there from the start.
pub(crate) fn command(
    place: &Place,
    demonstration: &Demonstration,
    program: &Path,
    injection: Option<&Injection>,
) -> anyhow::Result<Command> {
    let words = command_line(place, demonstration, program, injection)?;
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env("TMPDIR", place.home());
    command.env_remove("MP_TRACE").env_remove("RUST_BACKTRACE");
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    if let Some(injection) = injection {
        redirect(&mut command, injection.fault, place)?;
    }
    Ok(command)
}

/// What is there around the shell, the shell, what is there for the program
/// alone, and the program: each is replaced by the next.
fn command_line(
    place: &Place,
    demonstration: &Demonstration,
    program: &Path,
    injection: Option<&Injection>,
) -> anyhow::Result<Vec<OsString>> {
    let mut words = place.enter();
    if let Some(injection) = injection {
        words.extend(around_the_shell(place, injection)?);
    }
    words.extend(shell(place, injection.map(|injection| injection.fault)));
    if let Some(injection) = injection {
        words.extend(for_the_program(place, injection)?);
    }
    words.push(program.into());
    words.extend(demonstration.arguments.split_whitespace().map(Into::into));
    Ok(words)
}

fn around_the_shell(
    place: &Place,
    injection: &Injection,
) -> anyhow::Result<Vec<OsString>> {
    match injection.fault {
        Fault::FewProcesses => few_processes(place, injection),
        Fault::SlowMachine => {
            let core = first_core()?.to_string();
            Ok(to_words(&["nice", "-n", "19", "taskset", "-c", &core]))
        }
        _ => Ok(Vec::new()),
    }
}

/// A shell in a session of its own: it does what only the process itself can.
/// Signals do there what they usually do: somebody above us may ignore Ctrl-C,
/// as a script does for what it puts into the background.
fn shell(place: &Place, fault: Option<Fault>) -> Vec<OsString> {
    let close = match fault {
        Some(Fault::ClosedStdin) => "<&-",
        Some(Fault::ClosedStdout) => ">&-",
        Some(Fault::ClosedStderr) => "2>&-",
        _ => "",
    };
    let script = format!("cd \"$0\" && exec \"$@\" {close}");
    let usual = ["env", "--default-signal", "setsid", "sh", "-c", &script];
    let mut words = to_words(&usual);
    words.push(match fault {
        // Nobody can make a file there, not even root.
        Some(Fault::ReadOnlyDirectory) => "/proc".into(),
        _ => place.home().into(),
    });
    words
}

fn for_the_program(
    place: &Place,
    injection: &Injection,
) -> anyhow::Result<Vec<OsString>> {
    match injection.fault {
        Fault::FewDescriptors => {
            // The system needs four to start a program at all.
            let most = 5 + injection.scarcity;
            Ok(to_words(&["prlimit", &format!("--nofile={most}")]))
        }
        Fault::ClockJumps => other_clock(place),
        _ => Ok(Vec::new()),
    }
}

fn to_words(words: &[&str]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

fn few_processes(
    place: &Place,
    injection: &Injection,
) -> anyhow::Result<Vec<OsString>> {
    // A user of its own, or it would count what other runs have.
    let user = OTHER_USERS + u32::try_from(injection.number % 1_000_000)?;
    chown(place.beside(""), Some(user), None)?;
    chown(place.home(), Some(user), None)?;
    let most = 1 + injection.scarcity;
    Ok(to_words(&[
        "setpriv",
        &format!("--reuid={user}"),
        "--clear-groups",
        "prlimit",
        &format!("--nproc={most}"),
    ]))
}

fn first_core() -> anyhow::Result<usize> {
    let cores = rustix::thread::sched_getaffinity(None)?;
    let mut all = 0..rustix::thread::CpuSet::MAX_CPU;
    all.find(|core| cores.is_set(*core)).context("no core for us")
}

fn other_clock(place: &Place) -> anyhow::Result<Vec<OsString>> {
    write_clock(place, 0)?;
    let library = clock_library().context("needs libfaketime")?;
    let file = clock_file(place);
    let file = file.display();
    Ok(to_words(&[
        "env",
        &format!("LD_PRELOAD={library}"),
        &format!("FAKETIME_TIMESTAMP_FILE={file}"),
        "FAKETIME_NO_CACHE=1",
        "FAKETIME_DISABLE_SHM=1",
        "FAKETIME_DONT_FAKE_MONOTONIC=1",
    ]))
}

fn clock_file(place: &Place) -> PathBuf {
    place.beside("clock")
}

/// Sets the clock: so many hours from now. The file is always whole, whenever
/// somebody reads it.
pub(crate) fn write_clock(place: &Place, hours: i64) -> io::Result<()> {
    let next = place.beside("clock.next");
    fs::write(&next, format!("{hours:+}h\n"))?;
    fs::rename(&next, clock_file(place))
}

fn redirect(
    command: &mut Command,
    fault: Fault,
    place: &Place,
) -> anyhow::Result<()> {
    let full = || File::options().write(true).open("/dev/full");
    match fault {
        Fault::FullStdout => {
            command.stdout(full()?);
        }
        Fault::FullStderr => {
            command.stderr(full()?);
        }
        Fault::FullTrace => {
            command.env("MP_TRACE", "/dev/full");
        }
        Fault::FullTemporary => {
            command.env("MP_TRACE", place.home().join("trace.jsonl"));
        }
        _ => {}
    }
    Ok(())
}
