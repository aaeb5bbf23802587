//! Traces that no program should write, and killed ones do.

use figures::{Caption, Timeline, perfetto};
use roxmltree::Document;
use time_utils::trace::{Args, Category, Event, Phase};

use crate::events::{ANNA, MAIN};

fn assert_draws(events: &[Event]) {
    let timeline = Timeline::from_events(events);
    let caption = Caption { id: "odd", title: "", description: "" };
    for width in [0, 1, 360, 720, u32::MAX] {
        let svg = timeline.to_svg(&caption, width);
        Document::parse(&svg).expect(&svg);
        assert!(svg.lines().all(|line| !line.trim().is_empty()), "{svg}");
        let no_number = svg.contains("NaN") || svg.contains("inf");
        assert!(!no_number && !svg.contains("width='-"), "{svg}");
    }
    for bar in timeline.lanes.iter().flat_map(|lane| &lane.bars) {
        assert!(bar.start <= bar.end && bar.end <= timeline.length, "{bar:?}");
    }
    let _ = timeline.summary();
    perfetto(events).unwrap();
}

#[test]
fn no_event_at_all() {
    assert_draws(&[]);
}

#[test]
fn a_single_event() {
    for event in [
        MAIN.task(0, "work"),
        MAIN.end(0),
        MAIN.sent(0, "1"),
        MAIN.received(0, "1"),
        MAIN.process_name(0, "MainProcess"),
        MAIN.saw_end(0, ANNA, "exit code 0"),
        MAIN.saw_end(0, MAIN, "signal 9 (SIGKILL)"),
    ] {
        assert_draws(&[event]);
    }
}

#[test]
fn an_end_without_a_beginning() {
    assert_draws(&[
        MAIN.end(0),
        MAIN.task(1, "work"),
        MAIN.end(2),
        MAIN.end(3),
    ]);
}

#[test]
fn a_span_without_a_length() {
    assert_draws(&[MAIN.task(0, "work"), MAIN.end(0)]);
    let all_at_once = [
        MAIN.life(0, "MainProcess"),
        MAIN.sent(0, "1"),
        ANNA.life(0, "Anna"),
        ANNA.received(0, "1"),
        MAIN.saw_end(0, ANNA, "signal 9 (SIGKILL)"),
    ];
    assert_draws(&all_at_once);
}

#[test]
fn the_longest_time_there_is() {
    let mut events = [MAIN.task(0, "work"), ANNA.task(0, "work"), MAIN.end(1)];
    (events[0].ts, events[2].ts) = (0, u64::MAX);
    assert_draws(&events);
}

/// Not random: the same events in every run.
#[test]
fn whatever_events_there_are() {
    let mut dice = Dice(1);
    for _ in 0..3_000 {
        let count = dice.roll(14);
        let events: Vec<_> = (0..count).map(|_| dice.event()).collect();
        assert_draws(&events);
    }
}

/// Numbers from a xorshift generator.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        u32::try_from(self.0 >> 33).unwrap() % sides
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> T {
        let sides = u32::try_from(all.len()).unwrap();
        all[usize::try_from(self.roll(sides)).unwrap()].clone()
    }

    fn event(&mut self) -> Event {
        use Category::{Message, Process, Task, Wait};
        use Phase::{Begin, End, Instant, Metadata, Received, Sent};
        let ended = Args::Ended { pid: self.roll(3), how: "signal 9".into() };
        let name = Some(Args::Name("\n\n<&>".into()));
        let name_or_work = ["process_name", "thread_name", "work"];
        Event {
            name: self.one_of(&name_or_work).to_owned(),
            cat: self.one_of(&[Process, Task, Wait, Message]),
            ph: self.one_of(&[Begin, End, Instant, Metadata, Sent, Received]),
            ts: u64::from(self.roll(6)) * u64::from(self.roll(9_000)),
            pid: self.roll(3),
            tid: self.roll(2),
            id: self.one_of(&[None, Some("1".into()), Some("2".into())]),
            args: self.one_of(&[None, name, Some(ended)]),
        }
    }
}
