//! What can go wrong with a pool, and with a task.

use std::fmt;
use std::io;
use std::ops::Range;
use std::time::Duration;

use process_spawning::{Exit, Interrupted, StartError};
use queue_ipc::interrupted_by;
use serde::{Deserialize, Serialize};

/// Why there is no pool, or it does not do what it is asked.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// A worker cannot be started. There is none left.
    #[error("cannot start a worker")]
    Start(#[from] StartError),
    /// A worker's initializer failed. There is no worker left.
    ///
    /// Python starts new workers without end.
    #[error("the initializer failed in {worker}: {why}")]
    Initializer {
        /// The worker's name.
        worker: String,
        /// What it said.
        why: String,
    },
    /// The pool has no worker: there must be at least one.
    #[error("a pool needs at least one worker")]
    NoWorkers,
    /// `join` was called for a pool that takes tasks: close it first.
    /// Python: `ValueError`.
    #[error("the pool is still running: close or terminate it before join")]
    StillRunning,
    /// Ctrl-C, or SIGTERM, came first.
    #[error("interrupted while the pool was at work")]
    Interrupted(#[source] Interrupted),
    /// The system has no socket or thread left, for instance.
    #[error("the system refuses a pool")]
    System(#[from] io::Error),
}

/// A task without a result: which it was, who had it, and what happened.
#[derive(Debug)]
pub struct TaskError {
    // Behind a pointer: results are many, and errors few.
    details: Box<Details>,
}

#[derive(Debug)]
struct Details {
    task: &'static str,
    places: Range<usize>,
    worker: Option<String>,
    cause: Cause,
}

/// What happened to a task.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The function returned an error.
    #[error("{}", chain.join(": "))]
    Error {
        /// The error and its causes, from the outermost on.
        chain: Vec<String>,
        /// Where it came from, with `RUST_BACKTRACE=1`.
        backtrace: Option<String>,
    },
    /// The function panicked. The worker goes on.
    #[error("panicked at {place}: {message}")]
    Panic {
        /// What it said.
        message: String,
        /// The file, line and column.
        place: String,
        /// How it got there, with `RUST_BACKTRACE=1`.
        backtrace: Option<String>,
    },
    /// The worker ended while it had the task, or before it had told the
    /// result. A fresh one takes its place as soon as there is work for it.
    #[error("the worker ended: {0}")]
    WorkerEnded(Exit),
    /// It took longer than the pool's
    /// [`task_deadline`](crate::Builder::task_deadline), and its worker was
    /// killed. A fresh one takes its place, as above.
    #[error("not done after {0:?}, so its worker was killed")]
    TimedOut(Duration),
    /// The argument cannot be written. No worker has seen it.
    #[error("its argument cannot be sent: {0}")]
    Argument(postcard::Error),
    /// The worker cannot read the argument, or not write the result.
    #[error("{0}")]
    Unreadable(String),
    /// Main guard and call do not fit together.
    #[error("the pool's workers do not list it, only [{listed}]: add it there")]
    Unlisted {
        /// The tasks that they list.
        listed: String,
    },
    /// It was cancelled before it began.
    #[error("it was cancelled")]
    Cancelled,
    /// The pool was closed before it came.
    #[error("the pool is closed")]
    Closed,
    /// The pool was terminated, or dropped, before it was done.
    #[error("the pool was terminated")]
    Terminated,
    /// The worker is gone that was to do it, and no fresh one could be
    /// started.
    #[error("no fresh worker can be started: {0}")]
    NoWorker(String),
    /// Ctrl-C, or SIGTERM, came first.
    #[error("interrupted while waiting for it")]
    Interrupted(#[source] Interrupted),
}

impl Cause {
    /// How an error or a panic got there: with `RUST_BACKTRACE=1`, and where
    /// there is one.
    #[must_use]
    pub fn backtrace(&self) -> Option<&str> {
        match self {
            Self::Error { backtrace, .. } | Self::Panic { backtrace, .. } => {
                backtrace.as_deref()
            }
            _ => None,
        }
    }

    /// For who waited, and was cut off by Ctrl-C or SIGTERM.
    pub(crate) fn of_interruption() -> Self {
        interrupted_by().map_or(Self::Terminated, Self::Interrupted)
    }
}

impl TaskError {
    pub(crate) fn new(
        task: &'static str,
        places: Range<usize>,
        worker: Option<String>,
        cause: Cause,
    ) -> Self {
        Self { details: Box::new(Details { task, places, worker, cause }) }
    }

    /// The name of the task.
    #[must_use]
    pub fn task(&self) -> &'static str {
        self.details.task
    }

    /// Which of the values it was, counted from 0. More than one where a
    /// worker ended with a whole chunk: which of them it was at, nobody
    /// knows.
    #[must_use]
    pub fn places(&self) -> Range<usize> {
        self.details.places.clone()
    }

    /// The name and the number of the worker that had it; `None` where none
    /// had.
    #[must_use]
    pub fn worker(&self) -> Option<&str> {
        self.details.worker.as_deref()
    }

    /// What happened.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        &self.details.cause
    }
}

impl fmt::Display for TaskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Details { task, places, worker, cause } = &*self.details;
        match places.len() {
            0 | 1 => write!(f, "{task}, task {}", places.start)?,
            _ => write!(f, "{task}, one of tasks {places:?}")?,
        }
        if let Some(worker) = worker {
            write!(f, ", in {worker}")?;
        }
        write!(f, ": {cause}")
    }
}

impl std::error::Error for TaskError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        std::error::Error::source(&self.details.cause)
    }
}

/// What a worker tells of a task that failed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Failure {
    Error { chain: Vec<String>, backtrace: Option<String> },
    Panic { message: String, place: String, backtrace: Option<String> },
    Unreadable(String),
    Unlisted { listed: String },
}

impl Failure {
    pub(crate) fn unreadable(what: &str, error: &postcard::Error) -> Self {
        Self::Unreadable(format!("its {what} cannot be carried: {error}"))
    }
}

impl From<Failure> for Cause {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Error { chain, backtrace } => {
                Self::Error { chain, backtrace }
            }
            Failure::Panic { message, place, backtrace } => {
                Self::Panic { message, place, backtrace }
            }
            Failure::Unreadable(why) => Self::Unreadable(why),
            Failure::Unlisted { listed } => Self::Unlisted { listed },
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Cause::from(self.clone()).fmt(f)
    }
}
