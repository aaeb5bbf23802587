//! What another program, such as the book's server, relies on.

use std::fs;
use std::io::pipe;
use std::os::fd::AsFd as _;

use course::{
    Catalogue, Event, Exercise, Manner, Outcome, Progress, Standing, Verdict,
    check,
};

use crate::place::{FIRST_CHECK, Place, RIGHT, WRONG};

/// It writes the number of a process that would go on, and waits for it.
const HANGING: &str = r#"use std::os::unix::process::CommandExt as _;
use std::process::Command;

#[test]
fn a_first_one_starts_somebody() {
    let mut command = Command::new("sleep");
    let child = command.arg("600").process_group(0).spawn().unwrap();
    std::fs::write("pid", child.id().to_string()).unwrap();
}

#[test]
fn this_one_hangs() {
    loop {
        std::thread::park();
    }
}
"#;

fn first(place: &Place) -> Exercise {
    let catalogue = Catalogue::read(place.root()).unwrap();
    catalogue.get("hello_world").unwrap().clone()
}

fn events(exercise: &Exercise) -> Vec<Event> {
    let mut events = Vec::new();
    let push = |event| {
        events.push(event);
        Ok(())
    };
    check(exercise, Manner::default(), None, push).unwrap().unwrap();
    events
}

#[test]
fn events_come_in_order_and_end_with_the_verdict() {
    let place = Place::new();
    place.solve(WRONG);
    let mut events = events(&first(&place));
    assert_eq!(events.remove(0), Event::Building);
    // What it stands on has never been compiled here.
    assert_eq!(events.remove(0), Event::Compiling);
    assert_eq!(events.remove(0), Event::Testing);
    // The two tests run at once.
    events[..2].sort_by_key(|event| format!("{event:?}"));
    let decided =
        |test: &str, outcome| Event::Decided { test: test.to_owned(), outcome };
    let expected = [
        decided("it_says_hello", Outcome::Failed),
        decided("it_says_something", Outcome::Ok),
        Event::Failure {
            test: "it_says_hello".to_owned(),
            message: "It printed \"hallo\\n\".\nIt was to say hello."
                .to_owned(),
        },
        Event::Verdict { verdict: Verdict::Fails },
    ];
    assert_eq!(events, expected);
}

#[test]
fn events_can_be_sent_elsewhere() {
    let place = Place::new();
    place.solve("fn main() { hello }\n");
    let events = events(&first(&place));
    let is_error = |event: &Event| {
        matches!(event, Event::Compiler { is_error: true, text }
            if text.contains("E0425"))
    };
    assert!(events.iter().any(is_error), "{events:?}");
    let text = serde_json::to_string(&events).unwrap();
    assert!(text.contains(r#"{"event":"building"}"#), "{text}");
    assert!(
        text.contains(r#""verdict":{"kind":"does_not_compile"}"#),
        "{text}"
    );
    let back: Vec<Event> = serde_json::from_str(&text).unwrap();
    assert_eq!(back, events);
}

#[test]
fn a_check_that_nobody_wants_any_more_is_ended_with_all_of_it() {
    let place = Place::new();
    place.solve(RIGHT);
    place.write(FIRST_CHECK, HANGING);
    let exercise = first(&place);
    let (cancel, wanted) = pipe().unwrap();
    let mut wanted = Some(wanted);
    let go_away = |event| {
        if matches!(event, Event::Decided { .. }) {
            wanted = None;
        }
        Ok(())
    };
    let manner = Manner::default();
    let verdict = check(&exercise, manner, Some(cancel.as_fd()), go_away);
    assert_eq!(verdict.unwrap(), None);
    let pid = fs::read_to_string(exercise.directory().join("pid")).unwrap();
    // Of a zombie, which another has to put away, nothing is left there.
    let process = format!("/proc/{pid}/cmdline");
    let command = fs::read_to_string(process).unwrap_or_default();
    assert_eq!(command, "", "{pid} goes on");
}

#[test]
fn an_error_of_whoever_is_told_ends_the_check() {
    let place = Place::new();
    place.solve(RIGHT);
    place.write(FIRST_CHECK, HANGING);
    let fail = |event| match event {
        Event::Decided { .. } => anyhow::bail!("nobody listens"),
        _ => Ok(()),
    };
    let verdict = check(&first(&place), Manner::default(), None, fail);
    assert_eq!(verdict.unwrap_err().to_string(), "nobody listens");
}

#[test]
fn what_is_changed_during_a_check_has_no_verdict_yet() {
    let place = Place::new();
    place.solve(WRONG);
    let (exercise, progress) = (first(&place), Progress::of(place.root()));
    let solve = |event| {
        if event == Event::Testing {
            place.solve(RIGHT);
        }
        Ok(())
    };
    let verdict = progress.check(&exercise, Manner::default(), None, solve);
    assert_eq!(verdict.unwrap(), Some(Verdict::Fails));
    assert_eq!(progress.known(&exercise).unwrap(), None);
    // Nor has what was there before: nobody knows which of them was judged.
    place.solve(WRONG);
    assert_eq!(progress.known(&exercise).unwrap(), None);
    place.solve(RIGHT);
    assert_eq!(progress.standing(&exercise).unwrap(), Standing::Passes);
}
