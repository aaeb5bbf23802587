//! The program under check, run under a deadline.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use lesson_check::{Member, Signal, Trouble};
use tempfile::TempDir;
use time_utils::trace::{self, ReadError};

use crate::VARIABLE;
use crate::hang::Hang;
use crate::run::{Run, advice_on};
use crate::span;

/// How long a program may take. Far more than any exercise needs: a machine
/// may be busy.
const DEADLINE: Duration = Duration::from_secs(10);

/// How many bytes a program may print. Far more than any exercise prints.
const MOST_OUTPUT: usize = 1 << 20;

/// The program under check, about to be run.
#[derive(Debug)]
pub struct Program {
    inner: lesson_check::Program,
    command: String,
    trace: TempDir,
}

impl Program {
    /// The program at `built`, or the one that [`VARIABLE`] names instead.
    /// A check says [`program!`](crate::program).
    ///
    /// # Panics
    ///
    /// Where there is no room for a temporary directory.
    #[must_use]
    pub fn new(built: &str) -> Self {
        let other = std::env::var_os(VARIABLE);
        let path = other.as_deref().unwrap_or(OsStr::new(built));
        let trace = TempDir::new().expect("a temporary directory");
        let inner = lesson_check::Program::new(path)
            .deadline(DEADLINE)
            .most_output(MOST_OUTPUT)
            // A backtrace is long, and makes the first error slow.
            .env("RUST_BACKTRACE", "0")
            .env(trace::VARIABLE, trace.path().join("trace.jsonl"));
        let name = Path::new(path).file_name().unwrap_or(path);
        let command = name.to_string_lossy().into_owned();
        Self { inner, command, trace }
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl ToString) -> Self {
        let argument = argument.to_string();
        self.command = format!("{} {argument}", self.command);
        self.inner = self.inner.arg(argument);
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args(
        self,
        arguments: impl IntoIterator<Item = impl ToString>,
    ) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    /// An environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.inner = self.inner.env(name, value);
        self
    }

    /// How long it may take, instead of ten seconds.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.inner = self.inner.deadline(deadline);
        self
    }

    /// Runs it to its end. See [`Running::finish`].
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start).
    #[must_use]
    pub fn run(self) -> Run {
        self.start().finish()
    }

    /// Starts it.
    ///
    /// # Panics
    ///
    /// Where it cannot be started.
    #[must_use]
    pub fn start(self) -> Running {
        let Self { inner, command, trace } = self;
        Running { inner: inner.start(), command, trace }
    }
}

/// The program under check, at work. It is ended, with all that came from
/// it, when this is dropped.
#[derive(Debug)]
pub struct Running {
    inner: lesson_check::Running,
    command: String,
    trace: TempDir,
}

impl Running {
    /// The number of the program's own process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.inner.pid()
    }

    /// All processes that come from the program, but for its own.
    #[must_use]
    pub fn descendants(&self) -> Vec<Member> {
        self.inner.descendants()
    }

    /// Waits for the worker of this name, started as lesson 2 starts them;
    /// explains, where there never is one.
    pub fn wait_for_worker(&mut self, name: &str) -> Member {
        let waited = self.inner.until_worker(name);
        waited.unwrap_or_else(|trouble| self.fail(&trouble))
    }

    /// Waits for a line on standard output that contains `text`; explains,
    /// where there is none.
    pub fn wait_for(&mut self, text: &str) -> String {
        let waited = self.inner.until_line(text);
        waited.unwrap_or_else(|trouble| self.fail(&trouble))
    }

    /// Sends a signal to the program's own process.
    ///
    /// # Panics
    ///
    /// Where it has ended.
    pub fn signal(&self, signal: Signal) {
        self.inner.signal(signal);
    }

    /// Waits for its end, and sees that nothing is left behind: no process,
    /// no temporary file, no name in `/dev/shm`. Explains what is wrong, and
    /// where it hangs, who waits for what.
    #[must_use]
    pub fn finish(mut self) -> Run {
        match self.inner.end() {
            Ok(run) => Run::new(&self.command, self.pid(), run, self.events()),
            Err(trouble) => self.fail(&trouble),
        }
    }

    /// What its processes have told so far. One that does not trace has no
    /// file.
    fn events(&self) -> Vec<trace::Event> {
        let file = self.trace.path().join("trace.jsonl");
        match trace::read(file) {
            Ok(events) => events,
            Err(ReadError::File { .. }) => Vec::new(),
            Err(error) => panic!("the program spoils its trace: {error}"),
        }
    }

    fn fail(&mut self, trouble: &Trouble) -> ! {
        let mut advice = advice_on(trouble);
        let members = self.inner.members();
        // One that prints without end may still do so: it does not wait.
        let waits = !matches!(trouble, Trouble::Flood);
        if waits && members.iter().any(|member| member.pid == self.pid()) {
            let hang = Hang::of(&members, &span::spans(self.events()));
            let did = &advice.did;
            advice.did = format!("{did}; who waits for what:\n{hang}");
            advice.look = hang.likely_reason();
        }
        let [stdout, stderr] = self.inner.printed();
        advice.give(&self.command, [&stdout, &stderr])
    }
}
