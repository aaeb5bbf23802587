//! Which exercise is meant.

use lesson_check::Run;

use crate::place::Place;

/// Where the program of the exercise is that `open` would open.
fn opened(run: &Run) -> &str {
    let line = run.stdout.lines().next().unwrap();
    line.trim_start().strip_prefix("edit").unwrap().trim_start()
}

#[test]
fn an_exercise_has_a_name_two_numbers_and_a_directory() {
    let place = Place::new();
    let directory = place.path("exercises/01_beginning/02_two_greetings");
    for name in [
        "two_greetings",
        "01/02",
        "1.2",
        "1/2",
        "exercises/01_beginning/02_two_greetings",
        "exercises/01_beginning/02_two_greetings/",
        "01_beginning/02_two_greetings",
        directory.to_str().unwrap(),
    ] {
        let run = place.run(&["open", name]).success();
        let expected = "exercises/01_beginning/02_two_greetings/src/main.rs";
        assert_eq!(opened(&run), expected, "{name}");
    }
}

#[test]
fn without_a_name_it_is_the_first_that_does_not_pass() {
    let place = Place::new();
    let run = place.run(&["open"]).success();
    assert!(opened(&run).contains("/01_hello_world/"), "{run}");
}

#[test]
fn without_a_name_it_is_the_one_whose_directory_one_is_in() {
    let place = Place::new();
    for below in ["", "src", "tests"] {
        let here = place.path("exercises/02_end/01_last_words").join(below);
        let run = place.course(&["open"]).directory(here).run().success();
        let first = opened(&run);
        assert!(first.ends_with("main.rs"), "{run}");
        assert!(!first.contains("hello_world"), "{run}");
    }
}

#[test]
fn a_name_that_is_not_there_gets_the_nearest_one() {
    let place = Place::new();
    for (wrong, nearest) in [
        ("helo_world", "hello_world"),
        ("two_greting", "two_greetings"),
        ("lastwords", "last_words"),
    ] {
        let run = place.run(&["check", wrong]).code(2);
        let expected = format!("did you mean `{nearest}`?");
        assert!(run.stderr.contains(&expected), "{run}");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_name_that_is_like_none_gets_no_guess() {
    let run = Place::new().run(&["check", "xyzzy"]).code(2);
    assert!(!run.stderr.contains("did you mean"), "{run}");
    assert!(run.stderr.contains("cargo course list"), "{run}");
}

#[test]
fn a_beginning_that_no_other_name_has_is_enough() {
    let run = Place::new().run(&["check", "two_gr"]).code(1);
    assert!(run.stdout.contains("two_greetings is not begun"), "{run}");
}

#[test]
fn numbers_that_are_not_there_are_refused() {
    let place = Place::new();
    for wrong in ["3.1", "01/03", "exercises", "1"] {
        let run = place.run(&["check", wrong]).code(2);
        assert!(run.stderr.contains(wrong), "{run}");
    }
}

#[test]
fn a_command_that_is_not_there_gets_the_nearest_one() {
    let run = Place::new().run(&["chek"]).code(2);
    assert!(run.stderr.contains("'check'"), "{run}");
}
