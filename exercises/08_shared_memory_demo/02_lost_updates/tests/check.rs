//! What becomes of every update, seen from outside.

use std::time::{Duration, Instant};

use exercise_check::{Run, Running, Signal, program, shared_numbers};

/// Starts workers that all stay half way, and waits until they are there.
fn start_and_wait_half_way(workers: u32, turns: u32) -> Running {
    let program = program!().arg(workers).arg(turns).arg("stay");
    let mut running = program.start();
    for _ in 0..workers {
        running.wait_for("stays half way");
    }
    running
}

/// Ends who stays.
fn end(running: Running) -> Run {
    running.signal(Signal::KILL);
    running.finish()
}

/// Whoever needs no more than this for its turns could do many more.
const QUICK: Duration = Duration::from_millis(100);

/// Has so many workers add so often, sees that nothing is lost, and says how
/// long it took.
fn require_all_counted(workers: u32, turns: u32) -> Duration {
    let begin = Instant::now();
    let program = program!().arg(workers).arg(turns);
    let run = program.deadline(Duration::from_secs(30)).run().success();
    let all = workers * turns;
    let counted = run.lines_after("counted ").next().unwrap_or("nothing");
    run.require(
        counted == all.to_string(),
        format_args!("updates were lost: it counted {counted}"),
        format_args!("{workers} workers × {turns} turns are {all}"),
        "from the read to the write nobody else may write: both in one \
         `locked`, or one step that does both",
    );
    begin.elapsed()
}

#[test]
fn no_update_is_lost() {
    for (workers, turns) in [(2, 1000), (3, 301), (1, 7)] {
        require_all_counted(workers, turns);
    }
    // A short way from the read to the write is rarely met there: the shorter
    // it is, the more turns there have to be. A busy machine may take long
    // for few of them, but not each time.
    let start = require_all_counted(4, 1);
    for turns in [20_000, 100_000, 500_000, 2_500_000, 10_000_000] {
        if (0..3).all(|_| require_all_counted(4, turns) > 2 * start + QUICK) {
            break;
        }
    }
}

#[test]
fn all_workers_are_at_work_at_the_same_time() {
    let run = program!().arg(3).arg(100).run().success();
    let last = run.worker("worker_3");
    let joined = run.spans.iter().find(|span| span.name == "join worker_1");
    run.require(
        run.worker("worker_1").overlaps(last)
            || joined.is_some_and(|join| join.begin > last.begin),
        "`worker_3` was started only after `worker_1` had been joined",
        "all workers are started, then all begin, then all are joined",
        "leave `count` as it is, and mend `add_one`",
    );
}

#[test]
fn all_add_to_one_counter_in_shared_memory() {
    let (workers, turns) = (3, 3000);
    let running = start_and_wait_half_way(workers, turns);
    let mut pids = vec![running.pid()];
    pids.extend(running.descendants().iter().map(|worker| worker.pid));
    let counters = shared_numbers(&pids);
    let run = end(running);
    let each = turns / 2;
    let all = f64::from(workers * each);
    run.require(
        !counters.is_empty(),
        "there is no counter that all workers share",
        "one counter in shared memory, to which all workers add",
        "`count` makes one Value, and each worker gets a clone of it",
    );
    run.require(
        counters.contains(&vec![all]),
        format_args!("the counter in shared memory is wrong: {counters:?}"),
        format_args!(
            "{all}, when each of {workers} workers has done {each} turns"
        ),
        "each worker adds to the Value, and nobody computes the sum otherwise",
    );
}

#[test]
fn who_stays_half_way_holds_nobody_up() {
    let running = start_and_wait_half_way(2, 50);
    let _ended = end(running);
}
