//! What the chapter on time promises, against the real program.

use std::fs;
use std::time::Duration;

use lesson_check::{Program, Transcript};
use tempfile::tempdir;
use time_utils::trace::{self, Category, Phase};
use time_utils::{measure, spin, timestamp};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_time_utils"))
}

#[test]
fn the_demonstration_prints_what_the_book_shows() {
    let run = demonstration().run().success().quiet();
    Transcript::new(run.stdout).assert_matches(format!("{HERE}/output.txt"));
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let few = ["--iterations", "1000"];
    let script = format!("{HERE}/python/time_utils.py");
    let twin = Program::python(script).args(few).run().success().quiet();
    let ours = demonstration().args(few).run().success();
    Transcript::new(ours.stdout).assert_same(&twin.stdout, "the twin");
}

#[test]
fn the_busy_loop_is_not_optimised_away() {
    // No processor goes round ten times in a nanosecond. An empty loop,
    // which the optimiser removes, would seem to. A busy machine only makes
    // it slower.
    let (rounds, least) = (100_000_000, Duration::from_millis(10));
    assert!(measure(|| spin(rounds)).1 > least);
}

#[test]
fn the_loops_of_the_book_print_what_it_shows() {
    let loops = Program::new(env!("CARGO_BIN_EXE_empty_loop"));
    let run = loops.run().success().quiet();
    Transcript::new(run.stdout)
        .assert_matches(format!("{HERE}/empty_loop.txt"));
}

#[test]
fn a_measured_time_is_that_of_the_work() {
    let pause = Duration::from_millis(20);
    let (result, elapsed) = measure(|| {
        std::thread::sleep(pause);
        "done"
    });
    assert_eq!(result, "done");
    assert!(elapsed >= pause);
}

#[test]
fn a_timestamp_is_hours_minutes_and_seconds() {
    let fields: Vec<u8> =
        timestamp().split(':').map(|field| field.parse().unwrap()).collect();
    assert!(matches!(fields[..], [0..24, 0..60, 0..60]), "{fields:?}");
    assert_eq!(timestamp().len(), "12:00:01".len());
}

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    demonstration().assert_quiet_without_a_reader();
}

#[test]
fn the_book_shows_what_is_said_of_a_full_disk() {
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let run = demonstration().args(["--iterations", "1"]).stdout(full).run();
    Transcript::new(run.code(1).stderr)
        .assert_matches(format!("{HERE}/full_disk.txt"));
}

#[test]
#[ignore = "needs python3"]
fn the_book_shows_what_the_python_twin_prints() {
    let script = format!("{HERE}/python/time_utils.py");
    let run = Program::python(script).run().success();
    Transcript::new(run.stdout)
        .assert_matches(format!("{HERE}/python/output.txt"));
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    demonstration().assert_tells_of_a_full_disk();
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [&["--iterations", "many"][..], &["--nonsense"]] {
        demonstration().assert_refuses(wrong);
    }
}

#[test]
fn the_trace_has_the_beginning_and_the_end_of_the_task() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let run = demonstration().env(trace::VARIABLE, &file).start();
    let pid = run.pid();
    let _ = run.finish().success().quiet();
    let events = trace::read(&file).unwrap();
    let [begin, end] = &events[..] else { panic!("{events:?}") };
    assert_eq!((begin.ph, end.ph), (Phase::Begin, Phase::End));
    for event in [begin, end] {
        assert_eq!(event.name, "kill_time");
        assert_eq!(event.cat, Category::Task);
        assert_eq!(event.pid, pid);
    }
    assert!(begin.ts < end.ts);
}

#[test]
fn without_the_variable_nothing_is_traced() {
    let _ = demonstration().env(trace::VARIABLE, "").run().success().quiet();
    let run = demonstration().env(trace::VARIABLE, "/nowhere/trace").run();
    // A trace that cannot be written does not fail the program.
    let run = run.success();
    assert!(run.stderr.contains("/nowhere/trace"), "{run}");
}

#[test]
fn a_line_that_is_no_event_is_named() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    fs::write(&file, "no event\n").unwrap();
    let error = trace::read(&file).unwrap_err().to_string();
    assert!(error.ends_with("line 1: not a trace event"), "{error}");
}
