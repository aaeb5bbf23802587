//! Checks an exercise: cargo compiles it and runs its tests, and what they say
//! is told as it comes.
//!
//! Cargo and all that comes from it are one family, with a process group and
//! a temporary directory of their own. However a check ends, by its verdict,
//! its deadline, Ctrl-C or whoever asked for it, the whole family is ended and
//! the directory removed.
//!
//! Left out: that this very program is killed with `SIGKILL`. Cargo goes on
//! then, until the tests reach their own deadlines.

use std::os::fd::BorrowedFd;
use std::process::Command;
use std::time::{Duration, Instant};

use lesson_check::Family;

use crate::cargo::cargo;
use crate::event::{Event, Verdict};
use crate::exercise::Exercise;
use crate::reading::Reading;
use crate::running::{Awaited, Running};

/// How a check is made.
#[derive(Clone, Copy, Debug)]
pub struct Manner {
    /// How long it may take to compile everything.
    pub build: Duration,
    /// How long the tests may take after that.
    pub tests: Duration,
    /// Whether the compiler speaks in colours.
    pub colours: bool,
}

impl Default for Manner {
    /// Ten minutes to compile all that the lessons stand on, on a slow
    /// machine; and two for tests that have deadlines of their own.
    fn default() -> Self {
        let (build, tests) = (Duration::from_mins(10), Duration::from_mins(2));
        Self { build, tests, colours: false }
    }
}

/// Checks `exercise`, tells of each event, and returns the verdict, which is
/// the last of them; `None` where `cancel` becomes readable first, as the end
/// of a pipe does when its other end is closed.
///
/// # Errors
///
/// Where cargo cannot be run, `on_event` fails, or this program is asked to
/// end.
pub fn check(
    exercise: &Exercise,
    manner: Manner,
    cancel: Option<BorrowedFd<'_>>,
    mut on_event: impl FnMut(Event) -> anyhow::Result<()>,
) -> anyhow::Result<Option<Verdict>> {
    let mut reading = Reading::new(exercise.directory());
    let mut running =
        Running::start(tests_of(exercise, manner), Family::new())?;
    let mut deadline = Instant::now() + manner.build;
    on_event(Event::Building)?;
    let verdict = loop {
        let events = match running.wait(cancel, deadline)? {
            Awaited::Cancelled => return Ok(None),
            Awaited::TimedOut => break Verdict::TimedOut,
            Awaited::Stdout(lines) => reading.stdout(&lines),
            Awaited::Stderr(lines) => reading.stderr(&lines),
            Awaited::End => {
                let (failures, verdict) = reading.finish(running.status()?);
                failures.into_iter().try_for_each(&mut on_event)?;
                break verdict;
            }
        };
        if events.contains(&Event::Testing) {
            deadline = Instant::now() + manner.tests;
        }
        events.into_iter().try_for_each(&mut on_event)?;
    };
    // Nobody works on when the verdict is told.
    drop(running);
    on_event(Event::Verdict { verdict: verdict.clone() })?;
    Ok(Some(verdict))
}

/// Has cargo compile the exercise and its tests, and run them: in one go, so
/// that cargo looks only once for what is not fresh.
fn tests_of(exercise: &Exercise, manner: Manner) -> Command {
    let rendered =
        if manner.colours { "json-diagnostic-rendered-ansi" } else { "json" };
    let mut command = cargo(exercise.root());
    command.args(["test", "--package", exercise.name(), "--test", "check"]);
    command.args(["--message-format", rendered]);
    // They mostly wait: one that hangs does so until its deadline.
    command.args(["--", "--test-threads", "8"]);
    for variable in ["RUST_BACKTRACE", "RUST_TEST_NOCAPTURE", "MP_TRACE"] {
        command.env_remove(variable);
    }
    command
}
