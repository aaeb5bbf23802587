//! What `divide_all` must do, seen from outside.

use exercise_check::{Run, program};
use time_utils::trace::Category;

const MIXED: [&str; 6] = ["12/4", "x/2", "1/0", "21/7", "5", "9/2"];

fn run(tasks: &[&str]) -> Run {
    program!().args(tasks).run()
}

fn require_line(run: &Run, task: &str, quotient: i64) {
    let line = format!("{task} = {quotient}");
    run.require(
        run.stdout.lines().any(|it| it == line),
        format_args!("no line says what {task} is"),
        format_args!("`{line}` on standard output, whatever others come to"),
        "what happens to the good results when another task has failed",
    );
}

/// Sees that the task is named, with the reason, on standard error.
fn require_failure(run: &Run, task: &str, why: &str) {
    let mut lines = run.stderr.lines().filter(|line| line.starts_with(task));
    let line = lines.next();
    let expected = format!("`{task} failed: …`, and why: {why}");
    run.require(
        line.is_some(),
        format_args!("on standard error no line begins with `{task}`"),
        &expected,
        "the error knows the task's place; you know its text",
    );
    run.require(
        line.is_some_and(|line| line.contains(why)),
        format_args!("on standard error the line does not say why: {line:?}"),
        &expected,
        "the cause of the error: `error.cause()`",
    );
    run.require(
        lines.next().is_none(),
        format_args!("on standard error {task} failed more than once"),
        "one line for each failure",
        "the loop that tells of failures",
    );
}

#[test]
fn workers_do_it() {
    let run = run(&["6/3", "4/2"]);
    let mut tasks = run.spans_of(Category::Task);
    run.require(
        tasks.any(|task| task.pid != run.pid),
        "no worker was asked for anything",
        "the pool's workers divide",
        "a function that is called runs here; `pool` has to be asked for the \
         task `DIVIDE`",
    );
}

#[test]
fn all_good_results_are_printed() {
    let run = run(&MIXED);
    require_line(&run, "12/4", 3);
    require_line(&run, "21/7", 3);
    require_line(&run, "9/2", 4);
    let run = self::run(&["1/0", "-8/2", "y/1"]);
    require_line(&run, "-8/2", -4);
}

#[test]
fn nothing_else_is_printed() {
    let run = run(&MIXED);
    let results = ["12/4 = 3", "21/7 = 3", "9/2 = 4"];
    for line in run.stdout.lines() {
        run.require(
            results.contains(&line),
            format_args!("`{line}` is no result"),
            "on standard output nothing but the results of the good tasks",
            "which result belongs to which task; failures go to standard error",
        );
    }
    let lines = run.stdout.lines().count();
    run.require(
        lines == results.len(),
        format_args!("{lines} lines stand on standard output"),
        "one for each of the 3 good tasks",
        "the loop that prints the results",
    );
}

#[test]
fn every_failure_is_told_with_its_task() {
    let run = run(&MIXED);
    require_failure(&run, "x/2", "`x` is no number");
    require_failure(&run, "1/0", "divide by zero");
    require_failure(&run, "5", "no `/` in it");
}

#[test]
fn where_something_failed_the_exit_code_is_1() {
    let run = run(&MIXED);
    run.require(
        run.exit_code() == Some(1),
        match run.exit_code() {
            Some(code) => {
                format!("3 tasks failed, and it ended with exit code {code}")
            }
            None => "3 tasks failed, and a signal ended it".to_owned(),
        },
        "exit code 1",
        "return an error from `divide_all` at its end, when all is told",
    );
}

#[test]
fn a_panic_is_a_failure_too() {
    let run = run(&["1/0", "6/3"]);
    run.require(
        run.exit_code() != Some(0),
        "1/0 panicked, and it ended with exit code 0",
        "a panic is a failure as any other: exit code 1",
        "what is done with the causes that are no `Cause::Error`",
    );
    require_failure(&run, "1/0", "divide by zero");
    let _ = run.code(1);
}

#[test]
fn where_all_is_well_the_exit_code_is_0() {
    let run = run(&["7/7", "100/10"]).success();
    require_line(&run, "7/7", 1);
    require_line(&run, "100/10", 10);
    run.require(
        run.stderr.is_empty(),
        "nothing failed, and something stands on standard error",
        "nothing",
        "when failures are told",
    );
    let run = self::run(&[]).success();
    run.require_lines(&[] as &[&str], "without tasks there are no results");
}
