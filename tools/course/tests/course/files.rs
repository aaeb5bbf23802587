//! The learner's files are the learner's.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::place::{FIRST, Place, RIGHT, WRONG};

#[test]
fn a_reset_keeps_every_version() {
    let place = Place::new();
    let stub = place.read(FIRST);
    for (number, text) in [WRONG, RIGHT, WRONG].into_iter().enumerate() {
        place.solve(text);
        let run = place.run(&["reset", "hello_world"]).success().quiet();
        let kept = format!("{FIRST}.{}", number + 1);
        assert!(run.stdout.contains(&format!("{kept}\n")), "{run}");
        assert_eq!(place.read(&kept), text);
        assert_eq!(place.read(FIRST), stub);
    }
    assert_eq!(place.read(&format!("{FIRST}.1")), WRONG);
    assert_eq!(place.read(&format!("{FIRST}.2")), RIGHT);
    // The three, the stub, and nothing else.
    let source = place.path(FIRST);
    let files = fs::read_dir(source.parent().unwrap()).unwrap();
    assert_eq!(files.count(), 4);
}

#[test]
fn what_others_have_put_there_is_not_overwritten() {
    let place = Place::new();
    place.write(&format!("{FIRST}.1"), "mine");
    place.solve(WRONG);
    let _ = place.run(&["reset"]).success();
    assert_eq!(place.read(&format!("{FIRST}.1")), "mine");
    assert_eq!(place.read(&format!("{FIRST}.2")), WRONG);
}

#[test]
fn there_is_nothing_to_reset_before_the_beginning() {
    let place = Place::new();
    let run = place.run(&["reset"]).success().quiet();
    assert!(run.stdout.contains("nothing to reset"), "{run}");
    assert!(!place.path(&format!("{FIRST}.1")).exists());
}

#[test]
fn a_file_that_is_gone_comes_back() {
    let place = Place::new();
    let stub = place.read(FIRST);
    fs::remove_file(place.path(FIRST)).unwrap();
    let _ = place.run(&["reset", "hello_world"]).success().quiet();
    assert_eq!(place.read(FIRST), stub);
    let mode = fs::metadata(place.path(FIRST)).unwrap().permissions().mode();
    // As that of any other new file.
    place.write("another", "");
    let another = fs::metadata(place.path("another")).unwrap();
    assert_eq!(mode, another.permissions().mode());
}

#[test]
fn without_a_stub_nothing_changes() {
    let place = Place::new();
    place.solve(WRONG);
    let stub = "solutions/01_beginning/01_hello_world/stub.rs";
    fs::remove_file(place.path(stub)).unwrap();
    let run = place.run(&["reset", "hello_world"]).code(1);
    assert!(run.stderr.contains(stub), "{run}");
    assert_eq!(place.read(FIRST), WRONG);
}

#[test]
fn an_editor_gets_the_program_and_the_task() {
    let place = Place::new();
    let editor = "printf '%s\\n' --wait";
    let expected = format!(
        "--wait\n{}\n{}\n",
        place.path(FIRST).display(),
        place.path(FIRST).with_file_name("../README.md").display()
    )
    .replace("/src/..", "");
    for (visual, other) in [(editor, "false"), ("", editor)] {
        let program = place.course(&["open"]).env("VISUAL", visual);
        let run = program.env("EDITOR", other).run().success().quiet();
        assert_eq!(run.stdout, expected);
    }
}

#[test]
fn the_end_of_the_editor_is_ours() {
    let place = Place::new();
    let program = place.course(&["open"]).env("VISUAL", "sh -c 'exit 7' --");
    let _ = program.run().code(7);
}

#[test]
fn without_an_editor_the_paths_are_printed() {
    let run = Place::new().run(&["open", "2.1"]).success().quiet();
    let directory = "exercises/02_end/01_last_words";
    assert_eq!(
        run.stdout,
        format!(
            "  edit  {directory}/src/main.rs\n  task  {directory}/README.md\n"
        )
    );
}
