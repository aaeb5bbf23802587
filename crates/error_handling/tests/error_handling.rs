//! What the chapter on errors promises, against real processes.
//!
//! Where CPython's own tests pin the same, their names stand beside.

use lesson_check::{Member, Program, Run, Running, Signal, Transcript};
use tempfile::tempdir;
use time_utils::trace::{self, Args, Category, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn demonstration() -> Program {
    let program = Program::new(env!("CARGO_BIN_EXE_error_handling"));
    program.env("RUST_BACKTRACE", "0")
}

fn scenario(name: &str) -> Program {
    let program = Program::new(env!("CARGO_BIN_EXE_error_handling_scenarios"));
    program.env("RUST_BACKTRACE", "0").arg(name)
}

fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

/// Who gets which task differs from run to run, and how many were ahead.
fn transcript(text: impl Into<String>) -> Transcript {
    Transcript::new(text)
        .mask(r"Worker-\d+", "Worker-[NUMBER]")
        .mask(r"never tried +\d{3}", "never tried [NUMBER]")
}

// The demonstration.

#[test]
fn the_demonstrations_print_what_the_book_shows() {
    for (option, shown, code) in [
        (None, "output.txt", 0),
        (Some("--supervised"), "supervised.txt", 1),
        (Some("--storm"), "storm.txt", 1),
    ] {
        let run = demonstration().args(option).run().code(code);
        transcript(run.stdout).assert_matches(format!("{HERE}/{shown}"));
    }
}

#[test]
fn the_seeds_worker_reports_its_error_and_the_program_goes_on() {
    let run = demonstration().run().success();
    let told = "Error in worker: division by zero\n\
                Error in Process-2: division by zero\n";
    assert_eq!(run.stderr, told);
    let [caught, returned, ..] = lines(&run)[..] else { panic!("{run}") };
    assert_eq!(caught, "a worker that catches its error: exit code 0");
    assert_eq!(returned, "a worker that returns its error: exit code 1");
}

#[test]
fn every_way_to_fail_is_told_apart() {
    let run = demonstration().run().success();
    for told in [
        "returns        the result 25\n",
        "fails          error: cannot count the lines of numbers.txt\n",
        "               because: No such file or directory (os error 2)\n",
        "panics         panic: index out of bounds: the len is 3",
        "               at crates/error_handling/src/ways.rs:",
        "exits          no result: exit code 3\n",
        "aborts         no result: signal 6 (SIGABRT)\n",
        "is killed      no result: signal 9 (SIGKILL)\n",
        "never ends     no result after 1s\n",
    ] {
        assert!(run.stdout.contains(told), "no `{told}` in {run}");
    }
    // Six of them failed, and each says who had it.
    assert_eq!(run.stdout.matches("in Worker-").count(), 6, "{run}");
}

/// CPython: `test_traceback`.
#[test]
fn with_a_backtrace_an_error_and_a_panic_say_how_they_got_there() {
    let program = demonstration().env("RUST_BACKTRACE", "1");
    let run = program.run().success();
    let frame = "src/ways.rs:";
    assert!(run.stdout.matches(frame).count() > 3, "{run}");
    // From which directory on a frame is told, depends on where one is.
    transcript(run.stdout)
        .mask(r"at \./\S*src/", "at src/")
        .assert_matches(format!("{HERE}/backtrace.txt"));
}

#[test]
fn the_error_line_says_how_much_is_lost_and_so_does_the_exit_code() {
    let run = demonstration().arg("--supervised").run().code(1);
    assert_eq!(run.stderr, "error: 3 of 10 tasks are lost\n");
    let run = demonstration().arg("--storm").run().code(1);
    let told = "error: 1000 of 1000 tasks are lost: 21 workers ended, one \
                after the other, and no task was done in between: look at \
                what ended them\n";
    assert_eq!(run.stderr, told);
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_tells_the_seeds_part_the_same_and_the_rest_worse() {
    let script = format!("{HERE}/python/error_handling.py");
    let twin = Program::python(script).run().success();
    Transcript::new(&twin.stdout)
        .assert_matches(format!("{HERE}/python/error_handling.txt"));
    let error = "Error in worker: division by zero\n";
    assert!(twin.stderr.starts_with(error), "{twin}");
    let ours = demonstration().run().success();
    let seed =
        |run: &Run| run.stdout.lines().take(5).collect::<Vec<_>>().join("\n");
    Transcript::new(seed(&ours)).assert_same(&seed(&twin), "the twin");
}

#[test]
#[ignore = "needs python3"]
fn pythons_executor_is_broken_for_good() {
    let script = format!("{HERE}/python/broken_executor.py");
    let run = Program::python(script).run().success().quiet();
    Transcript::new(run.stdout)
        .assert_matches(format!("{HERE}/python/broken_executor.txt"));
}

#[test]
fn in_the_trace_a_poison_task_is_begun_twice_and_ends_two_workers() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let program = demonstration().arg("--supervised");
    let _ = program.env(trace::VARIABLE, &file).run().code(1);
    let events = trace::read(&file).unwrap();
    let aborted = events.iter().filter(|event| match &event.args {
        Some(Args::Ended { how, .. }) => how.contains("SIGABRT"),
        _ => false,
    });
    assert_eq!(aborted.count(), 2, "{events:?}");
    let tasks = |phase| {
        let of = |event: &&trace::Event| {
            event.cat == Category::Task && event.ph == phase
        };
        events.iter().filter(of).count()
    };
    // 10 tasks: 2 of 3 tries, 2 of 2. Two tries of two came to no end.
    assert_eq!((tasks(Phase::Begin), tasks(Phase::End)), (16, 12));
}

// The supervisor.

#[test]
fn where_nothing_fails_all_are_done_at_the_first_try() {
    let _ = scenario("nothing fails").run().success().quiet();
}

#[test]
fn where_there_is_nothing_to_do_nothing_is_lost() {
    let _ = scenario("nothing to do").run().success().quiet();
}

#[test]
fn what_fails_twice_is_done_at_the_third_try_after_two_pauses() {
    let _ = scenario("flaky").run().success().quiet();
}

#[test]
fn what_always_fails_is_given_up_after_three_tries() {
    let run = scenario("error").run().success().quiet();
    let [first, last] = lines(&run)[..] else { panic!("{run}") };
    assert!(first.starts_with("act, task 0, in Worker-"), "{run}");
    assert!(last.starts_with("act, task 9, in Worker-"), "{run}");
    let end = "): as asked; given up after 3 tries";
    assert!(first.ends_with(end) && last.ends_with(end), "{run}");
}

#[test]
fn a_panic_is_told_with_its_place_and_not_tried_again() {
    let run = scenario("panic").run().success().quiet();
    let place = "): panicked at crates/error_handling/tests/programs/tasks.rs:";
    assert!(run.stdout.contains(place), "{run}");
    assert!(run.stdout.ends_with(": as asked; not tried again\n"), "{run}");
}

/// CPython: `test_crash`, `test_killed_child`: there all futures are lost.
#[test]
fn poison_ends_two_workers_and_no_other_task_notices() {
    let _ = scenario("poison").run().success().quiet();
}

#[test]
fn a_task_that_takes_too_long_is_ended_and_given_up_at_the_second_time() {
    let run = scenario("late").run().success().quiet();
    let told = "): not done after 1s, so its worker was killed; \
                given up as poison at try 2\n";
    assert!(run.stdout.ends_with(told), "{run}");
}

#[test]
fn what_cannot_be_sent_is_given_up_and_no_worker_is_blamed() {
    let run = scenario("argument").run().success().quiet();
    let told = "act, task 3: its argument cannot be sent: \
                Serde Serialization Error; not tried again\n";
    assert_eq!(run.stdout, told);
}

#[test]
fn whatever_fails_at_once_all_else_is_complete_and_in_order() {
    let run = scenario("mixed").run().success().quiet();
    let summary = [
        "tasks                              300",
        "done                               294",
        "  of them not at the first try       1",
        "lost                                 6",
        "  of them never tried                0",
        "workers that ended with a task       6",
    ];
    assert_eq!(lines(&run), summary);
}

#[test]
fn thirty_workers_are_killed_from_outside_and_nothing_is_lost() {
    let _ = scenario("killed from outside").run().success().quiet();
}

#[test]
fn a_storm_is_stopped_at_the_limit_and_what_was_done_is_kept() {
    let run = scenario("storm").run().success().quiet();
    let (why, kinds) =
        lines(&run).split_last().map(|(w, k)| (*w, k.to_vec())).unwrap();
    let told = "6 workers ended, one after the other, and no task was done in \
                between: look at what ended them";
    assert_eq!(why, told);
    // One is named after the other, so some may come twice.
    let expected = [
        "stopped before it was tried again",
        "stopped at try 1; it may have begun",
        "stopped before it was tried",
    ];
    let last = |text: &'static str| text.rsplit("; ").next().unwrap();
    assert!(
        kinds.iter().all(|kind| expected.map(last).contains(kind)),
        "{run}"
    );
    assert_eq!(kinds.last(), Some(&expected[2]), "{run}");
}

#[test]
fn many_poison_tasks_among_others_are_no_storm() {
    let _ = scenario("much poison").run().success().quiet();
}

/// CPython: `FailingInitializerMixin`; its `Pool` starts workers without end.
#[test]
fn where_no_fresh_worker_can_begin_it_ends_soon() {
    let run = scenario("no fresh worker").run().success().quiet();
    let told = "no worker is left: \
                no fresh worker can be started: the initializer failed in \
                Worker-[NUMBER]: a library is missing\n";
    transcript(run.stdout).assert_same(told, "what is promised");
}

#[test]
fn where_one_worker_cannot_be_replaced_the_other_does_it_all() {
    let _ = scenario("one healthy worker").run().success().quiet();
}

// What a person does to it.

#[test]
fn after_ctrl_c_it_is_told_what_was_done() {
    let mut running = scenario("long").start();
    running.wait_for("all but two are done");
    running.press_ctrl_c();
    let run = running.finish().code(130);
    let told = "error: 2 of 100 tasks are lost: interrupted by signal 2\n";
    assert_eq!(run.stderr, told);
}

#[test]
fn ctrl_c_ends_the_demonstration_and_it_says_what_is_done() {
    let long = ["--supervised", "--deadline", "600000"];
    let mut running = demonstration().args(long).start();
    wait_for_fresh_worker(&mut running);
    running.press_ctrl_c();
    let run = running.finish().code(130);
    assert!(run.stdout.contains("\nworkers that ended with a task "), "{run}");
    assert!(run.stderr.ends_with("lost: interrupted by signal 2\n"), "{run}");
}

/// Until a worker has ended and been replaced: then tasks are under way.
fn wait_for_fresh_worker(running: &mut Running) {
    // Any of them: the first may be over before we look.
    let is_fresh = |member: &Member| {
        let name = member.worker_name();
        name.is_some_and(|name| !["Worker-1", "Worker-2"].contains(&name))
    };
    let fresh = running.until_member(is_fresh);
    assert!(fresh.is_some(), "no worker has been replaced");
}

#[test]
fn ctrl_c_is_none_of_the_ways_to_fail() {
    let mut running = demonstration().args(["--deadline", "600000"]).start();
    running.wait_for("is killed");
    running.press_ctrl_c();
    let run = running.finish().code(130);
    assert!(!run.stdout.contains("interrupted"), "{run}");
}

#[test]
fn a_killed_parent_leaves_no_worker() {
    let long = ["--supervised", "--deadline", "600000"];
    let mut running = demonstration().args(long).start();
    running.wait_for_descendants(2);
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL);
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    demonstration().assert_tells_of_a_full_disk();
    // What is lost is worse.
    for option in ["--supervised", "--storm"] {
        let full = std::fs::File::options().write(true).open("/dev/full");
        let run = demonstration().arg(option).stdout(full.unwrap()).run();
        let run = run.code(1);
        assert!(run.stderr.contains("tasks are lost"), "{run}");
    }
}

#[test]
fn a_reader_that_has_gone_away_changes_nothing_of_the_exit_code() {
    for (option, code) in
        [(None, 0), (Some("--supervised"), 1), (Some("--storm"), 1)]
    {
        let (_, nobody_reads) = std::io::pipe().unwrap();
        let run = demonstration().args(option).stdout(nobody_reads).run();
        let run = run.code(code);
        let is_told = run.stderr.contains("tasks are lost");
        assert_eq!(is_told, code == 1, "{run}");
        assert!(!run.stderr.contains("panicked"), "{run}");
    }
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [
        &["--workers", "0"][..],
        &["--workers", "65"],
        &["--deadline", "-1"],
        &["--deadline", "0"],
        &["--supervised", "--storm"],
        &["--nonsense"],
        &["nonsense"],
    ] {
        demonstration().assert_refuses(wrong);
    }
}

#[test]
fn help_names_every_option() {
    let run = demonstration().arg("--help").run().success().quiet();
    for option in [
        "--supervised",
        "--storm",
        "--workers",
        "--deadline",
        "--help",
        "--version",
    ] {
        assert!(run.stdout.contains(option), "{run}");
    }
}
