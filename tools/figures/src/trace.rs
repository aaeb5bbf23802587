//! The events of a trace, put together again: what belongs to one thread,
//! which end to which beginning, which arrival to which message.

use std::collections::HashMap;
use std::time::Duration;

use time_utils::trace::{Args, Event, Phase};

use crate::timeline::{Arrow, Bar, Death, Lane, Stop};

/// The PID, and the number of the thread in it.
pub(crate) type Thread = (u32, u32);

/// Events in the order of time.
pub(crate) struct Trace<'e>(Vec<&'e Event>);

impl<'e> Trace<'e> {
    pub(crate) fn new(events: &'e [Event]) -> Self {
        let mut events: Vec<_> = events.iter().collect();
        // Stable: what one process wrote within a microsecond stays in order.
        events.sort_by_key(|event| event.ts);
        Self(events)
    }

    fn at(&self, event: &Event) -> Duration {
        let start = self.0.first().map_or(event.ts, |first| first.ts);
        Duration::from_micros(event.ts - start)
    }

    pub(crate) fn length(&self) -> Duration {
        self.0.last().map_or(Duration::ZERO, |last| self.at(last))
    }

    /// All threads that something can be drawn of, in the order of lanes.
    pub(crate) fn threads(&self) -> Vec<Thread> {
        let mut threads = Vec::new();
        for thread in self.0.iter().map(|event| thread_of(event)) {
            if !threads.contains(&thread) {
                let same = |other: &Thread| other.0 == thread.0;
                let last = threads.iter().rposition(same);
                let place = last.map_or(threads.len(), |last| last + 1);
                threads.insert(place, thread);
            }
        }
        threads.retain(|thread| self.of(*thread).any(is_drawn));
        threads
    }

    fn of(&self, thread: Thread) -> impl Iterator<Item = &'e Event> {
        let events = self.0.iter().copied();
        events.filter(move |event| thread_of(event) == thread)
    }

    pub(crate) fn lane(&self, thread: Thread) -> Lane {
        let mut bars = self.bars(thread);
        let last_open = bars.iter().rfind(|bar| !bar.finished);
        let death = last_open.and_then(|bar| self.death(thread.0, bar.start));
        if let Some(death) = &death {
            for bar in bars.iter_mut().filter(|bar| !bar.finished) {
                bar.end = death.at;
            }
        }
        Lane { name: self.name(thread), pid: thread.0, bars, death }
    }

    /// An end belongs to the innermost bar that is open in its thread.
    fn bars(&self, thread: Thread) -> Vec<Bar> {
        let mut bars: Vec<Bar> = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        for event in self.of(thread) {
            if event.ph == Phase::Begin {
                let around = open.iter().map(|bar| &bars[*bar]);
                let depth = around.filter(|bar| !bar.is_life()).count();
                open.push(bars.len());
                bars.push(self.unfinished(event, depth));
            } else if event.ph == Phase::End
                && let Some(bar) = open.pop()
            {
                bars[bar].end = self.at(event);
                bars[bar].finished = true;
            }
        }
        bars
    }

    fn unfinished(&self, begin: &Event, depth: usize) -> Bar {
        Bar {
            name: begin.name.clone(),
            category: begin.cat,
            start: self.at(begin),
            end: self.length(),
            finished: false,
            depth,
        }
    }

    /// The system gives a PID away again: the end of an earlier process of
    /// that number is another's death.
    fn death(&self, pid: u32, after: Duration) -> Option<Death> {
        let mut since =
            self.0.iter().skip_while(|event| self.at(event) < after);
        since.find_map(|event| match &event.args {
            Some(Args::Ended { pid: ended, how }) if *ended == pid => {
                Some(Death { at: self.at(event), how: how.clone() })
            }
            _ => None,
        })
    }

    fn name(&self, thread: Thread) -> String {
        let threads = self.0.iter().filter(|e| thread_of(e) == thread);
        let processes = self.0.iter().filter(|e| e.pid == thread.0);
        given("thread_name", threads)
            .or_else(|| given("process_name", processes))
            .unwrap_or_else(|| format!("PID {}", thread.0))
    }

    pub(crate) fn arrows(&self, threads: &[Thread]) -> Vec<Arrow> {
        let mut sent = HashMap::new();
        let mut arrows = Vec::new();
        for event in &self.0 {
            let Some(id) = &event.id else { continue };
            let Some(stop) = self.stop(event, threads) else { continue };
            if event.ph == Phase::Sent {
                sent.insert(id, stop);
            } else if event.ph == Phase::Received
                && let Some(from) = sent.get(id).copied()
                && from.lane != stop.lane
            {
                arrows.push(Arrow { name: event.name.clone(), from, to: stop });
            }
        }
        arrows
    }

    fn stop(&self, event: &Event, threads: &[Thread]) -> Option<Stop> {
        let lane = threads.iter().position(|it| *it == thread_of(event))?;
        Some(Stop { lane, at: self.at(event) })
    }
}

fn thread_of(event: &Event) -> Thread {
    (event.pid, event.tid)
}

/// Whether there is something in it for a lane to show.
fn is_drawn(event: &Event) -> bool {
    matches!(event.ph, Phase::Begin | Phase::Sent | Phase::Received)
}

/// The last name given: a process may change it.
fn given<'e>(
    what: &str,
    events: impl DoubleEndedIterator<Item = &'e &'e Event>,
) -> Option<String> {
    let named = events.rev().filter(|event| event.name == what);
    named.filter(|event| event.ph == Phase::Metadata).find_map(|event| {
        match &event.args {
            Some(Args::Name(name)) => Some(name.clone()),
            _ => None,
        }
    })
}
