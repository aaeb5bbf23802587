//! What `start_and_join` must do, seen from outside.

use exercise_check::{Run, Span, program};
use time_utils::trace::Category;

fn run(turns: &[u64]) -> Run {
    program!().args(turns).run().success()
}

#[test]
fn each_thread_starts_under_its_name_and_finishes() {
    for count in [1, 2, 3] {
        let run = run(&vec![1000; count]);
        for number in 1..=count {
            let beginning = format!("Starting thread: Thread_{number},");
            run.require(
                run.lines_after(&beginning).count() == 1,
                format_args!("no line begins with `{beginning}`"),
                format_args!("{count} threads for {count} arguments, named"),
                "thread::Builder::new().name(…), once for each argument",
            );
        }
        let finished = run.lines_after("Finished thread: ").count();
        run.require(
            finished == count,
            format_args!("{finished} threads finished"),
            format_args!("{count}: one for each argument"),
            "each thread runs `worker_task`, once",
        );
        let lines = run.stdout.lines().count();
        run.require(
            lines == 2 * count + 2,
            format_args!("{lines} lines were printed"),
            "two lines for each thread, the time, and the turns in all",
            "whether you print something more, or start a thread too many",
        );
    }
}

#[test]
fn there_is_only_one_process() {
    let run = run(&[1000, 1000]);
    let pids = run.pids_after("Starting thread");
    run.require(
        pids.iter().all(|pid| *pid == run.pid),
        format_args!("`worker_task` ran in other processes: {pids:?}"),
        format_args!("one PID, {}: that of the parent", run.pid),
        "thread::scope, and its threads",
    );
}

#[test]
fn all_run_at_the_same_time() {
    let order = |span: &Span| (span.begin, span.end);
    // On a busy machine the first may be through before the second begins.
    let together = (0..5).any(|_| {
        let run = run(&[100_000_000; 2]);
        let mut tasks: Vec<_> = run.spans_of(Category::Task).collect();
        tasks.sort_by_key(|span| order(span));
        matches!(tasks[..], [first, second] if first.overlaps(second))
    });
    if !together {
        run(&[100_000_000; 2]).fail(
            "`Thread_2` was started only after `Thread_1` had ended",
            "both run at the same time",
            "start all before you join the first one; an iterator does \
             nothing before it is asked, and then for one element at a time",
        );
    }
}

#[test]
fn what_the_threads_have_done_is_seen_by_the_parent() {
    for turns in [&[1000, 2000][..], &[500, 30_000, 700_000]] {
        let run = run(turns);
        let sum = turns.iter().sum::<u64>().to_string();
        let told = run.lines_after("Turns in all: ").next();
        let told = told.unwrap_or_default();
        run.require(
            told == sum,
            format_args!("the parent knows of {told} turns of {sum}"),
            "all threads add to the one number that is the parent's",
            "hand on `done` itself: a thread of a scope may borrow it",
        );
    }
}

#[test]
fn a_thread_that_fails_is_noticed() {
    is_noticed("0", "failed");
}

#[test]
fn a_thread_that_panics_is_noticed() {
    is_noticed("many", "panicked");
}

fn is_noticed(turns: &str, how: &str) {
    let run = program!().args(["1000", turns, "1000"]).run();
    run.require(
        run.exit_code() != Some(101),
        format_args!("`Thread_2` {how}, and took the parent with it"),
        "an error, and exit code 1",
        "what `join` returns where a thread panicked: an `Err` of its own, \
         to be turned into an error of yours",
    );
    run.require(
        run.exit_code() == Some(1),
        format_args!("`Thread_2` {how}, and the program ended with success"),
        "an error, and exit code 1",
        "`join` returns a result in a result: the outer one tells of a \
         panic, the inner one is what `worker_task` returned",
    );
    let mut lines = run.stderr.lines();
    let error = lines.find(|line| line.starts_with("error:"));
    let error = error.unwrap_or("no error");
    run.require(
        error.contains("Thread_2"),
        format_args!("`Thread_2` {how}, and what one is told is: `{error}`"),
        "an error that names the thread",
        "`thread().name()` before `join`; `context` or `map_err` after it",
    );
    run.require(
        run.lines_after("Finished thread").count() == 2,
        format_args!("`Thread_2` {how}, and another one did not finish"),
        "the others finish their work",
        "whether all are waited for",
    );
}
