//! What is told of a run while it goes on: one JSON object a line.
//!
//! What is told of a check is [`course::Event`], and [`Event::Limit`].

use figures::Timeline;
use serde::Serialize;

/// Something that happened in a run. In JSON each has its name in `event`.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Cargo begins, and compiles whatever is not fresh.
    Building,
    /// Cargo or the compiler says something, as a person reads it.
    Cargo {
        /// What it says.
        text: String,
    },
    /// It does not compile: the end.
    NotBuilt,
    /// The demonstration begins.
    Started {
        /// Its process.
        pid: u32,
    },
    /// It printed a line.
    Line {
        /// Where to.
        stream: Stream,
        /// The line, without its end.
        text: String,
        /// When it was read, in microseconds on the clock of the timeline.
        at: u64,
    },
    /// What its processes have done so far.
    Timeline {
        /// All of it.
        timeline: Timeline,
        /// What time it is, in microseconds on the clock of the timeline.
        now: u64,
        /// The processes that are alive, without the first.
        workers: Vec<u32>,
        /// There may be more in the trace than was taken from it.
        is_cut: bool,
    },
    /// It was ended, as it did what it may not.
    Limit {
        /// What that is.
        limit: Limit,
    },
    /// All its processes have ended: the end.
    Ended {
        /// How the first of them did: `exit code 0`.
        how: String,
        /// Whether that is a success.
        success: bool,
        /// The trace, as Perfetto opens it; none, if there is none.
        perfetto: Option<String>,
    },
    /// Something is wrong that is no fault of the demonstration: the end.
    Broken {
        /// What it is.
        text: String,
    },
}

/// Where a program prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What a run has too much of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// It goes on for longer than [`seconds`](crate::limits::Limits::seconds).
    Time,
    /// It prints more than
    /// [`output_bytes`](crate::limits::Limits::output_bytes).
    Output,
    /// Its processes have more memory than
    /// [`memory_bytes`](crate::limits::Limits::memory_bytes).
    Memory,
    /// It has more processes than [`processes`](crate::limits::Limits::processes).
    Processes,
}
