//! A program that has ended: what is required of it.

use std::fmt::Display;

use lesson_check::{Trouble, list};
use time_utils::trace::{Category, Event};

use crate::advice::{Advice, is_to_do};
use crate::message::{self, Message};
use crate::span::{self, Span};

/// A program that has ended, and left nothing behind.
#[derive(Clone, Debug)]
pub struct Run {
    /// The number of the program's own process: the parent of the others.
    pub pid: u32,
    /// What it printed.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
    /// What its processes told of themselves, in the order of beginnings.
    pub spans: Vec<Span>,
    /// What they sent to one another, in the order of sending.
    pub messages: Vec<Message>,
    command: String,
    status: std::process::ExitStatus,
}

impl Run {
    pub(crate) fn new(
        command: &str,
        pid: u32,
        run: lesson_check::Run,
        events: Vec<Event>,
    ) -> Self {
        let lesson_check::Run { status, stdout, stderr } = run;
        let command = command.to_owned();
        let messages = message::messages(&events);
        let spans = span::spans(events);
        Self { pid, stdout, stderr, spans, messages, command, status }
    }

    /// Sees that it ended with exit code 0.
    #[must_use]
    pub fn success(self) -> Self {
        self.code(0)
    }

    /// Sees that it ended with this exit code.
    #[must_use]
    pub fn code(self, code: i32) -> Self {
        let look = match self.status.code() {
            Some(0) => {
                "main must return the error; where a worker failed, `join` \
                 tells it"
            }
            Some(101) => "the panic's words on standard error",
            Some(_) if self.stderr.is_empty() => {
                "who asks for this exit code, and why"
            }
            Some(_) => "the words on standard error",
            None => "a signal ended it: who sent one, and to whom?",
        };
        self.require(
            // A thread that comes to a `todo!` does not end the program.
            self.status.code() == Some(code) && !is_to_do(&self.stderr),
            format_args!("it ended {}", self.ending()),
            format_args!("exit code {code}"),
            look,
        );
        self
    }

    /// How it ended: the exit code, or `None` where a signal ended it.
    #[must_use]
    pub fn exit_code(&self) -> Option<i32> {
        self.status.code()
    }

    /// How it ended, in words that go on a sentence: `as if nothing had
    /// happened`, or `with exit code 101`.
    #[must_use]
    pub fn ending(&self) -> String {
        match self.status.code() {
            Some(0) => "as if nothing had happened".to_owned(),
            Some(code) => format!("with exit code {code}"),
            None => format!("by {}", self.status).replace("signal:", "signal"),
        }
    }

    /// Sees that it printed these lines, in this order, and nothing else.
    pub fn require_lines(&self, lines: &[impl AsRef<str>], look: impl Display) {
        let expected: Vec<_> = lines.iter().map(AsRef::as_ref).collect();
        let actual: Vec<_> = self.stdout.lines().collect();
        let same = actual.iter().zip(&expected).take_while(|(a, b)| a == b);
        let first = same.count();
        let line = |lines: &[&str]| match lines.get(first) {
            Some(line) => format!("`{line}`"),
            None => "no such line".to_owned(),
        };
        self.require(
            actual == expected,
            format_args!("line {} is {}", first + 1, line(&actual)),
            line(&expected),
            look,
        );
    }

