//! What the chapter on pools promises, against real processes.
//!
//! Where CPython's own tests pin the same, their names stand beside.

use std::fs::read_to_string;
use std::thread::{sleep, yield_now};
use std::time::Duration;

use lesson_check::{Program, Run, Running, Signal, Transcript};
use tempfile::tempdir;
use time_utils::trace::{self, Category};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_pool_map"))
}

fn scenario(name: &str) -> Program {
    let program = Program::new(env!("CARGO_BIN_EXE_pool_map_scenarios"));
    program.env("RUST_BACKTRACE", "0").arg(name)
}

fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

/// Who gets which task differs from run to run.
fn transcript(text: impl Into<String>) -> Transcript {
    Transcript::new(text).mask(r"Worker-\d+", "Worker-[NUMBER]")
}

// The demonstration.

#[test]
fn the_demonstrations_print_what_the_book_shows() {
    for (option, shown) in [
        (None, "output.txt"),
        (Some("--kill"), "kill.txt"),
        (Some("--fail"), "fail.txt"),
    ] {
        let run = demonstration().args(option).run().success().quiet();
        transcript(run.stdout).assert_matches(format!("{HERE}/{shown}"));
    }
}

#[test]
fn what_is_asked_one_by_one_prints_what_stands_in_its_comments() {
    let program = env!("CARGO_BIN_EXE_one_by_one");
    let run = Program::new(program).run().success().quiet();
    let source = read_to_string(format!("{HERE}/src/bin/one_by_one.rs"));
    let source = source.unwrap();
    let said = source.lines().filter_map(|line| line.split_once("?; // "));
    let said: Vec<_> = said.map(|(_, comment)| comment).collect();
    assert_eq!(lines(&run), said);
    assert_eq!(said.len(), 2);
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let script = format!("{HERE}/python/pool_map.py");
    for numbers in [&[][..], &["--numbers", "7,1,-12"]] {
        let twin = Program::python(&script).args(numbers).run().success();
        let ours = demonstration().args(numbers).run().success();
        Transcript::new(ours.stdout).assert_same(&twin.stdout, "the twin");
    }
}

#[test]
#[ignore = "needs python3"]
fn pythons_map_does_not_return_when_a_worker_is_killed() {
    let script = format!("{HERE}/python/killed_worker.py");
    let run = Program::python(script).run().success().quiet();
    Transcript::new(run.stdout)
        .assert_matches(format!("{HERE}/python/killed_worker.txt"));
}

#[test]
fn numbers_ranges_workers_and_chunks_are_as_asked_for() {
    let run = demonstration()
        .args(["--numbers", "-3,7..=9", "--workers", "3"])
        .args(["--chunk-size", "2", "--slow", "1"])
        .run()
        .success()
        .quiet();
    let squares = "[9, 49, 64, 81]";
    let [threads, processes] =
        ["threads:  ", "processes:"].map(|name| format!("{name} {squares}"));
    assert_eq!(lines(&run), [threads, processes]);
}

#[test]
fn a_long_list_is_abbreviated() {
    let run = demonstration().args(["--numbers", "1..=100000"]).run().success();
    let squares = "[1, 4, …, 10000000000]  100000 numbers";
    for line in lines(&run) {
        assert!(line.ends_with(squares), "{run}");
    }
}

