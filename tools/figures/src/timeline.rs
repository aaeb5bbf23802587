//! What happened, as lanes, bars and arrows: the events of a trace, put
//! together again.

use std::collections::HashMap;

use time_utils::trace::{Args, Category, Event, Phase};

/// A process or a thread, by its numbers.
type Place = (u32, u32);

/// What the processes of a program did, each in a lane of its own. All times
/// are microseconds from the first event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timeline {
    /// From top to bottom: each process where it first appears, its further
    /// threads below it.
    pub lanes: Vec<Lane>,
    /// The messages between them.
    pub arrows: Vec<Arrow>,
    /// When the last event was.
    pub end: u64,
}

/// What one process, or one thread of it, did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// What it is called.
    pub name: String,
    /// What it did, in the order in which it began.
    pub bars: Vec<Bar>,
}

/// Something that took time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// What it was.
    pub name: String,
    /// What kind of thing it was.
    pub kind: Kind,
    /// When it began.
    pub begin: u64,
    /// When it ended, or was cut off.
    pub end: u64,
    /// It has no end of its own: what ended its process instead, or nothing,
    /// where nobody saw it.
    pub cut_off: Option<String>,
}

/// What kind of thing a [`Bar`] shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The life of a process.
    Process,
    /// A piece of work.
    Task,
    /// Waiting for somebody.
    Wait,
}

/// A message, from one lane to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrow {
    /// The lane that it left, counted from 0, and when.
    pub from: (usize, u64),
    /// The lane that it reached, and when.
    pub to: (usize, u64),
}

/// A trace without a single span: there is nothing to draw.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the trace has no spans: was {} set?", time_utils::trace::VARIABLE)]
pub struct Empty;

impl Timeline {
    /// Puts the events of a trace, in the order of time, together again.
    ///
    /// Takes what a real trace may lack: the end of something whose process
    /// was killed, a message that nobody received.
    ///
    /// # Errors
    ///
    /// [`Empty`], where nothing in it took time.
    pub fn from_events(events: &[Event]) -> Result<Self, Empty> {
        let places = places(events);
        let (Some(first), Some(last)) = (events.first(), events.last()) else {
            return Err(Empty);
        };
        if places.is_empty() {
            return Err(Empty);
        }
        let end = last.ts.saturating_sub(first.ts);
        let clock = Clock { start: first.ts, end };
        let lanes = places.iter().map(|place| Lane {
            name: name(*place, events),
            bars: bars(*place, events, clock),
        });
        Ok(Self {
            lanes: lanes.collect(),
            arrows: arrows(&places, events, clock),
            end: clock.end,
        })
    }
}

/// From the machine's time to the picture's.
#[derive(Clone, Copy)]
struct Clock {
    start: u64,
    end: u64,
}

impl Clock {
    fn time(self, event: &Event) -> u64 {
        event.ts.saturating_sub(self.start)
    }
}

/// Where something took time, from top to bottom.
fn places(events: &[Event]) -> Vec<Place> {
    let mut processes: Vec<u32> = Vec::new();
    let mut places: Vec<Place> = Vec::new();
    for event in events {
        if !processes.contains(&event.pid) {
            processes.push(event.pid);
        }
        let place = (event.pid, event.tid);
        if event.ph == Phase::Begin && !places.contains(&place) {
            places.push(place);
        }
    }
    let rank = |pid| processes.iter().position(|process| *process == pid);
    places.sort_by_key(|(pid, tid)| (rank(*pid), *tid));
    places
}

/// The thread's name, or that of its process, or its number.
fn name((pid, tid): Place, events: &[Event]) -> String {
    let named = |what: &str, tid: Option<u32>| {
        let mut names = events.iter().filter(|event| {
            event.ph == Phase::Metadata
                && event.name == what
                && event.pid == pid
                && tid.is_none_or(|tid| event.tid == tid)
        });
        names.find_map(|event| match &event.args {
            Some(Args::Name(name)) => Some(name.clone()),
            _ => None,
        })
    };
    named("thread_name", Some(tid))
        .or_else(|| named("process_name", None))
        .unwrap_or_else(|| format!("PID {pid}"))
}

fn bars(place: Place, events: &[Event], clock: Clock) -> Vec<Bar> {
    let mut bars: Vec<Bar> = Vec::new();
    // The innermost of those that have begun and not ended is the last.
    let mut open: Vec<usize> = Vec::new();
    for event in events.iter().filter(|e| (e.pid, e.tid) == place) {
        match event.ph {
            Phase::Begin => {
                open.push(bars.len());
                bars.push(begun(event, clock));
            }
            Phase::End => {
                if let Some(bar) = open.pop() {
                    bars[bar].end = clock.time(event);
                }
            }
            _ => {}
        }
    }
    let (end, how) = end_of(place.0, events, clock);
    for bar in open {
        bars[bar].end = end;
        bars[bar].cut_off = Some(how.clone());
    }
    bars
}

fn begun(event: &Event, clock: Clock) -> Bar {
    let kind = match event.cat {
        Category::Process => Kind::Process,
        Category::Task | Category::Message => Kind::Task,
        Category::Wait => Kind::Wait,
    };
    let (name, begin) = (event.name.clone(), clock.time(event));
    Bar { name, kind, begin, end: begin, cut_off: None }
}

/// When a process ended, and how, as somebody else saw it.
fn end_of(pid: u32, events: &[Event], clock: Clock) -> (u64, String) {
    let seen = events.iter().find_map(|event| match &event.args {
        Some(Args::Ended { pid: ended, how }) if *ended == pid => {
            Some((clock.time(event), how.clone()))
        }
        _ => None,
    });
    seen.unwrap_or((clock.end, "no end in the trace".to_owned()))
}

fn arrows(places: &[Place], events: &[Event], clock: Clock) -> Vec<Arrow> {
    let lane = |event: &Event| {
        let place = (event.pid, event.tid);
        places.iter().position(|there| *there == place)
    };
    let mut sent: HashMap<&str, &Event> = HashMap::new();
    let mut arrows = Vec::new();
    for event in events {
        let Some(id) = event.id.as_deref() else { continue };
        if event.ph == Phase::Sent {
            sent.insert(id, event);
        } else if event.ph == Phase::Received
            && let Some(message) = sent.remove(id)
            && let (Some(from), Some(to)) = (lane(message), lane(event))
        {
            let from = (from, clock.time(message));
            arrows.push(Arrow { from, to: (to, clock.time(event)) });
        }
    }
    arrows
}
