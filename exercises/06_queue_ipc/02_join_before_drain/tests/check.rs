//! What `cubes` must do, seen from outside.

use exercise_check::{Message, Run, program};

/// So many cubes fit into the queue.
const PLACES: usize = 4;

fn run(last: u64) -> Run {
    program!().arg(last).run()
}

fn require_sum(run: &Run, last: u64) {
    let sum: u64 = (1..=last).map(|number| number.pow(3)).sum();
    let expected = format!("{last} cubes, in all {sum}");
    run.require(
        run.stdout.trim_end() == expected,
        format_args!("not every cube was got: `{}`", run.stdout.trim_end()),
        format_args!("`{expected}`"),
        "get to the end of the queue: `Err(GetError::Closed)`",
    );
}

/// The cubes that the parent got from another process.
fn got(run: &Run) -> Vec<&Message> {
    let items = run.messages.iter().filter(|it| it.name == "item");
    items.filter(|it| it.from != run.pid && it.to() == Some(run.pid)).collect()
}

#[test]
fn what_fits_into_the_queue_is_got() {
    for last in [0, 1, 4] {
        require_sum(&run(last).success(), last);
    }
}

#[test]
fn what_does_not_fit_into_the_queue_is_got() {
    for last in [5, 9, 40] {
        require_sum(&run(last).success(), last);
    }
}

#[test]
fn the_cubes_come_from_the_worker() {
    let run = run(20).success();
    run.require(
        got(&run).len() == 20,
        "the cubes did not come from a worker",
        "20 cubes, put by another process and got by the parent",
        "leave `worker` as it is: its cubes come out of the queue",
    );
}

#[test]
fn the_queue_keeps_its_bound() {
    let run = run(40).success();
    let items = got(&run);
    // Beside those in the queue: one that is about to be put, and for each
    // thread that gets, one that has been taken out a moment ago.
    let most = PLACES + 4;
    let under_way = items.iter().map(|item| {
        let before = items.iter().filter(|it| it.sent <= item.sent);
        let is_here =
            |it: &Message| it.received.is_some_and(|(_, at)| at < item.sent);
        before.filter(|it| !is_here(it)).count()
    });
    let under_way = under_way.max().unwrap_or_default();
    run.require(
        under_way <= most,
        format_args!(
            "the queue has lost its bound: {under_way} cubes were under way \
             at once"
        ),
        format_args!("not many more than the {PLACES} that it has places for"),
        "leave the queue as it is, and make room: get before you join",
    );
}

#[test]
fn a_worker_that_fails_is_noticed() {
    let run = run(50);
    run.require(
        run.stdout.is_empty(),
        "the worker failed, and a sum was printed as if all were there",
        "no sum, and an error",
        "what `join` returns, after the last cube has been got",
    );
    let _run = run.code(1);
}
