//! However a run, a build or a check ends, nothing of it is left: no process,
//! no temporary file. At the server's own end `finish` sees that, too.

use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lesson_check::{Member, Signal, list};

use crate::client::{Events, Server};
use crate::place::{CHECK, MAIN, RIGHT};

/// The promise is one second; a machine may be busy with other tests.
const SOON: Duration = Duration::from_secs(5);

/// What runs when it is to be ended.
const RUNS: [&str; 4] = ["wait", "tree", "deaf", "leave_a_file"];

/// It starts a process that minds no signal, and waits for it.
const HANGING: &str = r#"use std::process::Command;

#[test]
fn a_first_one_is_decided() {}

#[test]
fn this_one_hangs() {
    let mut command = Command::new("setsid");
    command.args(["sh", "-c", "trap '' TERM INT; while :; do sleep 60; done"]);
    command.status().unwrap();
}
"#;

/// Waits until everybody but the server has gone, zombies too, and whatever
/// they had in the temporary directory.
fn see_that_nothing_is_left(server: &Server, what: &str) {
    let deadline = Instant::now() + SOON;
    let mut left = server.running.descendants();
    while !left.is_empty() {
        assert!(Instant::now() < deadline, "{what} left\n{}", list(&left));
        sleep(Duration::from_millis(10));
        left = server.running.descendants();
    }
}

fn keeper(server: &Server) -> Member {
    let mut members = server.running.descendants().into_iter();
    members.find(|it| it.parent == server.running.pid()).unwrap()
}

/// A check with a test that hangs, as far as that.
fn hanging_check() -> (Server, Events) {
    let server = Server::start();
    server.place.write(MAIN, RIGHT);
    server.place.write(CHECK, HANGING);
    let mut events = server.post("/_live/check/hello_world").events();
    events.until("decided");
    // The keeper, cargo, the tests, the shell and its sleep.
    wait_for(&server, 5);
    (server, events)
}

/// A build that goes on for ever, as far as the compiler.
fn endless_build() -> (Server, Events) {
    let server = Server::start();
    let mut events = server.wish("endless", "{\"chosen\":[]}").events();
    events.until("building");
    wait_for(&server, 3);
    (server, events)
}

fn wait_for(server: &Server, count: usize) {
    let deadline = Instant::now() + Duration::from_mins(1);
    while server.running.descendants().len() < count {
        assert!(Instant::now() < deadline, "there are never {count}");
        sleep(Duration::from_millis(10));
    }
}

#[test]
fn stop_ends_a_run() {
    let server = Server::start();
    for deed in RUNS {
        drop(server.run_until_it_waits(deed));
        see_that_nothing_is_left(&server, deed);
    }
    let _ = server.finish();
}

#[test]
fn stop_ends_a_build() {
    let (server, events) = endless_build();
    drop(events);
    see_that_nothing_is_left(&server, "the build");
    let _ = server.finish();
}

#[test]
fn stop_ends_a_check() {
    let (server, events) = hanging_check();
    drop(events);
    see_that_nothing_is_left(&server, "the check");
    let _ = server.finish();
}

#[test]
fn the_end_of_the_server_is_that_of_a_run() {
    for signal in [Signal::INT, Signal::TERM] {
        for deed in ["tree", "deaf"] {
            let server = Server::start();
            let _events = server.run_until_it_waits(deed);
            server.running.signal(signal);
            let _ = server.running.finish().success();
        }
    }
}

#[test]
fn the_end_of_the_server_is_that_of_a_build() {
    let (server, _events) = endless_build();
    let _ = server.finish();
}

#[test]
fn the_end_of_the_server_is_that_of_a_check() {
    let (server, _events) = hanging_check();
    let _ = server.finish();
}

#[test]
fn nothing_is_left_where_the_server_is_killed() {
    for deed in ["tree", "deaf", "leave_a_file"] {
        let server = Server::start();
        let _events = server.run_until_it_waits(deed);
        kill_the_server(server, deed);
    }
    let (server, _events) = endless_build();
    kill_the_server(server, "the build");
    let (server, _events) = hanging_check();
    kill_the_server(server, "the check");
}

fn kill_the_server(server: Server, what: &str) {
    server.running.signal(Signal::KILL);
    see_that_nothing_is_left(&server, what);
    let _ = server.running.finish().killed_by(Signal::KILL);
}

#[test]
fn nothing_is_left_where_the_keeper_is_killed() {
    let server = Server::start();
    for deed in RUNS {
        let events = server.run_until_it_waits(deed);
        keeper(&server).signal(Signal::KILL);
        see_that_nothing_is_left(&server, deed);
        let rest = events.rest();
        assert!(rest.iter().all(|it| it["event"] != "ended"), "{rest:?}");
    }
    let _ = server.finish();
    for (server, events) in [endless_build(), hanging_check()] {
        keeper(&server).signal(Signal::KILL);
        see_that_nothing_is_left(&server, "the keeper");
        drop(events);
        let _ = server.finish();
    }
}

#[test]
fn only_a_worker_of_the_run_can_be_killed() {
    let server = Server::start();
    let mut foreign = Command::new("sleep");
    let mut foreign = foreign.arg("60").stdout(Stdio::null()).spawn().unwrap();
    let mut events = server.run("lasting", "tree");
    let first = events.until("started")["pid"].as_u64().unwrap();
    let first = u32::try_from(first).unwrap();
    events.until("line");
    // The keeper, the first, two branches and their leaves.
    wait_for(&server, 6);
    let its_keeper = keeper(&server).pid;
    let spared = [
        1,
        0,
        first,
        its_keeper,
        server.running.pid(),
        foreign.id(),
        std::process::id(),
    ];
    for pid in spared {
        let status = server.post(&format!("/_live/kill/{pid}")).status();
        assert_eq!(status, 200, "{pid}");
    }
    let members = server.running.descendants();
    let worker = members.iter().find(|it| it.parent == first).unwrap();
    let status = server.post(&format!("/_live/kill/{}", worker.pid)).status();
    assert_eq!(status, 200);
    let deadline = Instant::now() + SOON;
    let is_alive = |it: &Member| it.pid == worker.pid && it.state != 'Z';
    while server.running.descendants().iter().any(is_alive) {
        assert!(Instant::now() < deadline, "the worker is alive");
        sleep(Duration::from_millis(10));
    }
    // Orders are done in their order: the others were spared.
    let alive: Vec<_> =
        server.running.members().into_iter().map(|it| it.pid).collect();
    for pid in [first, its_keeper, server.running.pid()] {
        assert!(alive.contains(&pid), "{pid} was killed");
    }
    assert!(foreign.try_wait().unwrap().is_none(), "a foreign one was killed");
    foreign.kill().unwrap();
    foreign.wait().unwrap();
    drop(events);
    let _ = server.finish();
}

#[test]
fn a_word_to_kill_ends_no_build_and_no_check() {
    for (server, events) in [endless_build(), hanging_check()] {
        let before = server.running.descendants().len();
        for pid in [1, keeper(&server).pid] {
            let status = server.post(&format!("/_live/kill/{pid}")).status();
            assert_eq!(status, 200);
        }
        // Long enough to end it, if it did.
        sleep(Duration::from_secs(1));
        assert!(server.running.descendants().len() >= before, "it ended");
        drop(events);
        let _ = server.finish();
    }
}
