//! What `pays` must decide, seen from outside: by the processes that are
//! started, and by those who did the work.

use exercise_check::{Program, Run, program};
use time_utils::trace::Category;

/// Numbers that all look alike. These are even: no work at all.
const EVEN: [u64; 8] = [
    10_000_000_000_038,
    10_000_000_000_052,
    10_000_000_000_098,
    10_000_000_000_128,
    10_000_000_000_184,
    10_000_000_000_258,
    10_000_000_000_266,
    10_000_000_000_272,
];

/// And these are prime: some milliseconds each.
const PRIME: [u64; 8] = [
    10_000_000_000_037,
    10_000_000_000_051,
    10_000_000_000_099,
    10_000_000_000_129,
    10_000_000_000_183,
    10_000_000_000_259,
    10_000_000_000_267,
    10_000_000_000_273,
];

/// No task takes so long, on no machine.
const MINUTE_MS: u64 = 60_000;
const MINUTE_US: u64 = MINUTE_MS * 1000;

/// The most numbers that may be done twice, to see how long they take.
const SAMPLE: usize = 3;

fn with(workers: usize, start_ms: u64, message_us: u64) -> Program {
    program!().arg(workers).arg(start_ms).arg(message_us)
}

fn started(run: &Run) -> usize {
    run.workers().count()
}

fn processes(count: usize) -> String {
    match count {
        1 => "a process".to_owned(),
        count => format!("{count} processes"),
    }
}

/// Sees that no process was started.
fn require_alone(run: &Run, why: &str, look: &str) {
    let started = started(run);
    run.require(
        started == 0,
        format_args!("it started {} {why}", processes(started)),
        "this process does all by itself, and starts no other",
        look,
    );
}

/// Sees that each number has its divisor.
fn require_divisors(run: &Run, numbers: &[u64], divisors: &[u64]) {
    let lines = numbers.iter().zip(divisors);
    let lines: Vec<_> = lines.map(|(n, d)| format!("{n}: {d}")).collect();
    run.require_lines(&lines, "`divisors`, and whether it is as it was");
}

#[test]
fn no_process_is_started_for_next_to_nothing() {
    let run = with(2, MINUTE_MS, 10).args(EVEN).run().success();
    let look = "measure a task here, in this process, before there is a pool";
    require_alone(&run, "for work that takes no time", look);
    require_divisors(&run, &EVEN, &[2; EVEN.len()]);
}

#[test]
fn large_work_is_done_by_a_pool() {
    let run = with(2, 1, 10).args(PRIME).run().success();
    run.require(
        started(&run) == 2,
        format_args!(
            "the work was large, and {} processes were started for it",
            started(&run)
        ),
        "two workers: each has a part of the work, which saves half of it",
        "the times that `pays` compares, and their units",
    );
    require_divisors(&run, &PRIME, &PRIME);
}

#[test]
fn the_work_is_measured_and_not_guessed() {
    // So many workers, tasks, and digits: only the time tells the difference.
    let run = |numbers| with(2, 5, 10).args(numbers).run().success();
    let large = run(PRIME);
    large.require(
        started(&large) == 2,
        "with a start of 5 ms, long tasks were not given to a pool",
        "two workers",
        "numbers look alike: measure how long some of them take",
    );
    // A task may be held up just when it is measured, but not each time.
    let small: Vec<_> = (0..3).map(|_| run(EVEN)).collect();
    let alone = small.iter().find(|run| started(run) == 0);
    require_alone(
        alone.unwrap_or(&small[0]),
        "for even numbers, as for prime ones that look alike",
        "numbers look alike: measure how long some of them take",
    );
}

#[test]
fn a_few_tasks_are_enough_to_measure() {
    let run = with(2, 1, 10).args(PRIME).run().success();
    let tasks = run.spans_of(Category::Task);
    let tried = tasks.filter(|task| task.pid == run.pid).count();
    run.require(
        tried <= SAMPLE,
        format_args!("{tried} of 8 numbers were tried before the decision"),
        format_args!("{SAMPLE} at most: who tries all has done all the work"),
        "which part of `numbers` is measured",
    );
}

#[test]
fn one_task_cannot_be_shared() {
    let look = "two workers have one task between them: the busiest has a \
                whole one. Round up";
    let run = with(2, 0, 0).arg(PRIME[0]).run().success();
    require_alone(&run, "for one number", look);
    require_divisors(&run, &PRIME[..1], &PRIME[..1]);
    let run = with(2, 0, 0).run().success();
    require_alone(&run, "for no number at all", look);
    require_divisors(&run, &[], &[]);
}

#[test]
fn one_worker_is_no_help() {
    let run = with(1, 0, 0).args(PRIME).run().success();
    let look = "a pool of one does as much at a time as this process alone";
    require_alone(&run, "as the only worker", look);
    require_divisors(&run, &PRIME, &PRIME);
}

#[test]
fn the_costs_of_a_pool_count() {
    let run = with(2, MINUTE_MS, 0).args(PRIME).run().success();
    let look = "`costs.start` is paid once, for the pool";
    require_alone(&run, "where a start takes a minute", look);
    let run = with(2, 0, MINUTE_US).args(PRIME).run().success();
    let look = "`costs.message` is paid for every task";
    require_alone(&run, "where each task takes a minute to pass on", look);
}
