//! What one look has seen.

use std::fmt;

use serde::{Deserialize, Serialize};
use sysinfo::ProcessStatus;

/// Some workers as they were at one moment.
///
/// As JSON it is an object with the fields of this struct, and each of its
/// `workers` one with those of [`Reading`] and [`Figures`] together. What is
/// not known is `null`; of a worker that is gone the figures are left out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// When: seconds since the monitor was made.
    pub seconds: f64,
    /// One for each, in the order in which they were asked for; after them
    /// those who are gone since the last look.
    pub workers: Vec<Reading>,
}

impl Sample {
    /// The figures of all that are not gone.
    pub fn figures(&self) -> impl Iterator<Item = &Figures> {
        self.workers.iter().filter_map(|worker| worker.figures.as_ref())
    }
}

/// One worker, as it was when we looked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// Its name.
    pub worker: String,
    /// Its PID.
    pub pid: u32,
    /// What it is doing.
    pub state: State,
    /// How many tasks it has reported.
    pub tasks_done: usize,
    /// What it uses; nothing where it is gone.
    #[serde(flatten)]
    pub figures: Option<Figures>,
}

/// What a process uses.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// How busy it was since the last look, in percent of one core: 200 for
    /// two threads that compute. Nothing at the first look, since a speed
    /// needs two.
    pub cpu_percent: Option<f64>,
    /// How long it has computed, all its threads together.
    pub cpu_seconds: f64,
    /// Resident set size: its pages that are in memory, also those that it
    /// shares with others.
    pub rss_bytes: u64,
    /// The most that this has ever been, also between two looks.
    pub peak_rss_bytes: Option<u64>,
    /// Proportional set size: a page that three processes share counts a
    /// third for each. Nothing where the system does not tell, or not us.
    pub pss_bytes: Option<u64>,
    /// How many threads it has.
    pub threads: Option<u64>,
}

/// What a process is doing: its first thread, to be exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It computes, or would if there were a core for it.
    Running,
    /// It waits: for a message, for a lock, for its other threads.
    Sleeping,
    /// It waits for a device, and cannot be disturbed.
    Waiting,
    /// It was stopped, as Ctrl-Z does it, or a debugger.
    Stopped,
    /// It has ended, and nobody has waited for it yet.
    Zombie,
    /// There is no such process any more.
    Gone,
}

impl From<ProcessStatus> for State {
    fn from(status: ProcessStatus) -> Self {
        match status {
            ProcessStatus::Run => Self::Running,
            ProcessStatus::UninterruptibleDiskSleep => Self::Waiting,
            ProcessStatus::Stop | ProcessStatus::Tracing => Self::Stopped,
            ProcessStatus::Zombie | ProcessStatus::Dead => Self::Zombie,
            _ => Self::Sleeping,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Running => "running",
            Self::Sleeping => "sleeping",
            Self::Waiting => "waiting",
            Self::Stopped => "stopped",
            Self::Zombie => "zombie",
            Self::Gone => "gone",
        })
    }
}
