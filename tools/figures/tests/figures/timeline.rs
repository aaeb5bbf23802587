//! The model: what a trace tells.

use std::time::Duration;

use figures::{Arrow, Death, Lane, Stop, Timeline};
use time_utils::trace::Event;

use crate::events::{ANNA, BERT, MAIN, two_workers};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn names(events: &[Event]) -> Vec<String> {
    let lanes = Timeline::from_events(events).lanes;
    lanes.into_iter().map(|lane| lane.name).collect()
}

fn only_lane(events: &[Event]) -> Lane {
    let mut lanes = Timeline::from_events(events).lanes;
    assert_eq!(lanes.len(), 1, "{lanes:?}");
    lanes.remove(0)
}

#[test]
fn a_lane_has_the_name_of_its_process_and_stands_where_that_appeared() {
    assert_eq!(names(&two_workers()), ["MainProcess", "Anna", "Bert"]);
}

#[test]
fn a_name_that_comes_late_counts() {
    let events = [ANNA.task(0, "work"), ANNA.process_name(1, "Anna")];
    assert_eq!(names(&events), ["Anna"]);
}

#[test]
fn a_lane_without_a_name_has_its_pid() {
    assert_eq!(names(&[ANNA.task(0, "work")]), ["PID 20"]);
}

#[test]
fn further_threads_stand_below_their_process_with_their_own_names() {
    let events = [
        ANNA.process_name(0, "Anna"),
        ANNA.task(0, "work"),
        BERT.task(1, "work"),
        ANNA.second().thread_name(2, "feeder"),
        ANNA.second().task(2, "feed"),
    ];
    assert_eq!(names(&events), ["Anna", "feeder", "PID 30"]);
}

#[test]
fn a_thread_that_did_nothing_has_no_lane() {
    let events = [
        MAIN.process_name(0, "MainProcess"),
        ANNA.task(1, "work"),
        MAIN.saw_end(2, ANNA, "exit code 0"),
    ];
    assert_eq!(names(&events), ["PID 20"]);
}

#[test]
fn times_count_from_the_first_event() {
    let events = [MAIN.process_name(5, "MainProcess"), MAIN.task(7, "work")];
    let timeline = Timeline::from_events(&events);
    assert_eq!(timeline.lanes[0].bars[0].start, ms(2));
    assert_eq!(timeline.length, ms(2));
}

#[test]
fn an_end_belongs_to_the_innermost_beginning_of_its_thread() {
    let lane = only_lane(&[
        ANNA.life(0, "Anna"),
        ANNA.task(10, "outer"),
        ANNA.wait(20, "inner"),
        ANNA.end(30),
        ANNA.end(40),
        ANNA.end(50),
    ]);
    let told = lane.bars.iter().map(|bar| {
        assert!(bar.finished);
        (bar.name.as_str(), bar.depth, bar.start, bar.end)
    });
    let told = told.collect::<Vec<_>>();
    assert_eq!(
        told,
        [
            ("Anna", 0, ms(0), ms(50)),
            ("outer", 0, ms(10), ms(40)),
            ("inner", 1, ms(20), ms(30)),
        ]
    );
    assert_eq!(lane.death, None);
}

#[test]
fn threads_of_one_process_do_not_end_each_others_tasks() {
    let timeline = Timeline::from_events(&[
        ANNA.task(0, "work"),
        ANNA.second().task(1, "feed"),
        ANNA.end(2),
        ANNA.second().end(3),
    ]);
    let ends = timeline.lanes.iter().map(|lane| lane.bars[0].end);
    assert_eq!(ends.collect::<Vec<_>>(), [ms(2), ms(3)]);
}

#[test]
fn what_a_killed_process_left_open_ends_when_its_end_was_seen() {
    let timeline = Timeline::from_events(&two_workers());
    let bert = &timeline.lanes[2];
    let how = "signal 9 (SIGKILL)".to_owned();
    assert_eq!(bert.death, Some(Death { at: ms(80), how }));
    for bar in &bert.bars {
        assert_eq!((bar.finished, bar.end), (false, ms(80)), "{bar:?}");
    }
}

#[test]
fn a_process_that_came_to_its_end_has_no_death() {
    let timeline = Timeline::from_events(&two_workers());
    assert_eq!(timeline.lanes[1].death, None);
}

#[test]
fn what_nobody_saw_the_end_of_goes_on_to_the_end_of_the_trace() {
    let timeline =
        Timeline::from_events(&[ANNA.task(0, "work"), BERT.task(9, "work")]);
    let [anna, bert] = &timeline.lanes[..] else { panic!("{timeline:?}") };
    assert_eq!((anna.bars[0].finished, anna.bars[0].end), (false, ms(9)));
    assert_eq!((&anna.death, &bert.death), (&None, &None));
}

#[test]
fn the_death_of_an_earlier_process_of_the_same_number_is_not_its_own() {
    let lane = only_lane(&[
        ANNA.task(0, "first"),
        ANNA.end(1),
        MAIN.saw_end(2, ANNA, "exit code 0"),
        ANNA.task(3, "second"),
        MAIN.saw_end(4, ANNA, "signal 9 (SIGKILL)"),
    ]);
    assert_eq!(lane.death.unwrap().at, ms(4));
}

#[test]
fn an_arrow_joins_the_lanes_of_the_same_id() {
    let timeline = Timeline::from_events(&two_workers());
    let arrow = |lane, sent, received| Arrow {
        name: "argument".to_owned(),
        from: Stop { lane: 0, at: ms(sent) },
        to: Stop { lane, at: ms(received) },
    };
    assert_eq!(timeline.arrows, [arrow(1, 5, 10), arrow(2, 11, 13)]);
}

#[test]
fn an_id_that_is_used_again_is_another_message() {
    let timeline = Timeline::from_events(&[
        MAIN.sent(0, "1"),
        ANNA.received(1, "1"),
        ANNA.sent(2, "1"),
        MAIN.received(3, "1"),
    ]);
    let starts = timeline.arrows.iter().map(|arrow| arrow.from.lane);
    assert_eq!(starts.collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_message_without_its_other_end_is_no_arrow() {
    let events = [
        MAIN.sent(0, "lost"),
        ANNA.received(1, "unknown"),
        // It does not leave its lane.
        MAIN.sent(2, "mine"),
        MAIN.received(3, "mine"),
    ];
    assert_eq!(Timeline::from_events(&events).arrows, []);
}

#[test]
fn the_order_of_the_lines_does_not_matter() {
    let mut events = two_workers();
    let expected = Timeline::from_events(&events);
    // Lines of one process keep their order: they may have the same time.
    events.sort_by_key(|event| event.pid);
    events.rotate_left(7);
    assert_eq!(Timeline::from_events(&events).lanes, expected.lanes);
}

#[test]
fn the_summary_names_the_lanes_and_the_deaths() {
    let summary = Timeline::from_events(&two_workers()).summary();
    assert_eq!(
        summary,
        "MainProcess, Anna, Bert (signal 9 (SIGKILL)): 100.0 ms"
    );
}
