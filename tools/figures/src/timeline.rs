//! What a trace tells, as plain data: lanes, bars, arrows and deaths.
//!
//! Nothing here knows how it will be drawn. All times count from the first
//! event of the trace. In JSON they are microseconds, for whoever draws the
//! timeline elsewhere.

use std::time::Duration;

use serde::{Serialize, Serializer};
use time_utils::trace::{Category, Event};

use crate::trace::Trace;

/// What the processes of a program did, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// From top to bottom: processes as they appear, each with its threads.
    pub lanes: Vec<Lane>,
    /// The messages from one lane to another, in the order of arrival.
    pub arrows: Vec<Arrow>,
    /// From the first event to the last.
    #[serde(serialize_with = "as_micros")]
    pub length: Duration,
}

/// What one thread of one process did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Lane {
    /// What it is called: as the thread, else as the process, else `PID 7`.
    pub name: String,
    /// The process.
    pub pid: u32,
    /// In the order in which they began; so what encloses a bar is before it.
    pub bars: Vec<Bar>,
    /// How the process ended, where that left bars without an end.
    pub death: Option<Death>,
}

/// Something with a beginning and an end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Bar {
    /// What it was: `worker_task`, `join Process_1`.
    pub name: String,
    /// What kind of thing it was.
    pub category: Category,
    /// When it began.
    #[serde(serialize_with = "as_micros")]
    pub start: Duration,
    /// When it ended. Unfinished, it reaches to the death of its process; to
    /// the end of the trace where nobody saw one.
    #[serde(serialize_with = "as_micros")]
    pub end: Duration,
    /// Whether it came to its own end.
    pub finished: bool,
    /// How many tasks and waits it is a part of.
    pub depth: usize,
}

/// The end of a process, as another one saw it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Death {
    /// When it was seen.
    #[serde(serialize_with = "as_micros")]
    pub at: Duration,
    /// How it ended: `signal 9 (SIGKILL)`.
    pub how: String,
}

/// A message that went from one lane to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Arrow {
    /// What was sent.
    pub name: String,
    /// Where it left.
    pub from: Stop,
    /// Where it arrived.
    pub to: Stop,
}

/// One end of an [`Arrow`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The lane, counted from 0.
    pub lane: usize,
    /// When.
    #[serde(serialize_with = "as_micros")]
    pub at: Duration,
}

impl Timeline {
    /// Puts the events of a trace together, in whichever order they are.
    ///
    /// Takes traces as killed programs leave them: an end without its
    /// beginning and a message without its other end are passed over, a
    /// beginning without an end becomes an unfinished bar.
    #[must_use]
    pub fn from_events(events: &[Event]) -> Self {
        let trace = Trace::new(events);
        let threads = trace.threads();
        Self {
            lanes: threads.iter().map(|thread| trace.lane(*thread)).collect(),
            arrows: trace.arrows(&threads),
            length: trace.length(),
        }
    }

    /// The timeline in a sentence: its lanes, and the deaths in them.
    #[must_use]
    pub fn summary(&self) -> String {
        let lanes = self.lanes.iter().map(|Lane { name, death, .. }| {
            let death = death.as_ref().map(|death| &death.how);
            death.map_or(name.clone(), |how| format!("{name} ({how})"))
        });
        let lanes = lanes.collect::<Vec<_>>().join(", ");
        let milliseconds = self.length.as_secs_f64() * 1000.0;
        format!("{lanes}: {milliseconds:.1} ms")
    }
}

fn as_micros<S: Serializer>(
    time: &Duration,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(time.as_micros())
}

impl Bar {
    /// Whether it is the life of a process, which all else is a part of.
    #[must_use]
    pub fn is_life(&self) -> bool {
        self.category == Category::Process
    }
}
