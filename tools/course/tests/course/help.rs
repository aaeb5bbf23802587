//! Hints and solutions.

use std::fs;

use crate::place::{Place, RIGHT};

fn hint(place: &Place) -> String {
    place.run(&["hint", "hello_world"]).success().quiet().stdout
}

#[test]
fn there_is_one_more_hint_each_time() {
    let place = Place::new();
    let first = hint(&place);
    let expected = "hello_world, hint 1 of 3: Look\n\nLook at `println`.\n\n";
    assert_eq!(first, expected);
    let second = hint(&place);
    assert!(second.contains("hint 2 of 3: Write\n"), "{second}");
    assert!(second.contains("## no heading"), "{second}");
    let third = hint(&place);
    assert!(third.contains("hint 3 of 3: Copy\n"), "{third}");
    let expected = "cargo course solution hello_world --spoil";
    assert!(third.contains(expected), "{third}");
    assert_eq!(hint(&place), third, "the last one stays");
    // Each exercise has its own.
    let other = place.run(&["hint", "last_words"]).success().stdout;
    assert!(other.contains("hint 1 of 3"), "{other}");
}

#[test]
fn hints_can_be_read_again() {
    let place = Place::new();
    let again = ["hint", "hello_world", "--again"];
    let run = place.run(&again).code(1);
    assert!(run.stderr.contains("no hint for hello_world"), "{run}");
    let both = hint(&place) + &hint(&place);
    assert_eq!(place.run(&again).success().stdout, both);
    assert!(hint(&place).contains("hint 3 of 3"));
}

#[test]
fn when_it_is_forgotten_they_begin_with_the_first() {
    let place = Place::new();
    let first = hint(&place);
    let _ = hint(&place);
    fs::remove_dir_all(place.path("target/course")).unwrap();
    assert_eq!(hint(&place), first);
}

#[test]
fn a_number_before_a_hint_is_said_once() {
    let place = Place::new();
    let hints = "exercises/01_beginning/01_hello_world/hints.md";
    place.write(hints, "## 1\n\nLook.\n\n## 2. Write\n\nWrite.\n");
    assert_eq!(hint(&place), "hello_world, hint 1 of 2\n\nLook.\n\n");
    assert!(hint(&place).starts_with("hello_world, hint 2 of 2: Write\n"));
}

#[test]
fn an_exercise_without_hints_is_an_error() {
    let place = Place::new();
    let hints = "exercises/01_beginning/01_hello_world/hints.md";
    place.write(hints, "# Hints\n");
    let run = place.run(&["hint"]).code(1);
    assert!(run.stderr.contains("there is no hint in it"), "{run}");
    fs::remove_file(place.path(hints)).unwrap();
    let run = place.run(&["hint"]).code(1);
    assert!(run.stderr.contains("cannot read"), "{run}");
}

#[test]
fn the_solution_comes_after_passing() {
    let place = Place::new();
    let command = ["solution", "hello_world"];
    let run = place.run(&command).code(1);
    assert_eq!(run.stdout, "");
    assert!(run.stderr.contains("cargo course hint hello_world"), "{run}");
    place.solve("fn main() {\n    print!(\"hello\\n\");\n}\n");
    let run = place.run(&command).success().quiet();
    let file = "solutions/01_beginning/01_hello_world/src/main.rs";
    assert_eq!(run.stdout, format!("{file}\n\n{RIGHT}"));
}

#[test]
fn or_before_for_whoever_insists() {
    let place = Place::new();
    let run = place.run(&["solution", "--spoil"]).success().quiet();
    assert!(run.stdout.ends_with(RIGHT), "{run}");
}
