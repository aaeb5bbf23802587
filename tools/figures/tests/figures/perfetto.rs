//! What Perfetto gets.

use figures::perfetto;
use serde_json::Value;

use crate::events::{ANNA, MAIN, two_workers};

fn convert(events: &[time_utils::trace::Event]) -> Vec<Value> {
    let document: Value =
        serde_json::from_str(&perfetto(events).unwrap()).unwrap();
    document["traceEvents"].as_array().unwrap().clone()
}

#[test]
fn every_event_is_there_in_its_order() {
    let events = two_workers();
    let converted = convert(&events);
    assert_eq!(converted.len(), events.len());
    for (event, value) in events.iter().zip(&converted) {
        assert_eq!(value["name"], *event.name);
        assert_eq!(value["ts"], event.ts);
        assert_eq!(value["pid"], event.pid);
        assert_eq!(value["tid"], event.tid);
        assert!(value["cat"].is_string() && value["ph"].is_string());
    }
}

#[test]
fn names_are_where_the_format_wants_them() {
    let events = [ANNA.process_name(0, "Anna")];
    assert_eq!(convert(&events)[0]["args"]["name"], "Anna");
}

#[test]
fn messages_have_numbers_and_arrive_in_the_bar_around_them() {
    let events = [
        MAIN.sent(0, "task 1"),
        MAIN.sent(1, "task 2"),
        ANNA.received(2, "task 1"),
        ANNA.end(3),
    ];
    let converted = convert(&events);
    let ids = converted.iter().map(|event| event["id"].as_u64());
    assert_eq!(ids.collect::<Vec<_>>(), [Some(1), Some(2), Some(1), None]);
    let ends: Vec<_> = converted.iter().map(|event| &event["bp"]).collect();
    assert_eq!(ends, [&Value::Null, &Value::Null, &"e".into(), &Value::Null]);
}
