//! However a run, a build or a check ends, nothing of it is left: no process,
//! no temporary file. At the server's own end `finish` sees that, too.

use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lesson_check::{Member, Program, Signal, list, take_port};

use crate::client::{Events, Server, wait_until};
use crate::place::{CHECK, MAIN, Place, RIGHT};

/// How soon nothing is left.
const PROMISE: Duration = Duration::from_secs(1);

/// A machine may be busy with other tests.
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

/// Begins what goes on until it is ended.
type Begin = fn() -> (Server, Events);

/// Waits until everybody but the server has gone, zombies too, and whatever
/// they had in the temporary directory.
fn see_that_nothing_is_left(server: &Server, what: &str) {
    let deadline = Instant::now() + SOON;
    loop {
        let left = server.running.descendants();
        let files = server.running.temporary_files();
        if left.is_empty() && files.is_empty() {
            return;
        }
        let left = list(&left);
        assert!(Instant::now() < deadline, "{what} left\n{left}\n{files:?}");
        sleep(Duration::from_millis(10));
    }
}

/// How long it takes until nothing is left, once somebody ends it.
fn time_of(server: &Server, what: &str, end: impl FnOnce()) -> Duration {
    let start = Instant::now();
    end();
    see_that_nothing_is_left(server, what);
    start.elapsed()
}

/// A busy machine may keep the promise from being kept, but not each time.
fn assert_keeps_the_promise(what: &str, mut end: impl FnMut() -> Duration) {
    let mut times = Vec::new();
    while times.len() < 5 {
        let time = end();
        if time <= PROMISE {
            return;
        }
        times.push(time);
    }
    panic!("{what} takes {times:?}");
}

fn keeper(server: &Server) -> Member {
    member(server, |it| it.parent == server.running.pid())
}

fn member(server: &Server, is_meant: impl Fn(&&Member) -> bool) -> Member {
    let members = server.running.descendants();
    let found = members.iter().find(is_meant).cloned();
    found.unwrap_or_else(|| panic!("nobody among\n{}", list(&members)))
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
    // Before that, cargo asks the compiler who it is.
    let compiles = |it: &Member| it.command.contains("--crate-name endless");
    wait_until(Duration::from_mins(1), "it is never compiled", || {
        server.running.descendants().iter().any(compiles)
    });
    (server, events)
}

fn wait_for(server: &Server, count: usize) {
    let otherwise = format!("there are never {count}");
    wait_until(Duration::from_mins(1), &otherwise, || {
        server.running.descendants().len() >= count
    });
}

#[test]
fn a_closed_page_ends_a_run_within_a_second() {
    let server = Server::start();
    for deed in RUNS {
        assert_keeps_the_promise(deed, || {
            let events = server.run_until_it_waits(deed);
            time_of(&server, deed, || drop(events))
        });
    }
    let _ = server.finish();
}

#[test]
fn stop_ends_a_run_within_a_second() {
    let server = Server::start();
    for deed in RUNS {
        assert_keeps_the_promise(deed, || {
            let mut events = server.run_until_it_waits(deed);
            let time = time_of(&server, deed, || stop(&server));
            events.until("ended");
            time
        });
    }
    // Nothing runs: then nothing is to be ended.
    stop(&server);
    let _ = server.finish();
}

fn stop(server: &Server) {
    assert_eq!(server.post("/_live/stop").status(), 200);
}

#[test]
fn what_is_said_after_stop_is_told() {
    let server = Server::start();
    let last_words = || {
        let events = server.run_until_it_waits("last_words");
        stop(&server);
        events.rest()
    };
    // A busy machine may leave it no time to say so, but not each time.
    let said = (0..5).find_map(|_| {
        let rest = last_words();
        rest.iter().any(|event| event["text"] == "goodbye").then_some(rest)
    });
    let said = said.expect("it never says goodbye");
    assert_eq!(said.last().unwrap()["success"], true, "{said:?}");
    let _ = server.finish();
}

#[test]
fn a_closed_page_or_stop_ends_a_build_within_a_second() {
    assert_ends_in_both_ways("the build", endless_build);
}

#[test]
fn a_closed_page_or_stop_ends_a_check_within_a_second() {
    assert_ends_in_both_ways("the check", hanging_check);
}

fn assert_ends_in_both_ways(what: &str, begin: Begin) {
    for end in [|_: &Server, events| drop(events), stop_and_hear] {
        assert_keeps_the_promise(what, || {
            let (server, events) = begin();
            let time = time_of(&server, what, || end(&server, events));
            let _ = server.finish();
            time
        });
    }
}

