//! What `workers_for` and `sum_of_squares` must do, seen from outside.

use exercise_check::{Program, Run, program};
use time_utils::trace::Category;

/// Cores, the memory for all workers in MiB, that of each, and tasks.
type Given = [u64; 4];

fn given(given: Given) -> Program {
    program!().args(given)
}

/// Sees that so many workers are started, and that it says so.
fn require_workers(by: Given, expected: usize, look: &str) {
    let [cores, budget, each, tasks] = by;
    let run = given(by).run().success();
    let started = run.workers().count();
    run.require(
        started == expected,
        format_args!(
            "it started {started} workers: {} MiB of {budget}, on {cores} \
             cores, for {tasks} tasks",
            started as u64 * each
        ),
        format_args!("{expected} workers of {each} MiB"),
        look,
    );
    let said = run.lines_after("workers: ").next();
    run.require(
        said == Some(&expected.to_string()),
        format_args!("it started {started} workers, and said something else"),
        format_args!("the line `workers: {expected}`"),
        "the number that is printed is the one that is started",
    );
}

#[test]
fn there_are_no_more_workers_than_cores() {
    let look = "with memory and tasks for more, the cores decide";
    for (by, expected) in [
        ([2, 1000, 100, 20], 2),
        ([1, 1000, 1, 20], 1),
        ([5, 16_000_000, 3_200_000, 90], 5),
    ] {
        require_workers(by, expected, look);
    }
}

#[test]
fn all_workers_together_keep_within_the_memory() {
    let look = "the memory for all, divided by that of each, rounded down; \
                all of the budget may be used";
    for (by, expected) in [
        ([8, 1000, 300, 20], 3),
        ([8, 899, 300, 20], 2),
        ([8, 900, 300, 20], 3),
        ([64, 400, 400, 20], 1),
    ] {
        require_workers(by, expected, look);
    }
}

#[test]
fn there_are_no_more_workers_than_tasks() {
    let look = "a worker without a task is started for nothing";
    for (by, expected) in [([8, 1000, 100, 3], 3), ([4, 1000, 100, 1], 1)] {
        require_workers(by, expected, look);
    }
}

#[test]
fn where_not_even_one_fits_there_is_an_error() {
    for by in [[8, 299, 300, 20], [1, 0, 1, 1]] {
        let run = given(by).run();
        let started = run.workers().count();
        run.require(
            started == 0,
            format_args!("without memory for one worker, it started {started}"),
            "an error instead",
            "a number that may be 0: what does that mean, and who says so?",
        );
        let run = run.code(1);
        run.require(
            run.stderr.to_lowercase().contains("memory"),
            "the error does not say that it is the memory",
            "a sentence with the word memory",
            "the words of the error that `workers_for` returns",
        );
    }
}

#[test]
fn the_workers_do_every_task_once() {
    for (by, sum) in [([2, 1000, 300, 20], 2870), ([3, 70, 20, 100], 338_350)] {
        let run = given(by).run().success();
        require_sum(&run, sum);
        let own = run.spans_of(Category::Task).any(|it| it.pid == run.pid);
        let theirs = run.spans_of(Category::Task).any(|it| it.pid != run.pid);
        run.require(
            theirs && !own,
            "the workers had nothing to do",
            "the pool does the tasks",
            "`pool.map`",
        );
    }
}

fn require_sum(run: &Run, sum: u64) {
    let printed = run.lines_after("sum of squares: ").next();
    run.require(
        printed == Some(&sum.to_string()),
        format_args!("it did not print the sum of the squares, {sum}"),
        format_args!("`sum of squares: {sum}`"),
        "each number from 1 to the number of tasks is a task",
    );
}