    /// The lines that it printed which begin with `start`, without it.
    pub fn lines_after<'r>(
        &'r self,
        start: &str,
    ) -> impl Iterator<Item = &'r str> {
        self.stdout.lines().filter_map(move |line| line.strip_prefix(start))
    }

    /// The PIDs in the lines that begin with `start`, as the guide's
    /// `worker_task` prints them: `…, PID: 12345, …`.
    #[must_use]
    pub fn pids_after(&self, start: &str) -> Vec<u32> {
        let pids = self.lines_after(start).map(|rest| {
            let (_, rest) = rest.split_once("PID: ").unwrap_or_default();
            let (pid, _) = rest.split_once(',').unwrap_or_default();
            pid.parse().unwrap_or_else(|_| {
                self.fail(
                    format_args!("a line `{start}…` without a PID"),
                    "the lines that `worker_task` prints",
                    "leave `worker_task` as it is",
                )
            })
        });
        pids.collect()
    }

    /// Who said what: the lines of the form `Worker-1, PID 12345: takes 7`.
    pub fn said(&self) -> impl Iterator<Item = (u32, &str)> {
        self.stdout.lines().filter_map(|line| {
            let (_, line) = line.split_once(", PID ")?;
            let (pid, what) = line.split_once(": ")?;
            Some((pid.parse().ok()?, what))
        })
    }

    /// The spans of one kind: the lives of processes, tasks, waits.
    pub fn spans_of(&self, category: Category) -> impl Iterator<Item = &Span> {
        self.spans.iter().filter(move |span| span.category == category)
    }

    /// The lives of the processes that it started.
    pub fn workers(&self) -> impl Iterator<Item = &Span> {
        self.spans_of(Category::Process)
    }

    /// The life of the process of this name.
    #[must_use]
    pub fn worker(&self, name: &str) -> &Span {
        let worker = self.workers().find(|worker| worker.name == name);
        worker.unwrap_or_else(|| {
            self.fail(
                format_args!("it never started a process named {name}"),
                format_args!("a process of its own, named {name}"),
                "Process::target(…).name(…).start(…)",
            )
        })
    }

    /// Fails unless `ok`, and explains: what the program did, what was
    /// expected instead, where to look.
    pub fn require(
        &self,
        ok: bool,
        did: impl Display,
        expected: impl Display,
        look: impl Display,
    ) {
        if !ok {
            self.fail(did, expected, look);
        }
    }

    /// Fails, and explains: what the program did, what was expected instead,
    /// where to look.
    pub fn fail(
        &self,
        did: impl Display,
        expected: impl Display,
        look: impl Display,
    ) -> ! {
        let printed = [&self.stdout, &self.stderr].map(String::as_str);
        Advice::new(did, expected, look).give(&self.command, printed)
    }
}

/// What to say of a program that is not as every program must be.
pub(crate) fn advice_on(trouble: &Trouble) -> Advice {
    match trouble {
        Trouble::Hangs => {
            Advice::new("it hangs", "a program that ends", "who waits for whom")
        }
        Trouble::Silent(text) => Advice::new(
            format_args!("it never printed a line with `{text}`"),
            "that line, before it ends",
            "what it prints, and whether it is printed at once",
        ),
        Trouble::Alone(count) => Advice::new(
            format_args!(
                "it never had {count} processes beside its own at once"
            ),
            format_args!("{count} processes, started before any is joined"),
            "where processes are started, and where they are joined",
        ),
        Trouble::Missing(name) => Advice::new(
            format_args!("it never had a worker named {name}"),
            format_args!("a process of its own, named {name}"),
            "Process::target(…).name(…).start(…)",
        ),
        Trouble::Flood => Advice::new(
            "it prints without end",
            "a few lines",
            "the loop that prints: what ends it?",
        ),
        Trouble::Processes { left, .. } => Advice::new(
            format_args!(
                "it ended, and left processes behind:\n{}",
                list(left)
            ),
            "whoever starts a process waits for its end",
            "join, or kill and wait, on every way out, also after an error: \
             `drop` is called on each of them",
        ),
        Trouble::Files(names) => Advice::new(
            format_args!("it left temporary files behind: {names:?}"),
            "nothing left behind",
            "who removes them, also after an error",
        ),
        Trouble::SharedMemory(names) => Advice::new(
            format_args!("it left names in /dev/shm: {names:?}"),
            "nothing left behind",
            "who removes them, also after an error",
        ),
        Trouble::HeldOpen => Advice::new(
            "it ended, and somebody still holds its output open",
            "nobody left behind",
            "processes that it started with another environment",
        ),
    }
}