/// The next one may begin where the one before is just ending.
#[test]
fn after_stop_there_is_a_turn() {
    let (server, events) = hanging_check();
    drop(events);
    server.run("lasting", "tell").until("ended");
    let _ = server.finish();
}

/// What was told until the end of it all is that it goes on.
fn stop_and_hear(server: &Server, events: Events) {
    stop(server);
    let rest = events.rest();
    let is_over = ["ended", "verdict", "broken"];
    let mut names = rest.iter().filter_map(|event| event["event"].as_str());
    assert!(!names.any(|name| is_over.contains(&name)), "{rest:?}");
}

/// A process that nothing leads to any more, neither its session nor its
/// environment.
struct Escaped(PathBuf);

impl Escaped {
    fn from(server: &Server) -> (Events, Self) {
        let mut events = server.run("lasting", "escape");
        let line = events.until("line");
        let pid = line["text"].as_str().unwrap();
        let process = Path::new("/proc").join(pid);
        wait_until(SOON, "it does not begin", || {
            fs::read_to_string(process.join("environ")).unwrap() == ""
        });
        (events, Self(process))
    }

    fn see_that_it_ends(&self) {
        let otherwise = format!("{} is left", self.0.display());
        wait_until(SOON, &otherwise, || !self.is_alive());
    }

    /// A zombie has ended; the system's first process, its parent now, may
    /// take its time to see that.
    fn is_alive(&self) -> bool {
        let status = fs::read_to_string(self.0.join("status"));
        status.is_ok_and(|status| !status.contains("State:\tZ"))
    }
}

/// Ends a run; the page that hears of it may stay open.
type End = fn(&Server, Events) -> Option<Events>;

#[test]
fn nobody_escapes() {
    let server = Server::start();
    let ends: [(_, End); 3] = [
        ("a closed page", |_, events| {
            drop(events);
            None
        }),
        ("Stop", |server, events| {
            stop(server);
            Some(events)
        }),
        ("the keeper's end", |server, events| {
            keeper(server).signal(Signal::KILL);
            Some(events)
        }),
    ];
    for (what, end) in ends {
        assert_keeps_the_promise(what, || escape_time(&server, end));
    }
    let _ = server.finish();
    assert_keeps_the_promise("the server's end", || {
        let server = Server::start();
        let time = escape_time(&server, |server, events| {
            server.running.signal(Signal::KILL);
            Some(events)
        });
        let _ = server.running.finish().killed_by(Signal::KILL);
        time
    });
}

/// How long somebody is there who has escaped, once the run is ended.
fn escape_time(server: &Server, end: End) -> Duration {
    let (events, escaped) = Escaped::from(server);
    let start = Instant::now();
    let _open = end(server, events);
    escaped.see_that_it_ends();
    start.elapsed()
}

#[test]
fn the_end_of_the_server_is_that_of_a_run() {
    for signal in [Signal::INT, Signal::TERM] {
        for deed in ["tree", "deaf"] {
            assert_keeps_the_promise(deed, || {
                let server = Server::start();
                let _events = server.run_until_it_waits(deed);
                end_the_server(server, deed, signal)
            });
        }
    }
}

#[test]
fn the_end_of_the_server_is_that_of_a_build_or_a_check() {
    let others: [(_, Begin); 2] =
        [("the build", endless_build), ("the check", hanging_check)];
    for (what, begin) in others {
        assert_keeps_the_promise(what, || {
            let (server, _events) = begin();
            end_the_server(server, what, Signal::TERM)
        });
    }
}

/// How long it takes until nothing is left.
fn end_the_server(server: Server, what: &str, signal: Signal) -> Duration {
    let time = time_of(&server, what, || server.running.signal(signal));
    let _ = server.running.finish().success();
    time
}

#[test]
fn nothing_is_left_where_the_server_is_killed() {
    for deed in ["tree", "deaf", "leave_a_file"] {
        assert_keeps_the_promise(deed, || {
            let server = Server::start();
            let _events = server.run_until_it_waits(deed);
            kill_the_server(server, deed)
        });
    }
    let others: [(_, Begin); 2] =
        [("the build", endless_build), ("the check", hanging_check)];
    for (what, begin) in others {
        assert_keeps_the_promise(what, || {
            let (server, _events) = begin();
            kill_the_server(server, what)
        });
    }
}