#[test]
fn a_square_that_is_too_large_is_an_error_by_threads_and_by_processes() {
    let large = "--numbers=1,3037000500";
    for (backend, told) in [
        ("threads", "error: the square of 3037000500 has over 64 bits\n"),
        ("processes", "square, task 1, in Worker-"),
    ] {
        let run = demonstration().args([large, "--backend", backend]).run();
        let run = run.code(1);
        assert!(run.stderr.contains(told), "{run}");
        assert!(run.stderr.contains("has over 64 bits\n"), "{run}");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn without_a_terminal_there_is_no_bar() {
    let run = demonstration()
        .args(["--numbers", "1..=8", "--slow", "200", "--workers", "2"])
        .run()
        .success()
        .quiet();
    assert_eq!(run.stdout.lines().count(), 2, "{run}");
}

#[test]
fn in_the_trace_two_workers_are_at_six_tasks() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let _ = demonstration()
        .args(["--backend", "processes", "--numbers", "1..=6"])
        .args(["--workers", "2", "--slow", "20", "--chunk-size", "1"])
        .env(trace::VARIABLE, &file)
        .run()
        .success();
    let events = trace::read(&file).unwrap();
    let is_task = |event: &&trace::Event| {
        event.cat == Category::Task && event.name == "square"
    };
    let mut workers: Vec<_> =
        events.iter().filter(is_task).map(|event| event.pid).collect();
    assert!(workers.len() >= 6, "{events:?}");
    workers.sort_unstable();
    workers.dedup();
    assert_eq!(workers.len(), 2, "{events:?}");
}

// What is asked, and what comes back.

/// CPython: `test_map`, `test_imap`, `test_imap_unordered`,
/// `test_map_chunksize`, `test_empty_iterable`.
#[test]
fn results_are_complete_and_in_order_for_all_sizes_of_input_and_chunk() {
    let run = scenario("all sizes").run().success().quiet();
    assert_eq!(lines(&run), ["all right"]);
}

/// CPython: `test_starmap`.
#[test]
fn tuples_nothing_and_processes_of_its_own_are_a_tasks_business() {
    let run = scenario("shapes").run().success().quiet();
    let expected = [
        "starmap: [3.5, 1.25]",
        "nothing: [(), (), (), (), ()]",
        "nothing, one by one: 3",
        "grandchildren: [1, 2, 3]",
    ];
    assert_eq!(lines(&run), expected);
}

#[test]
fn a_task_that_is_not_listed_is_an_error_that_says_what_to_do() {
    let run = scenario("unlisted").run().success().quiet();
    let [error] = lines(&run)[..] else { panic!("{run}") };
    assert!(error.contains("do not list it, only [square, sum,"), "{run}");
    assert!(error.ends_with("add it there"), "{run}");
}

/// CPython: `test_map_unplicklable`.
#[test]
fn an_argument_that_cannot_be_written_is_an_error_of_that_task_alone() {
    let run = scenario("argument").run().success().quiet();
    let error = "its argument cannot be sent: Serde Serialization Error";
    let imap = format!(r#"imap: ["0", "1", "2", "shy, 3..4: {error}", "4"]"#);
    let map = format!("map: shy, task 3: {error}");
    let apply = format!("apply: shy, task 0: {error}");
    let mut expected = [&imap[..], &map].repeat(3);
    expected.extend([&apply[..], "endless: 1000"]);
    assert_eq!(lines(&run), expected);
}

/// CPython: `test_unpickleable_result`.
#[test]
fn a_result_that_cannot_be_carried_is_an_error_and_costs_no_worker() {
    let run = scenario("results").run().success().quiet();
    let error = "its result cannot be carried: Serde";
    let expected = [
        format!(
            r#"written: ["2", "shy_result, 1..2: {error} Serialization Error", "4"]"#
        ),
        format!(
            r#"read: ["2", "riddle, 1..2: {error} Deserialization Error", "4"]"#
        ),
        // Where the third one begins, nobody knows.
        format!(
            r#"read, in one chunk: ["2", "riddle, 1..2: {error} Deserialization Error", "riddle, 2..3: {error} Deserialization Error"]"#
        ),
        "the same workers: true".into(),
    ];
    assert_eq!(lines(&run), expected);
}

/// CPython: `test_map_handle_iterable_exception`,
/// `test_imap_handle_iterable_exception`,
/// `test_imap_unordered_handle_iterable_exception`.
#[test]
fn values_that_panic_panic_in_the_caller_and_the_pool_is_usable() {
    let run = scenario("iterator").run().success();
    assert_eq!(run.stderr.matches("panicked at").count(), 6, "{run}");
}

/// CPython: `test_map_no_failfast`.
#[test]
fn map_tells_the_first_error_when_all_tasks_are_done() {
    let run = scenario("first error").run().success().quiet();
    assert_eq!(lines(&run), ["touchy, 3..4: as asked"]);
}

/// CPython: `test_traceback`, `test_wrapped_exception`.
#[test]
fn a_panic_says_where_it_was_and_with_a_backtrace_an_error_does_too() {
    let here = "crates/pool_map/tests/programs/tasks.rs";
    let run = scenario("told").run().success().quiet();
    let [error, none, panic, none_either] = lines(&run)[..] else {
        panic!("{run}");
    };
    assert!(error.ends_with("): as asked"), "{run}");
    assert!(panic.contains(&format!("): panicked at {here}:")), "{run}");
    assert_eq!([none, none_either], ["no backtrace"; 2]);

    let run = scenario("told").env("RUST_BACKTRACE", "1").run().success();
    let [_, error, _, panic] = lines(&run)[..] else { panic!("{run}") };
    for frame in [error, panic] {
        // From which directory on, the build decides.
        assert!(frame.contains("tests/programs/tasks.rs"), "{frame}");
    }
}

// Waiting.

/// CPython: `test_async`, `test_async_timeout`.
#[test]
fn a_deadline_is_kept_and_the_task_goes_on() {
    let run = scenario("deadlines").run().success().quiet();
    let expected = [
        "ready: false",
        "in time: true",
        "ready: true",
        "got: Ok(Ok(()))",
        "in time: false",
    ];
    assert_eq!(lines(&run), expected);
}

/// CPython: `test_first_completed`, `WaitTests.test_timeout`.
#[test]
fn tasks_asked_for_one_by_one_come_back_as_they_get_done() {
    let run = scenario("completions").run().success().quiet();
    let refused = "shy, task 7: its argument cannot be sent: \
                   Serde Serialization Error";
    assert_eq!(lines(&run), [refused, "done: 10, 10, 20"]);
}

#[test]
fn a_task_that_takes_too_long_is_ended_and_the_others_are_done() {
    let run = scenario("task deadline").run().success().quiet();
    let late = "not done after 1s, so its worker was killed";
    assert_eq!(lines(&run), ["done", late, "done", late]);
}

#[test]
fn a_chunk_has_as_long_as_all_its_tasks_together() {
    let run = scenario("task deadline of a chunk").run().success().quiet();
    let late = "not done after 2s, so its worker was killed";
    assert_eq!(lines(&run), ["done", "done", late, late, "done"]);
}

#[test]
fn a_stopped_worker_is_late_as_well() {
    let run = scenario("stopped and late").run().success().quiet();
    let late = "not done after 1s, so its worker was killed";
    assert_eq!(lines(&run), [late, late]);
}

#[test]
fn a_deadline_counts_from_when_the_worker_gets_to_the_task() {
    let name = "no deadline for those who wait";
    let _ = scenario(name).run().success().quiet();
}

/// CPython: `test_cancel` and `test_cancel_futures` of its executors.
#[test]
fn a_task_can_be_cancelled_before_it_begins_and_not_after() {
    let run = scenario("cancel").run().success().quiet();
    let expected = [
        "waits: true",
        "again: true",
        "it is told: say, task 0: it was cancelled",
        "begun: false",
        "got: 7",
    ];
    assert_eq!(lines(&run), expected);
}

#[test]
fn imap_takes_some_values_ahead_and_no_more_also_from_an_endless_source() {
    let run = scenario("lazy").run().success().quiet();
    assert_eq!(lines(&run), ["[0, 1, 4, 9, 16, 25, 36, 49, 64, 81]"]);
}

#[test]
fn imap_takes_no_more_ahead_while_the_first_result_is_not_there() {
    let _ = scenario("slow first").run().success().quiet();
}

#[test]
fn a_million_tasks_need_no_more_memory_than_a_few() {
    // A machine may be busy, and a million are many.
    let long = Duration::from_mins(5);
    let _ = scenario("a million").deadline(long).run().success().quiet();
}

#[test]
fn results_that_are_dropped_halfway_leave_the_pool_usable() {
    let _ = scenario("halfway").run().success().quiet();
}

#[test]
fn a_slow_source_does_not_keep_back_the_results_that_are_there() {
    let _ = scenario("slow source").run().success().quiet();
}

#[test]
fn several_threads_use_one_pool_and_each_gets_its_own_results() {
    let _ = scenario("threads").run().success().quiet();
}

// Workers that end.

/// CPython: `ExecutorDeadlockTest.test_crash`, `test_killed_child`.
#[test]
fn whatever_a_task_does_to_its_worker_the_error_says_it_and_the_rest_is_right()
{
    let run = scenario("matrix").run().success().quiet();
    let by = |exit: &str| format!("the worker ended: {exit}");
    let ends = |panic: String| {
        [
            panic,
            by("exit code 3"),
            by("signal 6 (SIGABRT)"),
            by("signal 9 (SIGKILL)"),
        ]
    };
    let read = "its argument cannot be carried: Serde Deserialization Error";
    let written = "its result cannot be carried: Serde Serialization Error";
    let panicked = "panicked at [PLACE]: as asked";
    let mut expected = Vec::new();
    for (when, error, panic) in [
        ("ArgumentRead", read, panicked.into()),
        ("Run", "as asked", panicked.into()),
        ("ResultWritten", written, panicked.into()),
    ] {
        expected.push(format!("{when}, Error: {error}"));
        let hows = ["Panic", "Exit", "Abort", "Kill"];
        for (how, told) in hows.iter().zip(ends(panic)) {
            expected.push(format!("{when}, {how}: {told}"));
        }
    }
    let expected = expected.join("\n") + "\n";
    Transcript::new(run.stdout)
        .mask(r"at crates/\S+:\d+:\d+:", "at [PLACE]:")
        .assert_same(&expected, "what is promised");
}

/// CPython: `ExecutorDeadlockTest`, "unpickle result in the parent".
#[test]
fn a_result_that_spoils_the_parents_reading_costs_no_worker() {
    let run = scenario("result in the parent").run().success();
    let error = "its result cannot be carried: Serde Deserialization Error";
    assert_eq!(lines(&run), [error]);
}

#[test]
fn what_a_dead_worker_had_not_begun_is_done_by_others() {
    let _ = scenario("crowd").run().success().quiet();
}

#[test]
fn a_chunk_is_lost_as_a_whole_and_its_error_names_all_its_tasks() {
    let run = scenario("chunk").run().success().quiet();
    let lost = "3..6: the worker ended: signal 9 (SIGKILL)";
    assert_eq!(lines(&run), ["0", "1", "2", lost, lost, lost]);
}

#[test]
fn map_returns_when_a_worker_is_killed() {
    let run = scenario("map").run().success().quiet();
    let error = "touchy, task 3, in Worker-[NUMBER] (PID [PID]): \
                 the worker ended: signal 9 (SIGKILL)\n";
    let pid = (r"PID \d+", "PID [PID]");
    transcript(run.stdout).mask(pid.0, pid.1).assert_same(error, "the error");
}

#[test]
fn a_worker_that_is_killed_while_idle_takes_no_task_along() {
    let _ = scenario("idle").run().success().quiet();
}

/// CPython: `ExecutorDeadlockTest.test_crash_big_data`.
#[test]
fn a_worker_that_is_killed_with_its_result_half_sent_is_no_deadlock() {
    let _ = scenario("large result").run().success().quiet();
}

#[test]
fn as_many_workers_may_die_as_there_are_tasks() {
    let _ = scenario("many deaths").run().success().quiet();
}

// How a pool begins and ends.

/// CPython: `test_make_pool`.
#[test]
fn a_pool_without_workers_is_refused() {
    let run = scenario("no workers").run().success().quiet();
    assert_eq!(lines(&run), ["a pool needs at least one worker"]);
}

/// CPython: `TestPoolNotLeakOnFailure.test_release_unused_processes`.
#[test]
fn where_a_worker_cannot_be_started_nothing_of_the_others_is_left() {
    let _ = scenario("too few descriptors").run().success().quiet();
}

/// CPython: `InitializerMixin.test_initializer`.
#[test]
fn the_initializer_runs_once_in_each_worker_and_may_hold_a_producer() {
    let _ = scenario("initializer").run().success().quiet();
}

/// CPython: `FailingInitializerMixin.test_initializer`.
#[test]
fn an_initializer_that_fails_is_an_error_and_no_storm_of_fresh_workers() {
    let run = scenario("failing initializer").run().success().quiet();
    let expected = [
        "Error: as asked",
        "Panic: panicked at [PLACE]: as asked",
        "Exit: the worker ended: exit code 3",
        "Abort: the worker ended: signal 6 (SIGABRT)",
        "Kill: the worker ended: signal 9 (SIGKILL)\n",
    ];
    Transcript::new(run.stdout)
        .mask(r"at crates/\S+:\d+:\d+:", "at [PLACE]:")
        .assert_same(&expected.join("\n"), "what is promised");
}

#[test]
fn an_initializer_that_does_not_end_is_an_error_after_its_deadline() {
    let run = scenario("late initializer").run().success().quiet();
    let error = "the initializer failed in Worker-2: \
                 it was not through after 1s";
    assert_eq!(lines(&run), [error]);
}

#[test]
fn where_one_worker_cannot_be_replaced_the_other_does_it_all() {
    let _ = scenario("one seat is empty").run().success().quiet();
}

#[test]
fn where_the_third_initializer_fails_the_first_two_workers_are_gone() {
    let run = scenario("third initializer").run().success().quiet();
    let error = "the initializer failed in Worker-3: as asked";
    assert_eq!(lines(&run), [error]);
}

#[test]
fn tasks_for_whom_no_fresh_worker_can_begin_are_told_so() {
    let run = scenario("fresh worker fails").run().success().quiet();
    let [zero, one, two, killed, left, over] = lines(&run)[..] else {
        panic!("{run}");
    };
    assert_eq!([zero, one, two], ["0", "1", "2"]);
    assert_eq!(killed, "3..4: the worker ended: signal 9 (SIGKILL)");
    for (told, places) in [(left, "4..5"), (over, "5..6")] {
        let none = format!(
            "{places}: no fresh worker can be started: the initializer"
        );
        assert!(told.starts_with(&none), "{run}");
    }
}

/// CPython: `test_pool_worker_lifetime`.
#[test]
fn after_so_many_chunks_a_worker_is_replaced() {
    let run = scenario("replaced").run().success().quiet();
    assert_eq!(lines(&run), ["workers for 12 chunks: 4"]);
}

/// CPython: `test_pool_worker_lifetime_early_close`.
#[test]
fn a_pool_of_workers_with_short_lives_is_closed_and_joined() {
    let _ = scenario("short lives").run().success().quiet();
}

/// CPython: `test_context`, `test_enter`.
#[test]
fn a_closed_pool_does_what_it_has_and_takes_no_more() {
    let run = scenario("close").run().success().quiet();
    let expected = [
        "join: the pool is still running: close or terminate it before join",
        "map: square, task 0: the pool is closed",
        "asked before: 144",
    ];
    assert_eq!(lines(&run), expected);
}

/// CPython: `test_terminate`.
#[test]
fn a_terminated_pool_ends_soon_and_tells_everybody_who_waits() {
    let _ = scenario("terminate").run().success().quiet();
}

/// CPython: `test_resource_warning`: there it is one's own duty.
#[test]
fn a_busy_pool_that_is_dropped_ends_soon_and_leaves_nothing() {
    let _ = scenario("drop").run().success().quiet();
}

#[test]
fn a_pool_is_dropped_soon_though_its_worker_is_stopped_and_reads_nothing() {
    let _ = scenario("stopped worker").run().success().quiet();
}

#[test]
fn fifty_pools_leave_no_process_descriptor_or_thread() {
    let _ = scenario("fifty pools").run().success().quiet();
}

#[test]
fn there_are_as_many_workers_as_cores_for_this_process() {
    let run = scenario("one core").run().success().quiet();
    assert_eq!(lines(&run), ["1", "1"]);
}

#[test]
fn a_pool_tells_what_its_workers_are_at() {
    let _ = scenario("status").run().success().quiet();
}

#[test]
fn a_variable_is_set_for_each_worker_and_for_nobody_else() {
    let _ = scenario("environment").run().success().quiet();
}

// What a person does to it.

#[test]
fn ctrl_c_ends_whoever_waits_for_a_pool() {
    for call in
        ["long map", "long imap", "long apply", "long completions", "long join"]
    {
        let mut running = scenario(call).start();
        running.wait_for("0 has begun");
        running.press_ctrl_c();
        let _ = running.finish().code(130).quiet();
    }
}

#[test]
fn workers_do_not_outlive_a_parent_that_is_killed() {
    let mut running = scenario("long map").start();
    running.wait_for("0 has begun");
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL);
}

#[test]
fn ctrl_c_ends_the_demonstration_by_threads_and_by_processes() {
    let slow = ["--slow", "300", "--numbers", "1..=1000"];
    let by_threads = ["--backend", "threads"];
    let running = demonstration().args(slow).args(by_threads).start();
    // It prints nothing by which one could tell that it has begun; from the
    // moment when it hears Ctrl-C on, any time will do.
    wait_until_it_hears(&running);
    running.press_ctrl_c();
    let _ = running.finish().code(130).quiet();

    let by_processes = ["--backend", "processes", "--workers", "2"];
    let mut running = demonstration().args(slow).args(by_processes).start();
    running.wait_for_descendants(2);
    running.press_ctrl_c();
    let _ = running.finish().code(130).quiet();
}

#[test]
fn ctrl_c_is_none_of_the_failures_that_are_shown() {
    // It takes some milliseconds. Before its main guard it is killed.
    for pause in 0..20 {
        let running = demonstration().arg("--fail").start();
        sleep(Duration::from_millis(pause));
        running.press_ctrl_c();
        let run = running.finish();
        let code = run.status.code();
        assert!([None, Some(0), Some(130)].contains(&code), "{run}");
        let told_all = run.stdout.contains("map tells the first");
        assert!(told_all || code != Some(0), "{run}");
        assert!(!run.stdout.contains("interrupted"), "{run}");
    }
}

/// Until SIGINT is caught, as the system says.
fn wait_until_it_hears(running: &Running) {
    let status = format!("/proc/{}/status", running.pid());
    let interrupt = 1 << (Signal::INT.as_raw() - 1);
    loop {
        let status = read_to_string(&status).expect("it runs");
        let caught = status.lines().find_map(|l| l.strip_prefix("SigCgt:"));
        let caught = caught.expect("a line of the system").trim();
        let caught = u64::from_str_radix(caught, 16).expect("a mask");
        if caught & interrupt != 0 {
            return;
        }
        yield_now();
    }
}

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    for option in [None, Some("--kill"), Some("--fail")] {
        demonstration().args(option).assert_quiet_without_a_reader();
    }
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    for option in [None, Some("--kill"), Some("--fail")] {
        demonstration().args(option).assert_tells_of_a_full_disk();
    }
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [
        &["--workers", "0"][..],
        &["--workers", "257"],
        &["--chunk-size", "0"],
        &["--numbers", "one"],
        &["--numbers", "1..=9223372036854775807"],
        &["--numbers", "-9223372036854775808..=9223372036854775807"],
        &["--numbers", "1;2"],
        &["--backend", "fibres"],
        &["--slow", "-1"],
        &["--fail", "--kill"],
        &["--slow", "1", "--kill"],
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
        "--numbers",
        "--workers",
        "--chunk-size",
        "--backend",
        "--slow",
        "--kill",
        "--fail",
        "--help",
        "--version",
    ] {
        assert!(run.stdout.contains(option), "{run}");
    }
}
