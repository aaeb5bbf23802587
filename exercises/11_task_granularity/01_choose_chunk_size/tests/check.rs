//! What `choose` and `sum_of_squares` must do, seen from outside.

use exercise_check::{Run, program};
use time_utils::trace::Category;

const WORKERS: usize = 2;
const TASKS: usize = 60;

fn run(rows: &[&str]) -> Run {
    program!().arg(WORKERS).arg(TASKS).args(rows).run().success()
}

/// Sees that of these rows this chunk size is chosen.
fn require_choice(rows: &[&str], expected: usize, look: &str) {
    let run = run(rows);
    let mut chosen = run.lines_after("chunks of ");
    let chosen = chosen.next().unwrap_or("nothing");
    run.require(
        chosen == expected.to_string(),
        format_args!("of {} it chose {chosen}", rows.join(" ")),
        format_args!("{expected}, and the line `chunks of {expected}`"),
        look,
    );
}

#[test]
fn the_measurements_decide() {
    let look = "the times in the rows: they differ by more than noise";
    for (rows, expected) in [
        (["1:90,91,92", "10:50,51,52", "30:80,81,79"], 10),
        (["1:31,30,32", "4:40,42,41", "15:70,69,71"], 1),
        (["2:95,94,96", "20:61,60,62", "60:20,21,22"], 60),
        (["5:700,710,690", "8:560,590,580", "30:500,505,495"], 30),
    ] {
        require_choice(&rows, expected, look);
    }
}

#[test]
fn one_lucky_time_does_not_decide() {
    let look = "the shortest time may be luck; take the median of each row";
    for (rows, expected) in [
        (["2:70,40,71", "10:50,51,52"], 10),
        (["12:45,44,46", "6:80,81,9"], 12),
    ] {
        require_choice(&rows, expected, look);
    }
}

#[test]
fn one_unlucky_time_does_not_decide() {
    let look = "one time during which somebody else was at work changes an \
                average much, and a median little";
    for (rows, expected) in [
        (["5:50,51,200", "20:70,71,72"], 5),
        (["3:90,91,89,92,90", "9:400,60,61,59,60"], 9),
    ] {
        require_choice(&rows, expected, look);
    }
}

#[test]
fn of_those_within_the_noise_the_smallest_is_chosen() {
    let look = "a median that is at most a tenth above the best is as good; \
                of those sizes take the smallest, wherever it stands";
    for (rows, expected) in [
        (["1:80,81,82", "5:53,52,54", "20:50,51,49", "60:51,50,52"], 5),
        (["60:51,50,52", "20:50,51,49", "1:80,81,82", "5:53,52,54"], 5),
        (["20:50,51,49", "8:208,206,207", "4:207,52,51", "2:60,59,61"], 4),
    ] {
        require_choice(&rows, expected, look);
    }
}

#[test]
fn the_work_is_done_in_such_chunks() {
    for chunk_size in [1, 7, 25, TASKS] {
        let run = run(&[&format!("{chunk_size}:50,51,52")]);
        let others = run.spans_of(Category::Task);
        let chunks = others.filter(|task| task.pid != run.pid).count();
        let expected = TASKS.div_ceil(chunk_size);
        run.require(
            chunks == expected,
            format_args!(
                "it chose chunks of {chunk_size}, and sent the {TASKS} tasks \
                 in {chunks}"
            ),
            format_args!("{expected} chunks for the workers"),
            "`chunks_of`: a pool's own `map` takes a size of its own",
        );
    }
}

#[test]
fn the_workers_do_every_task_once() {
    for (workers, tasks, sum) in [(1, 5, 55), (2, 100, 338_350), (3, 10, 385)] {
        let program = program!().arg(workers).arg(tasks);
        let run = program.arg("4:50,51,52").run().success();
        let printed = run.lines_after("sum of squares: ").next();
        run.require(
            printed == Some(&sum.to_string()),
            format_args!("the sum of {tasks} squares is not {sum}"),
            format_args!("`sum of squares: {sum}`"),
            "the tasks are the numbers from 1 on, and the last one counts",
        );
        let started = run.workers().count();
        run.require(
            started == workers,
            format_args!("it had {started} workers"),
            format_args!("a pool of {workers}"),
            "the pool that `sum_of_squares` is given",
        );
    }
}
