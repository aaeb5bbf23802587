//! Who ran when: what the program's processes told of themselves.

use std::collections::HashMap;

use time_utils::trace::{Category, Event, Phase};

/// Something that began, and perhaps ended, in one of the program's threads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// What it is called: the process's name, the task's, `join Process_1`.
    pub name: String,
    /// What kind of thing it is.
    pub category: Category,
    /// The process that it happened in.
    pub pid: u32,
    /// The thread in that process: 1 for the first one that traced.
    pub thread: u32,
    /// When it began, in microseconds on the clock of all processes.
    pub begin: u64,
    /// When it ended; `None` where the process was ended first.
    pub end: Option<u64>,
}

impl Span {
    /// Whether there was a moment when both were under way.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        let ends = |span: &Self| span.end.unwrap_or(u64::MAX);
        self.begin < ends(other) && other.begin < ends(self)
    }
}

/// The spans of a trace, in the order of their beginnings. An end belongs to
/// the innermost span that is open in its thread.
pub(crate) fn spans(mut events: Vec<Event>) -> Vec<Span> {
    events.sort_by_key(|event| event.ts);
    let mut spans: Vec<Span> = Vec::new();
    let mut open: HashMap<(u32, u32), Vec<usize>> = HashMap::new();
    for event in &events {
        let thread = open.entry((event.pid, event.tid)).or_default();
        match event.ph {
            Phase::Begin => {
                thread.push(spans.len());
                spans.push(Span::begun(event));
            }
            Phase::End => {
                let innermost = thread.pop();
                let span = innermost.and_then(|at| spans.get_mut(at));
                if let Some(span) = span {
                    span.end = Some(event.ts);
                }
            }
            _ => {}
        }
    }
    spans
}

impl Span {
    fn begun(event: &Event) -> Self {
        Self {
            name: event.name.clone(),
            category: event.cat,
            pid: event.pid,
            thread: event.tid,
            begin: event.ts,
            end: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(ph: Phase, name: &str, pid: u32, ts: u64) -> Event {
        let (cat, name) = (Category::Task, name.to_owned());
        Event { name, cat, ph, ts, pid, tid: 1, id: None, args: None }
    }

    #[test]
    fn spans_of_two_processes_are_told_apart() {
        let spans = spans(vec![
            event(Phase::Begin, "a", 1, 10),
            event(Phase::Begin, "b", 2, 20),
            event(Phase::End, "", 1, 30),
            event(Phase::End, "", 2, 40),
            event(Phase::Begin, "c", 1, 40),
        ]);
        let ends: Vec<_> = spans.iter().map(|span| span.end).collect();
        assert_eq!(ends, [Some(30), Some(40), None]);
        assert!(spans[0].overlaps(&spans[1]));
        assert!(!spans[1].overlaps(&spans[2]));
        assert!(spans[2].overlaps(&spans[2]));
    }
}
