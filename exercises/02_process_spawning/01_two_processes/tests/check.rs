//! What `start_and_join` must do, seen from outside.

use exercise_check::{Run, program};
use time_utils::trace::Category;

const TURNS: u32 = 1_000_000;

fn run() -> Run {
    program!().arg(TURNS).run().success()
}

#[test]
fn each_runs_in_a_process_of_its_own() {
    let run = run();
    let pids = run.pids_after("Starting process");
    run.require(
        !pids.contains(&run.pid),
        "`worker_task` ran in the parent itself",
        "it runs in two other processes",
        "a function that is called runs here; Process::target(…).start(…) \
         runs it in another process",
    );
    run.require(
        pids.len() == 2 && pids[0] != pids[1],
        format_args!("the PIDs are {pids:?}"),
        "two processes, each with a PID of its own",
        "start the target twice",
    );
}

#[test]
fn both_run_at_the_same_time() {
    let run = run();
    let [first, second] =
        ["Process_1", "Process_2"].map(|name| run.worker(name));
    // The first may be through before the second has begun; but nobody may
    // have waited for it.
    let joined = run.spans.iter().find(|span| span.name == "join Process_1");
    run.require(
        first.overlaps(second)
            || joined.is_some_and(|join| join.begin > second.begin),
        "`Process_2` was started only after `Process_1` had been joined",
        "both run at the same time",
        "start both before you join the first one",
    );
}

#[test]
fn the_number_of_turns_reaches_both() {
    for turns in [1_000_000, 1_234_567] {
        let run = program!().arg(turns).run().success();
        let expected = format!("{turns} turns");
        let told = run.spans_of(Category::Task).find(|it| it.name != expected);
        run.require(
            told.is_none(),
            format_args!(
                "of {turns} turns, a worker did {}",
                told.map_or("none", |it| it.name.as_str())
            ),
            "both workers get the number that the program was started with",
            "the argument of `start`",
        );
    }
}

#[test]
fn a_worker_that_fails_is_noticed() {
    let run = program!().arg(0).run();
    run.require(
        run.exit_code() == Some(1),
        format_args!(
            "both workers failed, and the program ended {}",
            run.ending()
        ),
        "an error, and exit code 1",
        "what `join` returns: `exit.success()` tells",
    );
    run.require(
        run.lines_after("Time taken").next().is_none(),
        "both workers failed, and the time was reported all the same",
        "no time for work that has not been done",
        "return the error from `start_and_join`",
    );
}

#[test]
fn five_lines_are_printed() {
    let run = run();
    let beginnings = [
        ("Starting process: Process_1", "Process_1 starts"),
        ("Starting process: Process_2", "Process_2 starts"),
        ("Finished process: ", "both finish"),
        ("Time taken by main: ", "the time is told at the end"),
    ];
    for (beginning, what) in beginnings {
        run.require(
            run.lines_after(beginning).next().is_some(),
            format_args!("no line begins with `{beginning}`"),
            format_args!("{what}: five lines in all"),
            "each process runs `worker_task` under its own name",
        );
    }
    let lines = run.stdout.lines().count();
    run.require(
        lines == 5,
        format_args!("{lines} lines were printed"),
        "five lines: two for each process, and the time",
        "whether you print something more, or start a process too many",
    );
}
