//! Watching: what is saved is checked.

use std::fs;

use lesson_check::Running;

use crate::place::{FIRST, Place, RIGHT, WRONG};

/// Ends only when somebody ends it.
const ENDLESS: &str = "fn main() {\n    loop {\n        \
    std::thread::park();\n    }\n}\n";

fn watch(place: &Place, arguments: &[&str]) -> Running {
    place.course(&[&["watch"], arguments].concat()).start()
}

fn end(running: Running) -> String {
    running.press_ctrl_c();
    running.finish().code(130).quiet().stdout
}

#[test]
fn each_save_is_checked() {
    let place = Place::new();
    let mut running = watch(&place, &["hello_world"]);
    running.wait_for("hello_world is not begun");
    running.wait_for("waiting until you save");
    place.solve(WRONG);
    running.wait_for("hello_world does not pass yet");
    running.wait_for("waiting until you save");
    place.solve("fn main() { hello }\n");
    running.wait_for("hello_world does not compile yet");
    running.wait_for("waiting until you save");
    // As many editors save: beside, and then into its place.
    place.write(&format!("{FIRST}.new"), RIGHT);
    fs::rename(place.path(&format!("{FIRST}.new")), place.path(FIRST)).unwrap();
    running.wait_for("hello_world passes");
    running.wait_for("waiting until you save");
    end(running);
}

#[test]
fn a_save_without_a_change_is_not_checked() {
    let place = Place::new();
    place.solve(WRONG);
    let mut running = watch(&place, &["1.1"]);
    running.wait_for("waiting until you save");
    place.solve(WRONG);
    place.write(&format!("{FIRST}~"), "an editor's");
    place.solve("fn main() {}\n");
    running.wait_for("2 of 2 tests fail");
    let seen = end(running);
    assert_eq!(seen.matches("checking").count(), 2, "{seen}");
}

#[test]
fn a_save_ends_the_check_of_what_was_there_before() {
    let place = Place::new();
    place.solve(ENDLESS);
    let mut running = watch(&place, &["1.1"]);
    running.wait_for("checking");
    // Cargo, the tests, and a program for each of the two.
    running.wait_for_descendants(4);
    place.solve(RIGHT);
    running.wait_for("hello_world passes");
    let seen = end(running);
    assert!(!seen.contains("in time"), "{seen}");
}

#[test]
fn without_a_name_the_next_exercise_follows() {
    let place = Place::new();
    place.solve(WRONG);
    let mut running = watch(&place, &[]);
    running.wait_for("waiting until you save");
    place.solve(RIGHT);
    running.wait_for("hello_world passes");
    running.wait_for("01/02 two_greetings is not begun");
    running.wait_for("waiting until you save");
    let second = FIRST.replace("01_hello_world", "02_two_greetings");
    place.write(&second, RIGHT);
    running.wait_for("two_greetings passes");
    running.wait_for("02/01 last_words is not begun");
    end(running);
}

#[test]
fn ctrl_c_ends_a_check_that_it_makes() {
    let place = Place::new();
    place.solve(ENDLESS);
    let mut running = watch(&place, &[]);
    running.wait_for("checking");
    running.wait_for_descendants(4);
    end(running);
}

#[test]
fn it_ends_when_nobody_reads_any_more() {
    let place = Place::new();
    let mut running = watch(&place, &[]);
    running.wait_for("waiting until you save");
    running.close_stdout();
    let _ = running.finish().success().quiet();
}
