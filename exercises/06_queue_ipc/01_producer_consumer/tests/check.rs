//! What `worker` and `print_squares` must do, seen from outside.

use exercise_check::{Run, program};
use time_utils::trace::Category;

/// Its square does not fit.
const TOO_LARGE: i64 = 5_000_000_000;

fn run(numbers: &[i64]) -> Run {
    program!().args(numbers).run()
}

fn require_squares(run: &Run, numbers: &[i64]) {
    let expected: Vec<_> =
        numbers.iter().map(|number| (number * number).to_string()).collect();
    let printed = run.stdout.lines().count();
    let was = if printed == 1 { "was" } else { "were" };
    run.require(
        printed == expected.len(),
        format_args!("{printed} of {} squares {was} printed", expected.len()),
        "one line for each number",
        "the loop of the worker, the loop that gets, and what ends them",
    );
    run.require_lines(
        &expected,
        "the squares, in the order in which the numbers were given",
    );
}

#[test]
fn the_square_of_5_is_25() {
    require_squares(&run(&[5]).success(), &[5]);
}

#[test]
fn every_number_is_squared() {
    let many: Vec<_> = (1..=60).collect();
    for numbers in [&[][..], &[7, -3, 7, 12], &many] {
        require_squares(&run(numbers).success(), numbers);
    }
}

#[test]
fn zero_is_a_number_like_all_others() {
    let numbers = [4, 0, 0, 6];
    let run = run(&numbers).success();
    run.require(
        run.stdout != "16\n",
        "a 0 among the numbers was taken for the end",
        "four squares",
        "a queue ends when it is closed: nothing needs to stand for that",
    );
    require_squares(&run, &numbers);
}

#[test]
fn the_squaring_is_done_in_another_process() {
    let run = run(&[2, 3, 4]).success();
    let squarings = || {
        let tasks = run.spans_of(Category::Task);
        tasks.filter(|task| task.name.starts_with("square "))
    };
    run.require(
        squarings().all(|task| task.pid != run.pid),
        "the squaring was done in the parent itself",
        "the worker squares, and the parent prints",
        "who calls `square`?",
    );
    run.require(
        squarings().count() == 3,
        "`square` was not called once for each number",
        "the worker calls `square` for each number that it gets",
        "leave `square` as it is, and call it in `worker`",
    );
}

#[test]
fn a_worker_that_fails_is_noticed() {
    for numbers in [&[TOO_LARGE][..], &[5, 3, TOO_LARGE, 7]] {
        let run = run(numbers);
        run.require(
            run.exit_code() != Some(0) || run.stderr.contains("is too large"),
            "a number that cannot be squared was left out",
            "an error, as `square` returns it",
            "`?` in the worker",
        );
        run.require(
            run.exit_code() == Some(1),
            format_args!(
                "the worker failed, and the program ended {}",
                run.ending()
            ),
            "an error, and exit code 1",
            "what `join` returns: `exit.success()` tells",
        );
    }
}
