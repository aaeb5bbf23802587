//! Whether an exercise passes, and what is said about it.

use crate::place::{FIRST_CHECK, Place, RIGHT, WRONG};

#[test]
fn what_passes_is_told_with_what_comes_next() {
    let place = Place::new();
    place.solve(RIGHT);
    let run = place.run(&["check", "hello_world"]).success().quiet();
    for expected in [
        "checking 01/01 hello_world\n",
        "  ✓ it says hello\n",
        "  ✓ it says something\n",
        "\nhello_world passes\n",
        "cargo course solution hello_world\n",
        "book/src/beginning.md\n",
        "01/02 two_greetings: exercises/01_beginning/02_two_greetings/README.md\n",
    ] {
        assert!(run.stdout.contains(expected), "{expected}: {run}");
    }
}

#[test]
fn what_was_just_solved_is_what_is_checked() {
    let place = Place::new();
    place.solve(RIGHT);
    let run = place.run(&["check"]).success();
    assert!(run.stdout.contains("hello_world passes"), "{run}");
    let run = place.run(&["check"]).code(1);
    assert!(
        run.stdout.starts_with("01/02 two_greetings is not begun"),
        "{run}"
    );
}

#[test]
fn where_nothing_is_known_the_first_that_does_not_pass_is_checked() {
    let place = Place::new();
    place.solve(WRONG);
    let last = "exercises/02_end/01_last_words/src/main.rs";
    place.write(
        &last.replace("02_end/01_last_words", "01_beginning/02_two_greetings"),
        RIGHT,
    );
    place.write(last, RIGHT);
    let run = place.run(&["check"]).code(1);
    assert!(run.stdout.contains("hello_world does not pass yet"), "{run}");
}

#[test]
fn a_failure_is_told_in_the_words_of_the_test() {
    let place = Place::new();
    place.solve(WRONG);
    let run = place.run(&["check"]).code(1).quiet();
    let told = "\n✗ it says hello\n\n\
        It printed \"hallo\\n\".\nIt was to say hello.\n\n\
        hello_world does not pass yet: 1 of 2 tests fail\n";
    assert!(run.stdout.contains(told), "{run}");
    assert!(run.stdout.contains("  ✓ it says something\n"), "{run}");
    assert!(run.stdout.contains("cargo course hint hello_world"), "{run}");
    assert!(!run.stdout.contains("panicked"), "{run}");
}

#[test]
fn of_several_failures_the_first_is_explained() {
    let place = Place::new();
    place.solve("fn main() {}\n");
    let run = place.run(&["check"]).code(1);
    assert!(run.stdout.contains("  ✗ it says hello\n"), "{run}");
    assert!(run.stdout.contains("  ✗ it says something\n"), "{run}");
    assert!(run.stdout.contains("It was to say hello."), "{run}");
    assert!(!run.stdout.contains("it says nothing"), "{run}");
    assert!(run.stdout.contains("2 of 2 tests fail"), "{run}");
}

#[test]
fn the_first_is_that_of_the_file() {
    let place = Place::new();
    place.solve(RIGHT);
    let test =
        |name| format!("#[test]\nfn {name}() {{ panic!(\"{name}\") }}\n");
    let [one, two, three] = ["m_is_first", "z_is_next", "a_is_last"].map(test);
    place.write(FIRST_CHECK, &[one, two, three].concat());
    // One after the other they would run in the order of their names.
    let program = place.course(&["check"]).env("RUST_TEST_THREADS", "1");
    let run = program.run().code(1);
    assert!(run.stdout.contains("\n✗ m is first\n"), "{run}");
    assert!(!run.stdout.contains("\n✗ a is last\n"), "{run}");
}

#[test]
fn an_ordinary_panic_is_told_without_advice_for_another_tool() {
    let place = Place::new();
    place.solve(RIGHT);
    place.write(FIRST_CHECK, "#[test]\nfn it_fails() { assert_eq!(1, 2); }\n");
    let run = place.course(&["check"]).env("RUST_BACKTRACE", "1").run().code(1);
    assert!(run.stdout.contains("  left: 1\n right: 2\n"), "{run}");
    assert!(!run.stdout.contains("RUST_BACKTRACE"), "{run}");
    assert!(!run.stdout.contains("stack backtrace"), "{run}");
}

