//! What `kill_time` must do, seen from outside.

use exercise_check::{Run, program};

const TURNS: u64 = 100_000_000;

/// Of any machine: a turn takes no less than this, in picoseconds.
const SHORTEST: u64 = 100;

fn run(turns: u64) -> (Run, u64) {
    let run = program!().arg(turns).run().success();
    let told = run.lines_after("On a core: ").next().unwrap_or_default();
    let told = told.trim_end_matches(" µs").parse();
    let microseconds = told.unwrap_or_else(|_| {
        run.fail(
            "it did not tell how long it was on a core",
            "the line `On a core: … µs`",
            "leave `run` as it is",
        )
    });
    (run, microseconds)
}

#[test]
fn many_turns_keep_a_core_busy() {
    let (run, microseconds) = run(TURNS);
    run.require(
        microseconds >= TURNS * SHORTEST / 1_000_000,
        format_args!("{TURNS} turns kept a core busy for {microseconds} µs"),
        "tens of milliseconds at least: every turn is done",
        "the loop may be gone, or do something else than compute: what does \
         `std::hint::black_box` do?",
    );
}

#[test]
fn four_times_the_turns_take_about_four_times_as_long() {
    let (_, once) = run(TURNS);
    let (run, four_times) = run(4 * TURNS);
    let ratio = four_times / once.max(1);
    run.require(
        (2..=8).contains(&ratio),
        format_args!(
            "{TURNS} turns take {once} µs on a core, and four times as many \
             {four_times} µs"
        ),
        "about four times as long",
        "whether every turn costs the same, and their number is the argument",
    );
}

#[test]
fn no_turns_take_no_time() {
    let (run, microseconds) = run(0);
    run.require(
        microseconds < 10_000,
        format_args!("0 turns kept a core busy for {microseconds} µs"),
        "next to nothing",
        "whether the number of turns is the argument",
    );
}
