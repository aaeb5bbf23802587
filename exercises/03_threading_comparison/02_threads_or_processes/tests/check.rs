//! What the choices must come to, seen from outside.

use std::collections::{BTreeSet, HashSet};

use exercise_check::{Run, program};
use time_utils::trace::Category;

/// How much memory a piece loses that loses some.
const LOSS_IN_MIB: u64 = 32;

fn run(need: &str, pieces: u64) -> Run {
    program!().arg(need).arg(pieces).run()
}

/// A line `… PID: …, table: …` after its beginning.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Line {
    who: String,
    pid: String,
    table: String,
}

/// Those lines, in the order of the pieces.
fn lines(run: &Run, start: &str) -> Vec<Line> {
    let lines = run.lines_after(start).filter_map(|rest| {
        let (who, rest) = rest.split_once(", PID: ")?;
        let (pid, table) = rest.split_once(", table: ")?;
        let [who, pid, table] = [who, pid, table].map(str::to_owned);
        Some(Line { who: who.replace(" done", ""), pid, table })
    });
    let mut lines: Vec<_> = lines.collect();
    lines.sort();
    lines
}

/// Sees that exactly these pieces were done, and that the last line says so.
fn require_done(run: &Run, pieces: u64, lost: &[u64]) {
    let numbers = (1..=pieces).filter(|number| !lost.contains(number));
    let mut expected: Vec<_> = numbers.map(|it| it.to_string()).collect();
    expected.sort();
    let done: Vec<_> =
        lines(run, "Piece ").into_iter().map(|line| line.who).collect();
    run.require(
        done == expected,
        format_args!("the pieces {} were done", done.join(", ")),
        format_args!("the pieces {}, each once", expected.join(", ")),
        "the numbers that the pieces are given: 1, 2, 3, …",
    );
    require_told(run, expected.len() as u64, pieces);
}

fn require_told(run: &Run, done: u64, pieces: u64) {
    let told = format!("{done} of {pieces} done");
    let last = run.stdout.lines().last().unwrap_or_default();
    run.require(
        last.starts_with(&told),
        format_args!(
            "{done} of {pieces} were done, and it says otherwise: `{last}`"
        ),
        format_args!("`{told}`"),
        "what your function returns: count those that ended well",
    );
}

#[test]
fn when_one_piece_aborts_the_others_are_done() {
    for pieces in [3, 5] {
        let run = run("crash", pieces);
        run.require(
            run.exit_code().is_some(),
            "one piece aborted, and the whole program with it",
            "the others are done, and the parent goes on",
            "what is alone after an abort: its thread, or its process?",
        );
        run.require(
            run.exit_code() == Some(0),
            "one piece aborted, and the program gave up",
            "the others are done, counted, and exit code 0",
            "what your function does with an exit that is no success",
        );
        require_done(&run, pieces, &[2]);
    }
}

#[test]
fn the_large_table_is_not_copied() {
    let run = run("table", 3).success();
    require_done(&run, 3, &[]);
    let parent = lines(&run, "Parent");
    let parent = parent.first().unwrap_or_else(|| {
        run.fail(
            "there is no line of the parent",
            "the line that `run` prints first",
            "leave `run` as it is",
        )
    });
    for Line { who, pid, table } in lines(&run, "Piece ") {
        run.require(
            pid == parent.pid,
            format_args!("piece {who} read the table in another process"),
            "all read the one that the parent has made",
            "processes have no memory in common, unless they ask for it; and \
             threads?",
        );
        run.require(
            table == parent.table,
            format_args!("piece {who} read a copy of the table"),
            format_args!("all read the one at {}", parent.table),
            "hand on the reference: a thread of a scope may borrow it",
        );
    }
}

#[test]
fn memory_that_is_lost_comes_back() {
    let run = run("leak", 3).success();
    require_done(&run, 3, &[]);
    let last = run.stdout.lines().last().unwrap_or_default();
    let kept = last.split_once("done, ").map(|(_, rest)| rest);
    let kept = kept.and_then(|rest| rest.strip_suffix(" MiB kept"));
    let kept = kept.and_then(|kept| kept.parse::<u64>().ok());
    run.require(
        kept.is_some_and(|kept| kept < LOSS_IN_MIB),
        "the pieces have ended, and what they lost is still lost",
        format_args!("less than {LOSS_IN_MIB} MiB kept"),
        "whose memory it is that a thread loses, and whose a process",
    );
}

#[test]
fn many_short_pieces_are_not_started_one_by_one() {
    let pieces = 300;
    // On a busy machine one thread may be quick enough to do all.
    let several = (0..5).any(|_| {
        let run = run("short", pieces).success();
        require_told(&run, pieces, pieces);
        let tasks: Vec<_> = run.spans_of(Category::Task).collect();
        let names: BTreeSet<_> = tasks.iter().map(|span| &span.name).collect();
        run.require(
            tasks.len() as u64 == pieces && names.len() == tasks.len(),
            format_args!("{} of {pieces} short pieces ran", names.len()),
            format_args!("the pieces 1 to {pieces}, each once"),
            "the numbers that the pieces are given: 1, 2, 3, …",
        );
        let lanes: HashSet<_> =
            tasks.iter().map(|span| (span.pid, span.thread)).collect();
        let pids: HashSet<_> = lanes.iter().map(|(pid, _)| pid).collect();
        let (count, what) = match pids.len() {
            1 => (lanes.len(), "threads"),
            count => (count, "processes"),
        };
        run.require(
            count <= tasks.len() / 2,
            format_args!("{pieces} short pieces had {count} {what}"),
            "a few, as many as there are cores, each of which does many",
            "what it costs to create one, beside what a piece costs",
        );
        lanes.len() > 1
    });
    if !several {
        run("short", pieces).fail(
            format_args!("one thread did all of {pieces} short pieces"),
            "a few threads that share them",
            "`step_by`, or a number that the threads share and count up",
        );
    }
}

#[test]
fn pieces_run_at_the_same_time() {
    for need in ["table", "leak"] {
        // On a busy machine one may be through before the next begins.
        let together = (0..5).any(|_| {
            let run = run(need, 2).success();
            let tasks: Vec<_> = run.spans_of(Category::Task).collect();
            matches!(tasks[..], [first, second] if first.overlaps(second))
        });
        if !together {
            run(need, 2).fail(
                format_args!("for {need}, one piece waited for the other"),
                "two pieces at the same time",
                "start all before you join the first one",
            );
        }
    }
}
