//! What `times_itself` and `squares` must do, seen from outside.

use std::collections::BTreeSet;

use exercise_check::{Program, Run, program};

fn started(workers: usize, numbers: &[i64]) -> Program {
    program!().arg(workers).args(numbers)
}

fn run(workers: usize, numbers: &[i64]) -> Run {
    started(workers, numbers).run().success()
}

/// Who begins with which number.
fn begun(run: &Run) -> impl Iterator<Item = (u32, &str)> {
    run.said()
        .filter_map(|(pid, what)| Some((pid, what.strip_prefix("squares ")?)))
}

#[test]
fn the_squares_come_in_the_order_of_the_numbers() {
    for numbers in [&[1, 5, 9, 3][..], &[0, 99, 98, 97, 96], &[12, -7], &[]] {
        let run = run(2, numbers);
        let expected: Vec<_> = numbers.iter().map(|it| it * it).collect();
        let printed = run.stdout.lines().last().unwrap_or_default();
        let numbers = format!("for {numbers:?} the last line is {expected:?}");
        let sorted = |line: &str| {
            let squares = line.trim_matches(['[', ']']).split(", ");
            let mut squares: Vec<_> = squares.map(str::to_owned).collect();
            squares.sort();
            squares
        };
        let expected = format!("{expected:?}");
        run.require(
            printed == expected || sorted(printed) != sorted(&expected),
            "the squares are right, and in another order than the numbers",
            &numbers,
            "the first number often takes longest: who puts the results in \
             order?",
        );
        run.require(
            printed == expected,
            format_args!("the last line is `{printed}`"),
            &numbers,
            "what `squares` returns",
        );
    }
}

#[test]
fn each_number_is_squared_once_and_by_a_worker() {
    let numbers = [3, 20, 4, 10, 30];
    let run = run(2, &numbers);
    let in_parent = begun(&run).filter(|(pid, _)| *pid == run.pid).count();
    run.require(
        in_parent == 0,
        "numbers were squared in the parent itself",
        "all of them are squared by the pool's workers",
        "a function that is called runs here; a pool is asked for the task \
         `SQUARE`",
    );
    for number in numbers {
        let number = number.to_string();
        let times = begun(&run).filter(|(_, it)| *it == number).count();
        run.require(
            times == 1,
            format_args!("{number} was squared {times} times"),
            "each number is squared once",
            "what the pool is asked for, and how often; and leave `square` as \
             it is",
        );
    }
}

#[test]
fn there_are_as_many_workers_as_asked_for() {
    for workers in [1, 3] {
        let run = run(workers, &[50; 9]);
        let pids: BTreeSet<_> = run.workers().map(|it| it.pid).collect();
        let started = pids.len();
        run.require(
            started == workers,
            format_args!(
                "it started another number of workers than it was asked for: \
                 {started}"
            ),
            format_args!("{workers}, the first argument"),
            "Pool::builder(…).workers(…)",
        );
    }
}

#[test]
fn the_workers_work_at_the_same_time() {
    let run = run(2, &[0; 6]);
    let said: Vec<_> = run.said().collect();
    // Of two that are under way at once, the second has begun before the
    // first was done.
    let begins = |what: &str| what.starts_with("squares ");
    let overlap = said.windows(2).any(|lines| {
        let [(first, a), (second, b)] = lines else { return false };
        first != second && begins(a) && begins(b)
    });
    run.require(
        overlap,
        "no two numbers were squared at the same time",
        "6 numbers that take long, and 2 workers: both have something to do",
        "whether a result is waited for before the next number is asked for, \
         and how many numbers go in one message",
    );
}

#[test]
fn a_square_that_is_too_large_is_an_error() {
    for number in [3_037_000_500, i64::MIN] {
        let run = started(2, &[50, number, 60]).run();
        let printed = run.stdout.lines().last().unwrap_or_default();
        run.require(
            !printed.starts_with('['),
            format_args!(
                "the square of {number} does not fit into 64 bits, and it is \
                 given as a number: {printed}"
            ),
            "no squares, an error, and exit code 1",
            "what the multiplication does with a result that is too large: \
             `checked_mul` tells",
        );
        let run = run.code(1);
        run.require(
            run.stderr.contains("error"),
            "it said nothing of the square that is too large",
            "the error on standard error",
            "return the error of the pool from `squares`",
        );
    }
}
