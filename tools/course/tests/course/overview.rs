//! Where the learner is.

use std::fs;

use lesson_check::Run;

use crate::place::{FIRST, FIRST_CHECK, Place, RIGHT, WRONG};

/// What `list` says of an exercise.
fn standing<'run>(run: &'run Run, exercise: &str) -> &'run str {
    let mut lines = run.stdout.lines();
    let line = lines.find(|line| line.contains(exercise)).unwrap();
    line.split_once(exercise).unwrap().1.trim()
}

fn list(place: &Place) -> Run {
    place.run(&["list"]).success().quiet()
}

#[test]
fn nothing_runs_for_exercises_that_are_not_begun() {
    let place = Place::new();
    let program = place.course(&["list"]).env("CARGO", "/nowhere/cargo");
    let run = program.run().success().quiet();
    assert_eq!(standing(&run, "hello_world"), "is not begun  <- here");
    assert_eq!(standing(&run, "two_greetings"), "is not begun");
    assert!(run.stdout.ends_with("\n0 of 3 exercises pass\n"), "{run}");
}

#[test]
fn the_list_shows_what_passes_without_being_told() {
    let place = Place::new();
    place.solve(RIGHT);
    let second = FIRST.replace("01_hello_world", "02_two_greetings");
    place.write(&second, WRONG);
    let run = list(&place);
    assert_eq!(standing(&run, "hello_world"), "passes");
    assert_eq!(standing(&run, "two_greetings"), "does not pass yet  <- here");
    assert_eq!(standing(&run, "last_words"), "is not begun");
    assert!(run.stdout.ends_with("\n1 of 3 exercises pass\n"), "{run}");
}

#[test]
fn what_has_not_changed_is_not_checked_again() {
    let place = Place::new();
    place.solve(RIGHT);
    let _ = list(&place);
    let run = place.logged(&["list"]).run().success();
    assert_eq!(standing(&run, "hello_world"), "passes");
    assert_eq!(place.read("log"), "metadata\n");
    fs::remove_dir_all(place.path("target/course")).unwrap();
    let run = place.logged(&["list"]).run().success();
    assert_eq!(standing(&run, "hello_world"), "passes");
    assert_eq!(place.read("log"), "metadata\ntest\n");
}

#[test]
fn another_exercise_does_not_matter() {
    let place = Place::new();
    place.solve(RIGHT);
    let _ = list(&place);
    let last = "exercises/02_end/01_last_words";
    place.write(&format!("{last}/tests/more.txt"), "more");
    let _ = place.logged(&["list"]).run().success();
    assert_eq!(place.read("log"), "metadata\n");
}

#[test]
fn whatever_decides_is_checked_again_when_it_changes() {
    let place = Place::new();
    place.solve(RIGHT);
    let _ = list(&place);
    let helper = "crates/helper/src/lib.rs";
    for (file, comment) in [
        (FIRST, "//"),
        (FIRST_CHECK, "//"),
        (helper, "//"),
        ("Cargo.toml", "#"),
        ("Cargo.lock", "\n"),
        ("crates/helper/Cargo.toml", "#"),
    ] {
        place.write(file, &format!("{}{comment}\n", place.read(file)));
        let _ = place.logged(&["list"]).run().success();
        assert_eq!(place.read("log"), "metadata\ntest\n", "{file}");
    }
    let changed = "pub const EXPECTED: &str = \"hello!\\n\";\n";
    place.write(helper, changed);
    assert!(standing(&list(&place), "hello_world").contains("not pass yet"));
}

#[test]
fn notes_that_make_no_sense_are_no_notes() {
    let place = Place::new();
    place.solve(RIGHT);
    let _ = list(&place);
    place.write("target/course/hello_world.json", "{\"verdict\": 3");
    assert_eq!(standing(&list(&place), "hello_world"), "passes");
}

#[test]
fn without_a_command_there_is_the_next_step() {
    let place = Place::new();
    place.solve(RIGHT);
    let run = place.run(&[]).success().quiet();
    assert!(run.stdout.starts_with("1 of 3 exercises pass\n"), "{run}");
    for expected in [
        "01/02 two_greetings is not begun",
        "exercises/01_beginning/02_two_greetings/README.md",
        "exercises/01_beginning/02_two_greetings/src/main.rs",
        "book/src/beginning.md",
        "cargo course check",
        "cargo course hint",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {run}");
    }
}

#[test]
fn the_next_exercise_comes_with_its_task() {
    let run = Place::new().run(&["next"]).success().quiet();
    assert!(run.stdout.contains("# hello_world\n\nPrint a greeting."), "{run}");
}

#[test]
fn at_the_end_nothing_is_left_to_do() {
    let place = Place::new();
    for task in ["01_beginning/01_hello_world", "01_beginning/02_two_greetings"]
    {
        place.write(&format!("exercises/{task}/src/main.rs"), RIGHT);
    }
    place.write("exercises/02_end/01_last_words/src/main.rs", RIGHT);
    let run = place.run(&["check"]).success();
    assert!(run.stdout.contains("last_words passes"), "{run}");
    assert!(run.stdout.contains("every exercise passes"), "{run}");
    for command in [&[][..], &["next"], &["check"]] {
        let run = place.run(command).success().quiet();
        assert!(run.stdout.contains("Every exercise passes"), "{run}");
    }
}

#[test]
fn a_workspace_without_exercises_is_an_error() {
    let place = Place::new();
    fs::remove_dir_all(place.path("exercises")).unwrap();
    fs::create_dir(place.path("exercises")).unwrap();
    let run = place.run(&["list"]).code(1);
    assert!(run.stderr.contains("no exercises in "), "{run}");
}
