//! What `squares` must do, seen from outside.

use std::iter::repeat_with;

use exercise_check::{Run, Running, Signal, program};
use time_utils::trace::Category;

/// Its square has over 64 bits.
const LARGE: i64 = 3_037_000_500;

fn start(workers: usize, numbers: &[i64]) -> Running {
    program!().arg(workers).args(numbers).start()
}

fn run(workers: usize, numbers: &[i64]) -> Run {
    start(workers, numbers).finish()
}

/// How often a worker took this number.
fn tries(run: &Run, number: i64) -> usize {
    let taken = format!(": takes {number}");
    run.stdout.lines().filter(|line| line.ends_with(&taken)).count()
}

/// The lines after the workers' own: what became of each number.
fn told(run: &Run) -> Vec<&str> {
    let lines = run.stdout.lines();
    lines.filter(|line| !line.contains(": takes ")).collect()
}

fn require_told(run: &Run, expected: &[&str]) {
    for line in expected {
        let number = line.split(':').next().unwrap_or_default();
        let begin = format!("{number}:");
        run.require(
            told(run).iter().any(|line| line.starts_with(&begin)),
            format_args!("no line says what became of {number}"),
            format_args!("`{line}`"),
            "which errors end everything, and whether all others are done",
        );
    }
    run.require(
        told(run) == expected,
        format_args!("it told {:?}", told(run)),
        format_args!("{expected:?}"),
        "what stands at which place of the result",
    );
}

/// Kills the worker that takes this number, and nobody else.
fn kill_worker_at(running: &mut Running, number: i64) {
    let line = running.wait_for(&format!(": takes {number}\n"));
    let pid = line.split_once("PID ").and_then(|(_, it)| it.split_once(':'));
    let pid = pid.and_then(|(pid, _)| pid.parse::<u32>().ok());
    let members = running.descendants();
    let worker = members.iter().find(|member| Some(member.pid) == pid);
    // Where it is gone, there is nothing to kill.
    if let Some(worker) = worker {
        worker.signal(Signal::KILL);
    }
}

#[test]
fn without_accident_all_squares_are_there() {
    let run = run(2, &[90, 7, -12, 90]).success();
    require_told(&run, &["90: 8100", "7: 49", "-12: 144", "90: 8100"]);
    run.require(
        tries(&run, 7) == 1 && tries(&run, -12) == 1 && tries(&run, 90) == 2,
        "numbers were not squared once each, by a worker",
        "one worker takes each number",
        "what the pool is asked for, and how often",
    );
    let run = self::run(1, &[]).success();
    require_told(&run, &[]);
}

#[test]
fn the_workers_work_at_the_same_time() {
    // They take long: both workers are there before one has done them all.
    let run = run(2, &[0; 6]).success();
    let tasks: Vec<_> = run.spans_of(Category::Task).collect();
    let overlaps = |number: usize| {
        let mut others = tasks[number + 1..].iter();
        others.any(|other| tasks[number].overlaps(other))
    };
    run.require(
        (0..tasks.len()).any(overlaps),
        "no two numbers were under way at the same time",
        "2 workers, each at a number of its own",
        "ask for all numbers before you wait for the first result",
    );
}

#[test]
fn a_task_whose_worker_was_killed_is_given_to_another() {
    let killed = || {
        let mut running = start(2, &[0, 50, 60, 70]);
        kill_worker_at(&mut running, 0);
        running.finish()
    };
    // On a busy machine 0 may be done before its worker is killed.
    let in_time = |run: &Run| tries(run, 0) > 1 || !told(run).contains(&"0: 0");
    let run = repeat_with(killed).take(5).find(in_time);
    let run = run.unwrap_or_else(killed);
    run.require(
        !told(&run).contains(&"0: given up"),
        "the worker of 0 was killed, and 0 was given up",
        "it is given to another worker: `0: 0`",
        "the first time, somebody else may have ended the worker",
    );
    require_told(&run, &["0: 0", "50: 2500", "60: 3600", "70: 4900"]);
    let _ = run.success();
}

#[test]
fn a_task_that_ended_two_workers_is_given_up_and_no_other() {
    let run = run(1, &[7, 13, 40]);
    require_told(&run, &["7: 49", "13: given up", "40: 1600"]);
    for number in [7, 40] {
        let times = tries(&run, number);
        run.require(
            times < 2,
            format_args!("{number} was done, and then done again"),
            "nothing but the task whose worker ended is tried again",
            "what is asked for once more",
        );
    }
    let times = tries(&run, 13);
    run.require(
        times == 2,
        format_args!("13 was given up after it had been taken {times} times"),
        "by one worker, and by another one: twice",
        "how many ends of workers a task may be there at",
    );
    let _ = run.code(1);
}

#[test]
fn each_task_has_its_own_count() {
    let run = run(1, &[13, -13, 40]);
    let [one, other] = [13, -13].map(|number| match tries(&run, number) {
        0 => "not at all".to_owned(),
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        tries => format!("{tries} times"),
    });
    run.require(
        one == "twice" && other == "twice",
        format_args!("13 was tried {one}, and -13 {other}"),
        "both end each worker that takes them, and each is tried twice",
        "whether each task has a count of its own",
    );
    require_told(&run, &["13: given up", "-13: given up", "40: 1600"]);
}

#[test]
fn a_task_that_returns_an_error_is_not_tried_again() {
    let run = run(2, &[7, LARGE]);
    run.require(
        tries(&run, LARGE) == 1,
        format_args!("{LARGE} returned an error, and was tried again"),
        "the same number gives the same error: nothing is tried again",
        "the cause of the error: only `Cause::WorkerEnded` is worth a second \
         try here",
    );
    run.require(
        run.lines_after(&format!("{LARGE}: given up")).next().is_none(),
        format_args!("{LARGE} returned an error, and was given up"),
        "an error that a task returns is the program's error",
        "return it: only a task that ends its workers is given up",
    );
    let _ = run.code(1);
}
