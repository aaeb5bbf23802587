//! Whoever takes too much is ended, and the server goes on.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::client::{Server, wait_until};
use crate::place::{CHECK, MAIN, RIGHT};

/// The server goes on after `deed`, and nobody is left of it: that, `finish`
/// sees, and that all temporary files are gone.
fn events_of(deed: &str) -> Vec<Value> {
    let mut server = Server::start();
    let events = server.run("limited", deed).rest();
    server.is_well();
    let lines = server.run("limited", "tell").rest();
    let last = lines.last().unwrap();
    let [_, stderr] = server.running.printed();
    assert_eq!(last["success"], true, "{lines:?}\n-- stderr:\n{stderr}");
    let _ = server.finish();
    events
}

fn limit(events: &[Value]) -> Option<&str> {
    assert_eq!(events.last().unwrap()["event"], "ended", "{events:?}");
    let limit = events.iter().find(|event| event["event"] == "limit")?;
    limit["limit"].as_str()
}

#[test]
fn a_run_that_goes_on_for_too_long_is_ended() {
    let server = Server::start();
    let start = Instant::now();
    let events = server.run("limited", "wait").rest();
    assert_eq!(limit(&events), Some("time"));
    assert!(start.elapsed() >= Duration::from_secs(5));
    server.is_well();
    let _ = server.finish();
}

#[test]
fn a_run_that_prints_too_much_is_ended() {
    let events = events_of("flood");
    assert_eq!(limit(&events), Some("output"));
    let printed: usize = events.iter().filter_map(length).sum();
    // What one read brings may be beyond it.
    assert!(printed <= 65536 + 16 * 1024, "{printed} bytes");
}

#[test]
fn so_is_one_whose_line_never_ends() {
    let events = events_of("flood_without_lines");
    assert_eq!(limit(&events), Some("output"));
    let printed: usize = events.iter().filter_map(length).sum();
    assert!(printed <= 2 * (65536 + 16 * 1024), "{printed} bytes");
}

fn length(event: &Value) -> Option<usize> {
    (event["event"] == "line").then(|| event["text"].as_str().unwrap().len())
}

#[test]
fn a_run_that_fills_the_memory_is_ended() {
    let events = events_of("memory");
    assert_eq!(limit(&events), Some("memory"));
}

#[test]
fn a_run_that_starts_process_after_process_is_ended() {
    assert_eq!(limit(&events_of("bomb")), Some("processes"));
}

#[test]
fn so_is_one_whose_processes_each_begin_a_session() {
    assert_eq!(limit(&events_of("bomb_of_sessions")), Some("processes"));
}

#[test]
fn a_file_that_grows_too_long_ends_its_writer() {
    let events = events_of("file");
    assert_eq!(limit(&events), None);
    let ended = events.last().unwrap();
    assert_eq!(ended["success"], false, "{ended}");
    assert!(ended["how"].as_str().unwrap().contains("SIGXFSZ"), "{ended}");
}

#[test]
fn a_page_that_does_not_read_delays_no_limit() {
    let server = Server::start();
    let run = server.run("talkative", "flood_and_wait");
    let started = "talkative flood_and_wait";
    let is_there = |server: &Server| {
        let members = server.running.descendants();
        members.iter().any(|it| it.command.ends_with(started))
    };
    let minute = Duration::from_mins(1);
    wait_until(minute, "it is never started", || is_there(&server));
    // Three seconds; a server that waits for the page gives it ten.
    wait_until(Duration::from_secs(8), "it goes on", || !is_there(&server));
    drop(run);
    let _ = server.finish();
}

/// It starts more processes than any exercise needs, all at once.
const BOMB: &str = r#"#[test]
fn it_says_hello() {
    let start = |_| std::process::Command::new("sleep").arg("20").spawn();
    let mut all: Vec<_> = (0..400).filter_map(|it| start(it).ok()).collect();
    for child in &mut all {
        child.wait().unwrap();
    }
}
"#;

#[test]
fn a_check_that_starts_process_after_process_is_ended() {
    let server = Server::start();
    server.place.write(MAIN, RIGHT);
    server.place.write(CHECK, BOMB);
    let events = server.post("/_live/check/hello_world").events().rest();
    let limit = events.iter().find(|event| event["event"] == "limit");
    assert_eq!(limit.unwrap()["limit"], "processes", "{events:?}");
    assert_eq!(events.last().unwrap()["event"], "verdict", "{events:?}");
    assert_ne!(events.last().unwrap()["verdict"]["kind"], "passes");
    server.is_well();
    let _ = server.finish();
}
