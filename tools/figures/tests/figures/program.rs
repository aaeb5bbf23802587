//! The program, as a person runs it.

use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use figures::{Caption, Timeline, WIDTH};
use serde_json::Value;
use tempfile::TempDir;
use time_utils::trace::Event;

use crate::chart;
use crate::events::{ANNA, two_workers};

/// A directory of its own for each test.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn with_trace(events: &[Event]) -> Self {
        let lines = events.iter().map(serde_json::to_string);
        let lines: Vec<_> = lines.map(Result::unwrap).collect();
        let desk = Self::new();
        fs::write(desk.file("trace.jsonl"), lines.join("\n")).unwrap();
        desk
    }

    fn with_chart(json: &str) -> Self {
        let desk = Self::new();
        fs::write(desk.file("measurement.json"), json).unwrap();
        desk
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn files(&self) -> usize {
        fs::read_dir(self.0.path()).unwrap().count()
    }

    fn figures(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_figures"));
        command.current_dir(self.0.path()).args(arguments);
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        self.figures(arguments).output().unwrap().into()
    }
}

#[derive(Debug)]
struct Run {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

impl From<Output> for Run {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Run {
    fn assert_quiet(self) -> String {
        assert_eq!((self.code, &*self.stderr), (Some(0), ""), "{self:?}");
        self.stdout
    }

