//! What was wrong with a run.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;
use std::sync::LazyLock;
use std::time::Duration;

use lesson_check::Member;
use process_spawning::{END_GRACE, Exit};
use regex::Regex;
use rustix::process::Signal;

use crate::faults::Fault;
use crate::injection::Injection;
use crate::run::Seen;

/// How long after it was asked to end a demonstration may still come to its
/// usual end: it may have been about to. Here many run at once.
const SOON: Duration = Duration::from_millis(500);

/// How a demonstration may end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// As it always does: with the same exit code and the same lines.
    AsUsual,
    /// With the same exit code, but other lines, which tell of the fault.
    Telling,
    /// With exit code 0 and whatever it had printed so far: nobody reads it.
    Unread,
    /// With exit code 1 and a message for people.
    Failing,
    /// With the exit code that shells give a signal: 130 for Ctrl-C.
    Asked(Signal),
    /// By a signal.
    Ended(Signal),
}

/// Something that is wrong.
#[derive(Debug, thiserror::Error)]
pub enum Complaint {
    /// It did not end in time.
    #[error("it hangs")]
    Hangs,
    /// It ended in another way.
    #[error("it ended with {exit}, and should have ended {}", any_of(allowed))]
    WrongEnd {
        /// How it did.
        exit: Exit,
        /// How it should have.
        allowed: Vec<Ending>,
    },
    /// It ended as if nothing had happened, but printed something else.
    #[error("it ended as usual, but did not print what it usually does")]
    OtherOutput,
    /// It went on as if it had not been asked to end.
    #[error("asked to end, it went on for {0:.1?}")]
    WentOn(Duration),
    /// It did as it was asked, but called that an error.
    #[error("asked to end, it calls that an error: {0}")]
    Blames(String),
    /// It failed and did not say why.
    #[error("it failed without a message for people")]
    NoMessage,
    /// It showed a panic that it does not show without a fault.
    #[error("it shows a panic: {0}")]
    Panicked(String),
    /// Some of its processes are left.
    #[error("after its end there is still {}", list(.0))]
    ProcessesLeft(Vec<Member>),
    /// Something with a name is left.
    #[error("it left behind {what} {name}")]
    ThingLeft {
        /// What kind of thing.
        what: &'static str,
        /// What it is called.
        name: String,
    },
}

/// What is wrong with a run without a fault. That it ends with an error may be
/// what it shows; and 130 is the end of one that goes on until Ctrl-C.
#[must_use]
pub fn of_undisturbed(seen: &Seen) -> Vec<Complaint> {
    let mut complaints = what_is_left(seen);
    match seen.end {
        None => complaints.push(Complaint::Hangs),
        Some(end) if !matches!(end.code(), Some(0 | 1 | 130)) => {
            let allowed = vec![Ending::Unread, Ending::Failing];
            complaints.push(Complaint::WrongEnd { exit: end.into(), allowed });
        }
        Some(_) => {}
    }
    complaints
}

/// What is wrong with a run with a fault, beside one without.
#[must_use]
pub fn of_disturbed(
    injection: &Injection,
    seen: &Seen,
    usual: &Seen,
) -> Vec<Complaint> {
    let mut complaints = what_is_left(seen);
    complaints.extend(new_panic(seen, usual));
    let Some(end) = seen.end else {
        complaints.push(Complaint::Hangs);
        return complaints;
    };
    let allowed = allowed(injection, seen);
    let fits = |ending: &&Ending| {
        fits(**ending, end, seen, usual, injection.demonstration.varies)
    };
    match allowed.iter().find(fits) {
        Some(Ending::Asked(_)) => complaints.extend(blames(seen, usual)),
        Some(Ending::AsUsual) => complaints.extend(went_on(injection, seen)),
        Some(_) => {}
        None if usual.end == Some(end) => {
            complaints.push(Complaint::OtherOutput);
        }
        None if allowed.contains(&Ending::Failing) && end.code() == Some(1) => {
            complaints.push(Complaint::NoMessage);
        }
        None => {
            let exit = end.into();
            complaints.push(Complaint::WrongEnd { exit, allowed });
        }
    }
    complaints
}

/// How a demonstration may end after this fault.
fn allowed(injection: &Injection, seen: &Seen) -> Vec<Ending> {
    use Ending::{AsUsual, Failing, Telling, Unread};
    let demonstration = &injection.demonstration;
    // It is to tell of it, unless to tell of it is what it shows.
    let goes_on = demonstration.tells_of_ends || demonstration.careless;
    let told = if goes_on { Telling } else { Failing };
    match injection.fault {
        Fault::ClosedStdout => vec![Telling],
        Fault::StdoutReaderGone => vec![Telling, Unread],
        Fault::FullStdout if demonstration.careless => vec![Telling, Failing],
        Fault::FullStdout => vec![AsUsual, Failing],
        Fault::FullSharedMemory
        | Fault::FewDescriptors
        | Fault::FewProcesses => {
            vec![AsUsual, Failing, told]
        }
        fault => match fault.signals().last() {
            None | Some((_, Signal::CONT)) => vec![AsUsual],
            Some((_, signal)) => after_signal(*signal, seen, told),
        },
    }
}

