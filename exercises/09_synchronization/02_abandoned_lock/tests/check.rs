//! What becomes of an abandoned lock, and of what it protects, seen from
//! outside.

use exercise_check::{Run, Signal, program};

const ALL: i64 = 100;
const AMOUNT: i64 = 40;
const MOVES: i64 = 5;

/// A run in which `second` is killed in the middle of its repair.
fn killed_in_the_repair() -> Run {
    let program = program!().args([ALL, AMOUNT, MOVES]).arg("stay");
    let mut running = program.start();
    running.wait_for("repairs");
    running.wait_for_worker("second").signal(Signal::KILL);
    running.finish()
}

/// Who repaired, and what the accounts were then.
fn repairs(run: &Run) -> Vec<(&str, &str)> {
    let lines = run.stdout.lines();
    lines.filter_map(|line| line.split_once(" repairs: ")).collect()
}

#[test]
fn no_money_is_missing_at_the_end() {
    for (all, amount, moves) in [(100, 40, 3), (7, 7, 1), (500, 1, 20)] {
        let run = program!().args([all, amount, moves]).run();
        run.require(
            !run.stderr.contains("are left"),
            "money is missing at the end: what `first` left half done was \
             never repaired",
            format_args!("{all} in both accounts together"),
            "`Abandoned` is an error with the guard in it: the lock is held, \
             and what it protects must be repaired",
        );
        let left = all - amount;
        let (second, third) = (left - moves, left - 2 * moves);
        let line = |name: &str, first| {
            format!("{name} has moved: [{first}, {}]", all - first)
        };
        run.require_lines(
            &[
                format!("first has taken: [{left}, 0]"),
                "first ended: signal 9 (SIGKILL)".to_owned(),
                format!("second repairs: [{left}, 0]"),
                line("second", second),
                "second ended: exit code 0".to_owned(),
                line("third", third),
                "third ended: exit code 0".to_owned(),
            ],
            "`Abandoned` has the guard in it: match it, `repair` once, say \
             `repaired` on that guard, and return it",
        );
    }
}

#[test]
fn the_worker_that_is_told_repairs_once_and_goes_on() {
    let run = program!().args([ALL, AMOUNT, MOVES]).run();
    run.require(
        !run.stdout.contains("second ended: exit code 1"),
        "`second` gave up when it was told that the lock was abandoned",
        "it repairs the accounts, and goes on",
        "a `?` passes every error on: match `AcquireError::Abandoned` first",
    );
    let repairs = repairs(&run);
    let times = repairs.len();
    run.require(
        times < 2,
        format_args!("the accounts were repaired {times} times"),
        "once: after that the lock is no longer abandoned",
        "`guard.repaired()` says that it is done; dropped without it, the \
         guard leaves the lock abandoned",
    );
    run.require(
        repairs.iter().all(|(name, _)| *name == "second"),
        "somebody else than `second` repaired the accounts",
        "the worker that gets the lock next is told, and repairs",
        "`take_over`, which `next` calls",
    );
}

#[test]
fn who_dies_in_the_repair_leaves_it_to_the_next_one() {
    let run = killed_in_the_repair();
    let repairs = repairs(&run);
    run.require(
        repairs.iter().any(|(name, _)| *name == "third"),
        "`second` was killed in the middle of its repair, and `third` was \
         not told",
        "who repairs has the lock meanwhile: so its death is noticed, too",
        "keep the guard that is in the error until the repair is complete",
    );
}
