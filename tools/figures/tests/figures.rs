//! What a figure promises: it tells what the trace tells, whatever the trace
//! lacks, and it can stand inside a page.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

use std::fs;

use figures::{Arrow, Bar, Caption, Empty, Kind, Timeline, draw, to_perfetto};
use lesson_check::Program;
use tempfile::tempdir;
use time_utils::trace::{Args, Category, Event, Phase};

const CAPTION: Caption<'_> =
    Caption { id: "two", title: "A <title>", description: "What & how" };

/// Something that happens in the process `pid` at the time `ts`.
fn event(ts: u64, pid: u32, ph: Phase, name: &str) -> Event {
    let (cat, tid) = (Category::Task, 1);
    let name = name.to_owned();
    Event { name, cat, ph, ts, pid, tid, id: None, args: None }
}

fn begin(ts: u64, pid: u32, name: &str) -> Event {
    event(ts, pid, Phase::Begin, name)
}

fn end(ts: u64, pid: u32, name: &str) -> Event {
    event(ts, pid, Phase::End, name)
}

fn named(pid: u32, what: &str, name: &str) -> Event {
    let args = Some(Args::Name(name.into()));
    Event { args, ..event(1000, pid, Phase::Metadata, what) }
}

fn message(ts: u64, pid: u32, ph: Phase, id: &str) -> Event {
    Event { id: Some(id.into()), ..event(ts, pid, ph, "argument") }
}

fn ended(ts: u64, pid: u32, how: &str) -> Event {
    let args = Some(Args::Ended { pid, how: how.into() });
    Event { args, ..event(ts, 1, Phase::Instant, "ended") }
}

fn bar(name: &str, begin: u64, end: u64) -> Bar {
    let name = name.to_owned();
    Bar { name, kind: Kind::Task, begin, end, cut_off: None }
}

fn timeline(events: &[Event]) -> Timeline {
    Timeline::from_events(events).unwrap()
}

#[test]
fn each_process_has_a_lane_with_the_name_that_it_was_given() {
    let events = [
        named(1, "process_name", "MainProcess"),
        begin(1000, 1, "main"),
        begin(1010, 2, "work"),
        named(3, "process_name", "Process_3"),
        named(3, "thread_name", "Thread_1"),
        begin(1020, 3, "work"),
    ];
    let names: Vec<_> =
        timeline(&events).lanes.into_iter().map(|lane| lane.name).collect();
    assert_eq!(names, ["MainProcess", "PID 2", "Thread_1"]);
}

#[test]
fn the_threads_of_a_process_stand_below_each_other() {
    let thread = |ts, pid, tid| Event { tid, ..begin(ts, pid, "work") };
    let events = [thread(0, 7, 1), thread(1, 8, 1), thread(2, 7, 2)];
    let names: Vec<_> =
        timeline(&events).lanes.into_iter().map(|lane| lane.name).collect();
    assert_eq!(names, ["PID 7", "PID 7", "PID 8"]);
}

#[test]
fn an_end_belongs_to_what_began_last() {
    let events = [
        begin(1000, 1, "outer"),
        begin(1010, 1, "inner"),
        end(1020, 1, "inner"),
        begin(1030, 1, "second"),
        end(1040, 1, "second"),
        end(1050, 1, "outer"),
    ];
    let bars = &timeline(&events).lanes[0].bars;
    let expected =
        [bar("outer", 0, 50), bar("inner", 10, 20), bar("second", 30, 40)];
    assert_eq!(bars[..], expected);
}

#[test]
fn what_was_killed_ends_where_its_parent_saw_it_end() {
    let events = [
        begin(1000, 1, "main"),
        begin(1010, 2, "work"),
        ended(1040, 2, "signal 9 (SIGKILL)"),
        end(1090, 1, "main"),
    ];
    let timeline = timeline(&events);
    let [main, worker] = &timeline.lanes[..] else { panic!("{timeline:?}") };
    assert_eq!(main.bars[..], [bar("main", 0, 90)]);
    let how = Some("signal 9 (SIGKILL)".to_owned());
    let cut_off = Bar { cut_off: how, ..bar("work", 10, 40) };
    assert_eq!(worker.bars[..], [cut_off]);
    let svg = draw(&timeline, &CAPTION);
    assert_eq!(svg.matches("stroke-dasharray").count(), 1, "{svg}");
    assert!(svg.contains("cut off: signal 9 (SIGKILL)"), "{svg}");
}

#[test]
fn what_nobody_saw_end_lasts_to_the_end_of_the_trace() {
    let events = [begin(0, 2, "work"), begin(5, 1, "m"), end(50, 1, "m")];
    let bars = &timeline(&events).lanes[0].bars;
    assert_eq!(bars[0].end, 50);
    assert!(bars[0].cut_off.is_some());
}

#[test]
fn a_message_is_an_arrow_between_its_lanes() {
    let events = [
        begin(0, 1, "main"),
        message(10, 1, Phase::Sent, "a"),
        begin(20, 2, "work"),
        message(30, 2, Phase::Received, "a"),
        message(35, 2, Phase::Received, "never sent"),
        message(40, 1, Phase::Sent, "never received"),
    ];
    let timeline = timeline(&events);
    assert_eq!(timeline.arrows, [Arrow { from: (0, 10), to: (1, 30) }]);
}