fn after_signal(signal: Signal, seen: &Seen, told: Ending) -> Vec<Ending> {
    let Some(struck) = &seen.struck else { return vec![Ending::AsUsual] };
    let (asked, ended) = (Ending::Asked(signal), Ending::Ended(signal));
    match (struck.is_parent, struck.handled) {
        (true, true) => vec![asked, Ending::AsUsual],
        (true, false) if signal == Signal::KILL => vec![ended, Ending::AsUsual],
        // It may have begun to handle it between our look and our signal.
        (true, false) => vec![ended, asked, Ending::AsUsual],
        // A worker leaves Ctrl-C to its parent.
        (false, true) if signal == Signal::INT => vec![Ending::AsUsual],
        (false, _) => vec![Ending::AsUsual, Ending::Failing, told],
    }
}

/// Whether it had time enough to see that it was asked to end, and did not
/// mind.
fn went_on(injection: &Injection, seen: &Seen) -> Option<Complaint> {
    let Injection { fault, demonstration, .. } = injection;
    let struck = seen.struck.as_ref()?;
    let after = seen.took.saturating_sub(struck.after);
    let heard = struck.is_parent && struck.handled && asks_to_end(*fault);
    (heard && !demonstration.deaf && after > soon(*fault))
        .then_some(Complaint::WentOn(after))
}

fn asks_to_end(fault: Fault) -> bool {
    matches!(fault.signals().last(), Some((_, Signal::INT | Signal::TERM)))
}

/// As [`SOON`]; and a drop waits for a worker that is stopped before it kills
/// it, asked to end or not.
fn soon(fault: Fault) -> Duration {
    let mut signals = fault.signals().iter().map(|(_, signal)| *signal);
    let is_stopped = signals.any(|signal| signal == Signal::STOP);
    if is_stopped { SOON + END_GRACE } else { SOON }
}

/// That it was asked to end needs no words, unless it is to say just that.
fn blames(seen: &Seen, usual: &Seen) -> Option<Complaint> {
    let is_error = |line: &&str| {
        line.starts_with("error: ") && !line.contains("interrupted by signal")
    };
    let usual: Vec<_> = usual.stderr.lines().filter(is_error).collect();
    let mut errors = seen.stderr.lines().filter(is_error);
    let new = errors.find(|line| !usual.contains(line))?;
    Some(Complaint::Blames(new.to_owned()))
}

fn fits(
    ending: Ending,
    end: ExitStatus,
    seen: &Seen,
    usual: &Seen,
    varies: bool,
) -> bool {
    let ends_as_usual = Some(end) == usual.end;
    match ending {
        Ending::AsUsual => {
            ends_as_usual && (varies || prints_the_same(seen, usual))
        }
        Ending::Telling => ends_as_usual,
        Ending::Unread => end.success(),
        Ending::Failing => end.code() == Some(1) && has_message(seen),
        Ending::Asked(signal) => end.code() == Some(128 + signal.as_raw()),
        Ending::Ended(signal) => end.signal() == Some(signal.as_raw()),
    }
}

/// Whether it printed the same lines, but for their order and their numbers.
fn prints_the_same(seen: &Seen, usual: &Seen) -> bool {
    masked(&seen.stdout) == masked(&usual.stdout)
}

fn masked(text: &str) -> Vec<String> {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r" *\b\d+").expect("a regular expression"));
    let mask = |line: &str| NUMBER.replace_all(line, "#").into_owned();
    let mut lines: Vec<_> = text.lines().map(mask).collect();
    lines.sort_unstable();
    lines
}

fn has_message(seen: &Seen) -> bool {
    let mut lines = seen.stderr.lines();
    lines.any(|line| line.starts_with("error: ") || line.starts_with("Error"))
}

/// A panic that is no part of what the demonstration shows.
fn new_panic(seen: &Seen, usual: &Seen) -> Option<Complaint> {
    let known: Vec<_> = panics(usual).collect();
    let new = panics(seen).find(|panic| !known.contains(panic));
    new.map(Complaint::Panicked)
}

/// Where it panicked, for each time that it did.
fn panics(seen: &Seen) -> impl Iterator<Item = String> {
    let lines = seen.stdout.lines().chain(seen.stderr.lines());
    lines.filter_map(|line| {
        let (_, place) = line.split_once("panicked at ")?;
        Some(place.to_owned())
    })
}

fn what_is_left(seen: &Seen) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    if seen.end.is_some() && !seen.processes.is_empty() {
        complaints.push(Complaint::ProcessesLeft(seen.processes.clone()));
    }
    let things = &seen.things;
    for (what, names) in [
        ("the file", &things.files),
        ("the shared memory", &things.shared_memory),
        ("the socket", &things.sockets),
    ] {
        complaints.extend(names.iter().map(|name| {
            let name = name.to_string_lossy().into_owned();
            Complaint::ThingLeft { what, name }
        }));
    }
    complaints
}

fn list(members: &[Member]) -> String {
    let lines: Vec<_> = members.iter().map(Member::to_string).collect();
    lines.join("; ")
}

fn any_of(allowed: &[Ending]) -> String {
    let mut all: Vec<_> = allowed.iter().map(Ending::to_string).collect();
    all.dedup();
    all.join(", or ")
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsUsual => f.write_str("as usual"),
            Self::Telling => f.write_str("as usual, telling of it"),
            Self::Unread => f.write_str("with exit code 0"),
            Self::Failing => f.write_str("with exit code 1 and a message"),
            Self::Asked(signal) => {
                write!(f, "with exit code {}", 128 + signal.as_raw())
            }
            Self::Ended(signal) => {
                write!(f, "with {}", Exit::Signal(signal.as_raw()))
            }
        }
    }
}