#[test]
fn a_message_that_looks_like_the_harness_is_told_as_it_is() {
    let place = Place::new();
    place.solve(RIGHT);
    let message = "failures:\\n\\n---- other stdout ----\\ntest other ... ok\\n\
        \\nfailures:\\n    other";
    let test = format!(
        "#[test]\nfn it_quotes() {{ eprintln!(\"{message}\");\n\
         std::panic::resume_unwind(Box::new(())); }}\n"
    );
    place.write(FIRST_CHECK, &test);
    let run = place.run(&["check"]).code(1);
    let told = message.replace("\\n", "\n");
    assert!(run.stdout.contains(&format!("\n\n{told}\n\n")), "{run}");
    assert!(run.stdout.contains("1 of 1 tests fail"), "{run}");
}

#[test]
fn what_does_not_compile_is_told_as_the_compiler_tells_it() {
    let place = Place::new();
    place.solve("fn main() {\n    let number: u32 = \"five\";\n}\n");
    let run = place.run(&["check"]).code(1).quiet();
    assert!(run.stdout.contains("error[E0308]: mismatched types"), "{run}");
    assert!(run.stdout.contains("01_hello_world/src/main.rs:2:23"), "{run}");
    assert!(run.stdout.contains("hello_world does not compile yet"), "{run}");
    assert!(!run.stdout.contains("aborting due to"), "{run}");
    assert!(!run.stdout.contains('\u{1b}'), "{run}");
}

#[test]
fn a_warning_is_told_and_passes() {
    let place = Place::new();
    place.solve(&format!("{RIGHT}fn forgotten() {{}}\n"));
    let run = place.run(&["check"]).success();
    assert!(run.stdout.contains("`forgotten` is never used"), "{run}");
    assert!(run.stdout.contains("hello_world passes"), "{run}");
}

#[test]
fn a_check_without_tests_does_not_pass() {
    let place = Place::new();
    place.solve(RIGHT);
    place.write(FIRST_CHECK, "#[test]\n#[ignore = \"later\"]\nfn it() {}\n");
    let run = place.run(&["check"]).code(1);
    assert!(run.stdout.contains("none of its tests was run"), "{run}");
}

#[test]
fn a_check_that_breaks_off_is_told_in_the_words_of_cargo() {
    let place = Place::new();
    place.solve(RIGHT);
    place.write(FIRST_CHECK, "#[test]\nfn it() { std::process::abort() }\n");
    let run = place.run(&["check"]).code(1);
    assert!(run.stdout.contains("SIGABRT"), "{run}");
    assert!(run.stdout.contains("hello_world could not be checked"), "{run}");
}

#[test]
fn a_manifest_that_is_wrong_is_an_error() {
    let place = Place::new();
    place.solve(RIGHT);
    place.write("crates/helper/Cargo.toml", "[package\n");
    for command in ["check", "list", "next"] {
        let run = place.run(&[command]).code(1);
        assert!(run.stderr.contains("crates/helper/Cargo.toml"), "{run}");
        assert!(!run.stderr.contains("panicked"), "{run}");
    }
}

#[test]
fn a_cargo_that_is_not_there_is_an_error() {
    let place = Place::new();
    place.solve(RIGHT);
    let program = place.course(&["check"]).env("CARGO", "/nowhere/cargo");
    let run = program.run().code(1);
    assert!(run.stderr.starts_with("error: cannot ask cargo"), "{run}");
}

#[test]
fn notes_that_cannot_be_written_are_missed_by_nobody() {
    let place = Place::new();
    place.solve(RIGHT);
    // In the place of a directory.
    place.write("target/course", "");
    let run = place.run(&["check"]).success();
    assert!(run.stdout.contains("hello_world passes"), "{run}");
    assert!(run.stdout.contains("01/02 two_greetings"), "{run}");
}
