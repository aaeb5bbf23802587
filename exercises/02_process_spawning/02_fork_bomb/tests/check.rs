//! What the guard must do, seen from outside.

use std::collections::BTreeSet;

use exercise_check::{Run, program};

/// The PIDs of those who have worked.
fn workers(run: &Run) -> Vec<&str> {
    let lines = run.lines_after("worker ");
    lines.filter_map(|line| Some(line.split_once("PID: ")?.1)).collect()
}

#[test]
fn no_worker_starts_workers() {
    let run = program!().arg(2).run();
    let parents = run.lines_after("parent: ").count();
    run.require(
        !run.stderr.contains("defused") && parents <= 1,
        "a worker took itself for the parent, and started workers",
        "one parent, whose workers only work",
        "the guard must notice that this is a worker, and must not return then",
    );
}

#[test]
fn every_worker_works_once_in_a_process_of_its_own() {
    for count in [1, 3] {
        let run = program!().arg(count).run().success();
        let pids = workers(&run);
        run.require(
            !pids.contains(&&*run.pid.to_string()),
            "the parent did a worker's work itself",
            "only workers work",
            "the guard must return in the parent, and do nothing else",
        );
        let different: BTreeSet<_> = pids.iter().collect();
        run.require(
            pids.len() == count && different.len() == count,
            format_args!(
                "{count} workers were asked for, and {} worked",
                pids.len()
            ),
            "each works once, in a process of its own",
            "what a worker does before it ends",
        );
        let last = format!("parent: {count} workers are done");
        run.require(
            run.stdout.lines().last() == Some(&last),
            "the parent did not come to its end",
            format_args!("`{last}` as the last line"),
            "whether the guard returns in the parent",
        );
    }
}

#[test]
fn a_worker_that_fails_is_noticed() {
    let run = program!().arg(4).run();
    run.require(
        run.exit_code() == Some(1),
        format_args!("worker 4 failed, and its parent ended {}", run.ending()),
        "exit code 1 of the worker, and then of its parent",
        "the exit code that the guard ends the worker with",
    );
    run.require(
        run.stderr.contains("has found a mistake"),
        "why worker 4 failed is not told",
        "its error on standard error",
        "`time_utils::exit_status` tells what `work` returned, before the exit",
    );
    run.require(
        run.stderr.contains("worker 4 ended: exit status: 1\n"),
        "worker 4 did not end with exit code 1",
        "exit code 1: an error, and no panic",
        "the number that the guard passes to `exit`",
    );
}

#[test]
fn whoever_inherits_the_environment_is_no_worker() {
    // As if a worker had started it, as a program of its own.
    let run = program!().arg(2).env("FORK_BOMB_DEPTH", "1").run().success();
    let worked = workers(&run).len();
    run.require(
        worked == 2 && run.lines_after("parent: ").count() == 1,
        "a program that a worker started took itself for a worker",
        "it is a parent: its arguments say nothing of a worker",
        "the guard must look at the arguments, not at the environment",
    );
}
