//! What `end_within` must do, seen from outside. Milliseconds that must not
//! pass are a whole minute: more than the program may take in all.

use exercise_check::{Run, Signal, program};

const MINUTE: u32 = 60_000;

fn run(worker: &str, patience: u32, grace: u32) -> Run {
    program!().arg(worker).arg(patience).arg(grace).run().success()
}

/// Sees that this is what the last line says.
fn require_told(run: &Run, expected: &str, what: &str, look: &str) {
    let told = run.stdout.lines().last().unwrap_or_default();
    run.require(
        told == expected,
        format_args!("{what}, and what one is told is `{told}`"),
        format_args!("`{expected}`"),
        look,
    );
}

#[test]
fn a_worker_in_time_ends_by_itself() {
    for (worker, exit) in [("quick", "exit code 0"), ("failing", "exit code 1")]
    {
        require_told(
            &run(worker, MINUTE, MINUTE),
            &format!("in time: {exit}"),
            "the worker was in time",
            "`join_timeout` returns `Some` where it ended in time, and how",
        );
    }
}

#[test]
fn a_worker_has_the_time_that_it_is_given() {
    let run = run("slow", MINUTE, 1);
    require_told(
        &run,
        "in time: exit code 0",
        "the worker needed a part of its minute",
        "the deadline is `patience`, whatever that is",
    );
}

#[test]
fn a_worker_that_is_late_is_asked_first() {
    // With no patience at all, whoever takes that for the grace has none.
    let run = run("tidy", 0, MINUTE);
    run.require(
        run.lines_after("The worker has put its things away").next().is_some(),
        "the worker was ended before it could put its things away",
        "it is asked to end, and left its grace",
        "`terminate`, then `join_timeout` once more; only then `kill`",
    );
    require_told(
        &run,
        "terminated: exit code 0",
        "the worker ended when it was asked to",
        "how far you had to go is another thing than how it ended",
    );
}

#[test]
fn a_worker_that_does_not_listen_is_killed() {
    let run = run("stubborn", 10, 10);
    require_told(
        &run,
        "killed: signal 9 (SIGKILL)",
        "the worker did not listen",
        "after its grace: `kill`, and `join`",
    );
}

#[test]
fn a_worker_that_somebody_else_kills_has_ended_in_time() {
    let program = program!().args(["tidy", "60000", "60000"]);
    let mut running = program.start();
    running.wait_for("is at work");
    running.wait_for_worker("tidy").signal(Signal::KILL);
    let run = running.finish().success();
    require_told(
        &run,
        "in time: signal 9 (SIGKILL)",
        "somebody else killed the worker in time",
        "remember what you have done; the exit does not tell who did it",
    );
}
