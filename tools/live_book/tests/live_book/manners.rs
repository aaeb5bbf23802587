//! What the program owes the person who starts it, and the pages their
//! learner.

use std::fs::{self, Permissions};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use lesson_check::{Program, Signal, take_port};
use serde_json::{Value, json};

use crate::client::{Server, connect, wait_until};
use crate::place::{CHECK, LIVE_BOOK, MAIN, Place, RIGHT};

/// What compiles, and does not pass.
const WRONG: &str = "fn main() {\n    println!(\"hallo\");\n}\n";

#[test]
fn help_is_a_success() {
    let run = Program::new(LIVE_BOOK).arg("--help").run().success().quiet();
    for word in ["--port", "--no-open"] {
        assert!(run.stdout.contains(word), "{run}");
    }
}

#[test]
fn a_port_in_use_is_told_with_one_that_is_free() {
    let taken = take_port();
    let port = taken.local_addr().unwrap().port();
    let place = Place::new();
    let arguments = ["--no-open", "--port", &port.to_string()];
    let run = place.live_book(&arguments).run().code(1);
    let told = format!("port {port} is in use; ");
    assert!(run.stderr.contains(&told), "{run}");
    let command = "is free: `cargo book --port ";
    let (_, named) = run.stderr.split_once(command).expect(&run.stderr);
    let (named, _) = named.split_once('`').unwrap();
    let named: u16 = named.parse().unwrap();
    TcpListener::bind(("127.0.0.1", named)).expect(&run.stderr);
}

#[test]
fn the_browser_is_opened_at_the_printed_address() {
    let place = Place::new();
    let browser = place.path("browser");
    let told = place.path("told");
    // It says so in one step, and goes on when the server has ended.
    let script = format!(
        "#!/bin/sh\necho \"$1\" > {0}.new\nmv {0}.new {0}\n",
        told.display()
    );
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, Permissions::from_mode(0o755)).unwrap();
    for is_wanted in [false, true] {
        let arguments = ["--port", "0", "--no-open"];
        let arguments = &arguments[..if is_wanted { 2 } else { 3 }];
        let program = place.live_book(arguments).env("BROWSER", &browser);
        let mut running = program.start();
        let line = running.wait_for("The book is at ");
        let (_, address) = line.split_once("The book is at ").unwrap();
        let opened = || fs::read_to_string(&told).unwrap_or_default();
        if is_wanted {
            let patience = Duration::from_secs(10);
            wait_until(patience, "none opens", || !opened().is_empty());
        }
        // It is asked after the second line.
        running.wait_for("Ctrl-C ends it.");
        running.signal(Signal::TERM);
        let _ = running.finish().success();
        let expected = if is_wanted { address } else { "" };
        assert_eq!(opened().trim(), expected.trim());
    }
}

#[test]
fn without_a_browser_the_address_is_enough() {
    let place = Place::new();
    let program = place.live_book(&["--port", "0"]).env("BROWSER", "");
    // Cargo is needed, and found without a path; a browser is not found.
    let cargo = std::env::var("CARGO").unwrap();
    let program = program.env("CARGO", cargo).env("PATH", "");
    let mut running = program.deadline(Duration::from_secs(200)).start();
    let line = running.wait_for("The book is at http://127.0.0.1:");
    running.wait_for("Ctrl-C ends it.");
    let (_, address) = line.split_once("127.0.0.1:").unwrap();
    let (port, _) = address.split_once('/').unwrap();
    let mut stream = connect(port.parse().unwrap());
    let request = format!("GET / HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    assert!(page.contains("A page."), "{page}");
    running.press_ctrl_c();
    let _ = running.finish().success();
}

#[test]
fn what_does_not_compile_is_told_as_cargo_tells_it() {
    let server = Server::start();
    let events = server.wish("broken", "{\"chosen\":[]}").events().rest();
    assert_eq!(events.last().unwrap()["event"], "not_built", "{events:?}");
    let told: Vec<_> =
        events.iter().filter_map(|it| it["text"].as_str()).collect();
    let told = told.join("\n");
    assert!(told.contains("error[E0425]: cannot find function"), "{told}");
    assert!(told.contains("--> crates/broken/src/main.rs:2:5"), "{told}");
    let _ = server.finish();
}

#[test]
fn a_save_is_told() {
    let server = Server::start();
    let mut events = server.ask("/_live/saves/hello_world").events();
    server.place.write(MAIN, WRONG);
    assert_eq!(events.next(), Some(json!({"event": "saved"})));
    drop(events);
    let _ = server.finish();
}

#[test]
fn who_waits_for_a_turn_is_told_when_nothing_runs() {
    let server = Server::start();
    let free = || {
        let answer = server.ask("/_live/free").send();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body == "true"
    };
    assert!(free());
    let events = server.run_until_it_waits("wait");
    assert!(!free());
    drop(events);
    wait_until(Duration::from_secs(10), "it is never free", free);
    let _ = server.finish();
}

/// What comes of a check, and how far the learner is then.
fn checked(server: &Server) -> (Value, Value) {
    let events = server.post("/_live/check/hello_world").events().rest();
    let verdict = events.last().unwrap()["verdict"]["kind"].clone();
    let course = server.ask("/_live/course").send().body;
    let course: Value = serde_json::from_str(&course).unwrap();
    (verdict, course["exercises"]["hello_world"]["standing"].clone())
}

#[test]
fn a_check_comes_to_what_the_learners_command_comes_to() {
    let server = Server::start();
    let cases = [
        (RIGHT, "passes", "passes"),
        (WRONG, "fails", "begun"),
        ("fn main() { nothing() }\n", "does_not_compile", "begun"),
    ];
    for (program, verdict, standing) in cases {
        server.place.write(MAIN, program);
        assert_eq!(checked(&server), (verdict.into(), standing.into()));
        let command = of_the_library(&server.place);
        assert_eq!(command, verdict);
    }
    server.place.write(CHECK, "#[test]\nfn it_fails() {\n    panic!()\n}\n");
    server.place.write(MAIN, RIGHT);
    assert_eq!(checked(&server).0, "fails");
    let _ = server.finish();
}

/// The verdict that `cargo course check` tells, as its library gives it.
fn of_the_library(place: &Place) -> Value {
    let catalogue = course::Catalogue::read(&place.path("")).unwrap();
    let exercise = catalogue.get("hello_world").unwrap();
    let progress = course::Progress::of(catalogue.root());
    let manner = course::Manner::default();
    let verdict = progress.check(exercise, manner, None, |_| Ok(())).unwrap();
    serde_json::to_value(verdict).unwrap()["kind"].clone()
}

#[test]
fn a_page_is_told_what_can_be_chosen() {
    let server = Server::start();
    let course = server.ask("/_live/course").send().body;
    let course: Value = serde_json::from_str(&course).unwrap();
    let names: Vec<_> =
        course["demonstrations"].as_object().unwrap().keys().collect();
    let all =
        ["broken", "endless", "guarded", "lasting", "limited", "talkative"];
    assert_eq!(names, all);
    let choice = &course["demonstrations"]["lasting"]["choice"][0];
    assert_eq!(choice["options"][0]["label"], "tell");
    let exercise = &course["exercises"]["hello_world"];
    assert_eq!(exercise["chapter"], "beginning");
    assert_eq!(exercise["standing"], "not_begun");
    let hint = exercise["hints"][0].as_str().unwrap();
    assert!(hint.contains("Look at `println`."), "{hint}");
    let _ = server.finish();
}