/// How long it takes until nothing is left.
fn kill_the_server(server: Server, what: &str) -> Duration {
    let kill = || server.running.signal(Signal::KILL);
    let time = time_of(&server, what, kill);
    let _ = server.running.finish().killed_by(Signal::KILL);
    time
}

#[test]
fn nothing_is_left_where_the_keeper_is_killed() {
    let server = Server::start();
    for deed in RUNS {
        assert_keeps_the_promise(deed, || {
            let events = server.run_until_it_waits(deed);
            let keeper = keeper(&server);
            let time = time_of(&server, deed, || keeper.signal(Signal::KILL));
            let rest = events.rest();
            assert!(rest.iter().all(|it| it["event"] != "ended"), "{rest:?}");
            time
        });
    }
    let _ = server.finish();
    for begin in [endless_build, hanging_check] {
        let (server, events) = begin();
        keeper(&server).signal(Signal::KILL);
        see_that_nothing_is_left(&server, "the keeper");
        drop(events);
        let _ = server.finish();
    }
}

#[test]
fn nothing_is_left_where_anybody_else_is_killed() {
    let server = Server::start();
    let mut events = server.run("lasting", "tree");
    let first = events.until("started")["pid"].as_u64().unwrap();
    events.until("line");
    member(&server, |it| u64::from(it.pid) == first).signal(Signal::KILL);
    see_that_nothing_is_left(&server, "the first of a run");
    assert_eq!(events.until("ended")["how"], "signal 9 (SIGKILL)");
    let _ = server.finish();
    for (begin, program) in [
        (endless_build as Begin, "--crate-name endless"),
        (hanging_check, "cargo"),
    ] {
        let (server, events) = begin();
        member(&server, |it| it.command.contains(program)).signal(Signal::KILL);
        see_that_nothing_is_left(&server, program);
        assert!(!events.rest().is_empty());
        let _ = server.finish();
    }
}

#[test]
fn whoever_ends_it_while_the_book_is_built_leaves_nothing() {
    for delay in [0, 20, 100, 300] {
        let place = Place::new();
        let program = place.live_book(&["--no-open", "--port", "0"]);
        let running = program.start();
        sleep(Duration::from_millis(delay));
        running.signal(Signal::INT);
        let run = running.finish();
        let died = run.status.signal() == Some(Signal::INT.as_raw());
        assert!(died || run.status.success(), "{run}");
        let written = fs::read_dir(place.path("target/live_book"));
        assert_eq!(written.into_iter().flatten().count(), 0);
    }
}

/// What mdBook had written by then is beside what cargo has built, and goes
/// when a server has its book at the same port.
#[test]
fn whoever_kills_it_while_the_book_is_built_leaves_no_temporary_file() {
    let place = Place::new();
    let port = take_port().local_addr().unwrap().port().to_string();
    let program = || place.live_book(&["--no-open", "--port", &port]);
    let written = place.path("target/live_book").join(&port);
    let is_caught = (0..10).any(|_| is_killed_amid(program(), &written));
    assert!(is_caught, "it is never killed in time");
    let mut running = program().start();
    running.wait_for("The book is at ");
    assert!(!written.exists(), "{} is left", written.display());
    running.signal(Signal::TERM);
    let _ = running.finish().success();
}

/// Kills it once mdBook writes; whether it was in time.
fn is_killed_amid(program: Program, written: &Path) -> bool {
    let running = program.start();
    let deadline = Instant::now() + SOON;
    while !written.exists() && Instant::now() < deadline {
        sleep(Duration::from_millis(1));
    }
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL);
    written.exists()
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
    let is_alive = |it: &Member| it.pid == worker.pid && it.state != 'Z';
    wait_until(SOON, "the worker is alive", || {
        !server.running.descendants().iter().any(is_alive)
    });
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
fn where_it_is_not_declared_nobody_can_be_killed() {
    let server = Server::start();
    let mut events = server.run("guarded", "tree");
    events.until("line");
    wait_for(&server, 6);
    let workers = server.running.descendants();
    for worker in &workers {
        let kill = server.post(&format!("/_live/kill/{}", worker.pid));
        assert_eq!(kill.status(), 200);
    }
    // Long enough to kill them, if it did.
    sleep(Duration::from_secs(1));
    let alive = server.running.descendants();
    let alive = alive.iter().filter(|it| it.state != 'Z');
    assert_eq!(alive.count(), workers.len());
    drop(events);
    let _ = server.finish();
}

#[test]
fn a_word_to_kill_ends_no_build_and_no_check() {
    for begin in [endless_build, hanging_check] {
        let (server, events) = begin();
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