    fn assert_error(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert_eq!(self.stdout, "", "{self:?}");
        assert!(self.stderr.starts_with("error: "), "{self:?}");
        assert!(!self.stderr.contains("panicked"), "{self:?}");
        for word in words {
            assert!(self.stderr.contains(word), "no {word} in {self:?}");
        }
    }
}

const CHART: [&str; 4] = ["chart", "measurement.json", "--title", "Three"];
const TIMELINE: [&str; 4] = ["timeline", "trace.jsonl", "--title", "Two"];

#[test]
fn a_timeline_goes_to_standard_output() {
    let desk = Desk::with_trace(&two_workers());
    let more = ["--id", "two", "--description", "Both work."];
    let svg = desk.run(&[&TIMELINE[..], &more].concat()).assert_quiet();
    let caption =
        Caption { id: "two", title: "Two", description: "Both work." };
    let timeline = Timeline::from_events(&two_workers());
    assert_eq!(svg, timeline.to_svg(&caption, WIDTH));
}

#[test]
fn a_timeline_goes_to_a_file_and_is_the_same() {
    let desk = Desk::with_trace(&two_workers());
    let printed = desk.run(&TIMELINE).assert_quiet();
    let more = ["--output", "two.svg"];
    let nothing = desk.run(&[&TIMELINE[..], &more].concat()).assert_quiet();
    assert_eq!(nothing, "");
    assert_eq!(fs::read_to_string(desk.file("two.svg")).unwrap(), printed);
    assert_eq!(desk.files(), 2);
}

#[test]
fn without_a_description_the_picture_is_summed_up() {
    let desk = Desk::with_trace(&two_workers());
    let svg = desk.run(&TIMELINE).assert_quiet();
    let summary = Timeline::from_events(&two_workers()).summary();
    assert!(svg.contains(&format!(">{summary}</desc>")), "{svg}");
}

#[test]
fn a_chart_is_drawn_and_summed_up() {
    let json = serde_json::to_string(&chart::usual()).unwrap();
    let svg = Desk::with_chart(&json).run(&CHART).assert_quiet();
    let summary = chart::usual().summary();
    let caption =
        Caption { id: "figure", title: "Three", description: &summary };
    assert_eq!(svg, chart::usual().to_svg(&caption, WIDTH));
}

#[test]
fn what_is_no_chart_is_named() {
    let empty = r#"{"across":{"name":"","unit":"count"},
        "up":{"name":"","unit":"seconds"},"lines":[],"levels":[],
        "mark":{"name":"","point":[0,0]}}"#;
    for (json, word) in [
        ("[]", "measurement.json: not a chart: "),
        ("{\"lines\": 7}", "measurement.json: not a chart: "),
        (empty, "measurement.json: no line has a point above zero"),
    ] {
        Desk::with_chart(json).run(&CHART).assert_error(1, &[word]);
    }
    let run = Desk::new().run(&CHART);
    run.assert_error(1, &["cannot read measurement.json: No such file"]);
}

#[test]
fn perfetto_gets_one_document() {
    let desk = Desk::with_trace(&two_workers());
    let json = desk.run(&["perfetto", "trace.jsonl"]).assert_quiet();
    let document: Value = serde_json::from_str(&json).unwrap();
    let events = document["traceEvents"].as_array().unwrap();
    assert_eq!(events.len(), two_workers().len());
}

#[test]
fn a_trace_that_is_not_there_is_named() {
    let run = Desk::new().run(&TIMELINE);
    run.assert_error(1, &["trace.jsonl", "No such file", "MP_TRACE="]);
}

#[test]
fn an_empty_trace_is_told() {
    for command in [&TIMELINE[..], &["perfetto", "trace.jsonl"]] {
        let run = Desk::with_trace(&[]).run(command);
        run.assert_error(
            1,
            &["trace.jsonl: the trace holds no events; was MP_TRACE set?"],
        );
    }
}

#[test]
fn a_trace_in_which_nothing_happened_is_told() {
    let desk = Desk::with_trace(&[ANNA.process_name(0, "Anna")]);
    desk.run(&TIMELINE).assert_error(1, &["trace.jsonl", "nothing"]);
}

#[test]
fn a_line_that_is_no_event_is_named_and_the_old_picture_stays() {
    let desk = Desk::new();
    fs::write(desk.file("trace.jsonl"), "no event\n").unwrap();
    fs::write(desk.file("two.svg"), "old").unwrap();
    let more = ["--output", "two.svg"];
    let run = desk.run(&[&TIMELINE[..], &more].concat());
    run.assert_error(1, &["trace.jsonl, line 1: not a trace event"]);
    assert_eq!(fs::read_to_string(desk.file("two.svg")).unwrap(), "old");
}

#[test]
fn a_place_that_cannot_be_written_to_is_named_and_nothing_is_left() {
    let desk = Desk::with_trace(&two_workers());
    let more = ["--output", "nowhere/two.svg"];
    let run = desk.run(&[&TIMELINE[..], &more].concat());
    run.assert_error(1, &["cannot write to nowhere/two.svg", "No such file"]);
    assert_eq!(desk.files(), 1);
}

#[test]
fn wrong_arguments_end_with_exit_code_2() {
    let desk = Desk::with_trace(&two_workers());
    let wrong_id = [&TIMELINE[..], &["--id", "two words"]].concat();
    let wrong_width = [&TIMELINE[..], &["--width", "1"]].concat();
    for (wrong, word) in [
        (&["timeline", "trace.jsonl"][..], "--title"),
        (&["perfetto"], "TRACE.jsonl"),
        (&["chart", "--title", "x"], "MEASUREMENT.json"),
        (&["sculpture"], "sculpture"),
        (&wrong_id, "--id"),
        (&wrong_width, "--width"),
    ] {
        desk.run(wrong).assert_error(2, &[word]);
    }
}

#[test]
fn each_command_has_help() {
    for command in [
        &["--help"][..],
        &["timeline", "--help"],
        &["chart", "--help"],
        &["perfetto", "--help"],
    ] {
        assert!(Desk::new().run(command).assert_quiet().contains("Usage:"));
    }
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let desk = Desk::with_trace(&two_workers());
    for command in [&TIMELINE[..], &["perfetto", "trace.jsonl"]] {
        let mut figures = desk.figures(command);
        figures.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut running = figures.spawn().unwrap();
        drop(running.stdout.take());
        let run = Run::from(running.wait_with_output().unwrap());
        assert_eq!(run.assert_quiet(), "");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_told() {
    let desk = Desk::with_trace(&two_workers());
    let full = File::options().write(true).open("/dev/full").unwrap();
    let run = desk.figures(&TIMELINE).stdout(full).output().unwrap();
    Run::from(run).assert_error(1, &["standard output", "No space left"]);
    let more = ["--output", "/dev/full"];
    let run = desk.run(&[&TIMELINE[..], &more].concat());
    run.assert_error(1, &["/dev/full", "No space left"]);
}