#[test]
fn a_trace_without_spans_is_an_error() {
    assert_eq!(Timeline::from_events(&[]), Err(Empty));
    let name = named(1, "process_name", "MainProcess");
    assert_eq!(Timeline::from_events(&[name]), Err(Empty));
}

/// A picture with everything in it.
fn picture() -> String {
    let kind = |cat, event| Event { cat, ..event };
    let events = [
        named(1, "process_name", "a <lane> & \"more\""),
        kind(Category::Wait, begin(1000, 1, "wait")),
        message(1001, 1, Phase::Sent, "x"),
        kind(Category::Process, begin(1002, 2, "life")),
        message(1003, 2, Phase::Received, "x"),
        begin(1004, 2, "a\n\ntask"),
        ended(2000, 2, "signal 9 (SIGKILL)"),
        end(9000, 1, "wait"),
    ];
    draw(&timeline(&events), &CAPTION)
}

#[test]
fn a_picture_is_well_formed_and_says_what_it_is() {
    let svg = picture();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let root = document.root_element();
    assert_eq!(root.attribute("role"), Some("img"));
    let told: Vec<_> = root
        .attribute("aria-labelledby")
        .unwrap()
        .split(' ')
        .map(|id| {
            let mut all = root.descendants();
            let node = all.find(|n| n.attribute("id") == Some(id)).unwrap();
            node.text().unwrap()
        })
        .collect();
    assert_eq!(told, ["A <title>", "What & how"]);
    let texts: Vec<_> = root.descendants().filter_map(|n| n.text()).collect();
    assert!(texts.contains(&"a <lane> & \"more\""), "{texts:?}");
}

#[test]
fn a_picture_can_stand_inside_markdown() {
    // A blank line would end it there.
    assert!(picture().lines().all(|line| !line.trim().is_empty()));
}

#[test]
fn a_picture_has_the_colours_of_the_page_and_some_of_its_own() {
    let svg = picture();
    for style in svg.split("style=\"").skip(1) {
        let style = style.split('"').next().unwrap();
        for colour in ["fill:", "stroke:"] {
            let Some((_, value)) = style.split_once(colour) else { continue };
            assert!(
                value.starts_with("none") || value.starts_with("var(--mp-"),
                "{style}"
            );
        }
    }
    assert!(!svg.contains("class="), "{svg}");
}

#[test]
fn the_same_trace_draws_the_same_picture() {
    assert_eq!(picture(), picture());
}

#[test]
fn no_trace_however_odd_is_too_much() {
    let phases = [
        Phase::Begin,
        Phase::End,
        Phase::Sent,
        Phase::Received,
        Phase::Metadata,
        Phase::Instant,
    ];
    // Every sequence of four events in two processes.
    for code in 0..12_u32.pow(4) {
        let events: Vec<_> = (0..4)
            .map(|at| {
                let digit = code / 12_u32.pow(at) % 12;
                let phase = phases[(digit / 2) as usize];
                message(u64::from(at) * 3, 1 + digit % 2, phase, "id")
            })
            .collect();
        if let Ok(timeline) = Timeline::from_events(&events) {
            let svg = draw(&timeline, &CAPTION);
            assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        }
    }
}

#[test]
fn for_perfetto_the_events_are_one_document() {
    let events = [begin(1, 1, "main"), message(2, 1, Phase::Received, "a")];
    let document = to_perfetto(&events).unwrap();
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let events = document["traceEvents"].as_array().unwrap();
    assert_eq!(events.len(), 2);
    assert_eq!((&events[0]["ph"], &events[0]["ts"]), (&"B".into(), &1.into()));
    assert_eq!(events[1]["bp"], "e");
}

// The command.

fn command(arguments: &[&str]) -> Program {
    Program::new(env!("CARGO_BIN_EXE_figures")).args(arguments)
}

#[test]
fn the_command_draws_a_trace_to_a_file_or_to_standard_output() {
    let directory = tempdir().unwrap();
    let (trace, svg) = (directory.path().join("t"), directory.path().join("s"));
    let line = serde_json::to_string(&begin(1, 1, "main")).unwrap();
    fs::write(&trace, line + "\n").unwrap();
    let trace = trace.to_str().unwrap();
    let draw = ["timeline", trace, "--title", "Mine"];
    let shown = command(&draw).run().success().quiet().stdout;
    assert!(shown.starts_with("<svg") && shown.ends_with("</svg>\n"));
    let run = command(&draw).arg("--output").arg(&svg).run();
    assert_eq!(run.success().quiet().stdout, "");
    assert_eq!(fs::read_to_string(&svg).unwrap(), shown);
    let _ = command(&["perfetto", trace]).run().success().quiet();
}

#[test]
fn the_command_says_what_is_wrong() {
    let directory = tempdir().unwrap();
    let empty = directory.path().join("empty");
    fs::write(&empty, "").unwrap();
    let empty = empty.to_str().unwrap();
    let draw = |trace| ["timeline", trace, "--title", "Mine"];
    let run = command(&draw(empty)).run().code(1);
    assert!(run.stderr.contains("was MP_TRACE set?"), "{run}");
    let run = command(&draw("/no/such/trace")).run().code(1);
    assert!(run.stderr.contains("/no/such/trace: No such file"), "{run}");
    for wrong in [&["timeline"][..], &["nonsense"], &[]] {
        let run = command(wrong).run().code(2);
        assert!(run.stderr.contains("Usage"), "{run}");
    }
}
