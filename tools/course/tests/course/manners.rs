//! What it owes whoever runs it, with a terminal and without.

use lesson_check::{Program, Run};

use crate::place::{COURSE, Place, RIGHT, WRONG};

#[test]
fn a_full_disk_is_an_error() {
    let place = Place::new();
    for command in [&[][..], &["list"], &["next"], &["check"], &["hint"]] {
        place.course(command).assert_tells_of_a_full_disk();
    }
}

#[test]
fn a_reader_that_is_gone_is_none() {
    let place = Place::new();
    place.solve(WRONG);
    for command in [&[][..], &["list"], &["check"], &["watch"], &["open"]] {
        place.course(command).assert_quiet_without_a_reader();
    }
}

#[test]
fn a_hint_that_nobody_has_read_is_not_counted() {
    let place = Place::new();
    place.course(&["hint"]).assert_quiet_without_a_reader();
    let run = place.run(&["hint"]).success();
    assert!(run.stdout.contains("hint 1 of 3"), "{run}");
}

#[test]
fn what_it_does_not_know_is_refused() {
    let place = Place::new();
    for wrong in [
        &["--colour"][..],
        &["list", "all"],
        &["check", "--deadline", "0"],
        &["watch", "--spoil"],
    ] {
        place.course(&[]).assert_refuses(wrong);
    }
}

#[test]
fn there_is_help_everywhere() {
    let place = Place::new();
    for command in
        ["list", "next", "check", "watch", "hint", "solution", "reset", "open"]
    {
        let run = place.run(&[command, "--help"]).success().quiet();
        let usage = format!("Usage: cargo course {command}");
        assert!(run.stdout.contains(&usage), "{run}");
        let all = place.run(&["--help"]).success();
        assert!(all.stdout.contains(&format!("  {command} ")), "{all}");
    }
}

/// Runs it as at a terminal, with a variable more.
fn at_a_terminal(place: &Place, command: &str, name: &str, value: &str) -> Run {
    let command = format!("'{COURSE}' {command}");
    Program::new("script")
        .args(["-qec", &command, "/dev/null"])
        .directory(place.root())
        .env("CARGO_TARGET_DIR", place.path("target"))
        .env("LC_ALL", "C.UTF-8")
        .env("TERM", "xterm")
        .env(name, value)
        .run()
}

#[test]
#[ignore = "needs script, of util-linux"]
fn there_are_colours_and_a_bar_at_a_terminal() {
    let place = Place::new();
    place.solve(RIGHT);
    let list = at_a_terminal(&place, "list", "MORE", "").success();
    assert!(list.stdout.contains("\u{1b}[32mpasses"), "{list}");
    assert!(list.stdout.contains("checking hello_world"), "{list}");
    place.solve("fn main() { hello }\n");
    let check = at_a_terminal(&place, "check", "MORE", "").code(1);
    assert!(check.stdout.contains("\u{1b}[1m"), "{check}");
}

#[test]
#[ignore = "needs script, of util-linux"]
fn there_are_none_where_nobody_wants_them() {
    let place = Place::new();
    place.solve("fn main() { hello }\n");
    for command in ["check", "hint", "next"] {
        let run = at_a_terminal(&place, command, "NO_COLOR", "1");
        assert!(!run.stdout.contains("\u{1b}["), "{run}");
    }
}

#[test]
fn there_are_none_without_a_terminal() {
    let place = Place::new();
    place.solve(RIGHT);
    for command in ["list", "check"] {
        let run = place.course(&[command]).env("TERM", "xterm").run();
        assert!(!run.stdout.contains('\u{1b}'), "{run}");
        assert_eq!(run.stderr, "");
    }
}

#[test]
#[ignore = "needs script, of util-linux"]
fn at_a_terminal_without_unicode_there_are_words() {
    let place = Place::new();
    place.solve(WRONG);
    let run = at_a_terminal(&place, "check", "LC_ALL", "C").code(1);
    assert!(run.stdout.contains("FAILED\u{1b}[0m it says hello"), "{run}");
    assert!(run.stdout.is_ascii(), "{run}");
}
