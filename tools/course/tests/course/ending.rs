//! However a check ends, nothing of it is left: that, `finish` and `run` see.

use std::time::{Duration, Instant};

use lesson_check::Signal;

use crate::place::{FIRST_CHECK, Place, RIGHT};

/// One test is decided at once; another starts a process in a group of its own
/// that does not mind being asked to end, and waits for it.
const HANGING: &str = r#"use std::os::unix::process::CommandExt as _;
use std::process::Command;

#[test]
fn a_first_one_is_decided() {}

#[test]
fn this_one_hangs() {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' TERM INT; while :; do sleep 600; done"]);
    command.process_group(0).status().unwrap();
}
"#;

/// It passes, and leaves a process that holds its output open.
const LEAVING: &str = r#"use std::os::unix::process::CommandExt as _;
use std::process::Command;

#[test]
fn it_leaves_somebody() {
    std::fs::write(std::env::temp_dir().join("left"), "").unwrap();
    let mut command = Command::new("sleep");
    command.arg("600").process_group(0).spawn().unwrap();
}
"#;

fn place(check: &str) -> Place {
    let place = Place::new();
    place.solve(RIGHT);
    place.write(FIRST_CHECK, check);
    place
}

#[test]
fn ctrl_c_ends_the_tests_and_all_that_they_started() {
    let place = place(HANGING);
    let mut running = place.course(&["check"]).start();
    running.wait_for("a first one is decided");
    // Cargo, the tests, and the two that they wait for.
    running.wait_for_descendants(4);
    running.press_ctrl_c();
    let run = running.finish().code(130).quiet();
    assert!(!run.stdout.contains("this one hangs"), "{run}");
}

#[test]
fn so_does_sigterm() {
    let place = place(HANGING);
    let mut running = place.course(&["check"]).start();
    running.wait_for("a first one is decided");
    running.wait_for_descendants(4);
    running.signal(Signal::TERM);
    let _ = running.finish().code(143).quiet();
}

#[test]
fn ctrl_c_ends_the_compiler() {
    let place = place(HANGING);
    // A compiler that never comes to an end.
    place.solve(
        "const LONG: u32 = { let mut i = 0; \
         while i < u32::MAX { i += 1; } i };\n\
         #[allow(long_running_const_eval)]\n\
         fn main() { println!(\"{LONG}\"); }\n",
    );
    let mut running = place.course(&["check"]).start();
    running.wait_for("checking");
    running.wait_for_descendants(2);
    running.press_ctrl_c();
    let _ = running.finish().code(130).quiet();
}

#[test]
fn the_deadline_ends_them_too() {
    let place = place(HANGING);
    let run = place.run(&["check", "--deadline", "1"]).code(1).quiet();
    assert!(run.stdout.contains("  ✓ a first one is decided\n"), "{run}");
    assert!(run.stdout.contains("hello_world was not done in time"), "{run}");
}

#[test]
fn whoever_is_left_by_the_tests_is_ended_and_not_waited_for() {
    let place = place(LEAVING);
    let start = Instant::now();
    let run = place.run(&["check", "--deadline", "50"]).success();
    assert!(run.stdout.contains("hello_world passes"), "{run}");
    assert!(start.elapsed() < Duration::from_secs(50), "it was waited for");
}
