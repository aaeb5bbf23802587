//! What the worker must write, and where, seen from outside.

use exercise_check::{Run, Signal, program, shared_numbers};

const VALUE: f64 = 2.75;
const LENGTH: i32 = 4;

/// The array, turned around.
fn turned(length: i32) -> Vec<i32> {
    (0..length).map(|number| -number).collect()
}

/// A look at the program while whoever has written stays; then it is ended.
struct Look {
    /// The PID of whoever has written.
    writer: u32,
    /// The numbers in the memory that it shares with the parent.
    shared: Vec<Vec<f64>>,
    /// How the program ended.
    run: Run,
}

fn look() -> Look {
    let program = program!().arg(VALUE).arg(LENGTH).arg("stay");
    let mut running = program.start();
    let line = running.wait_for("has written");
    let pid = line.split(' ').find_map(|word| word.parse().ok());
    let writer = pid.unwrap_or_default();
    let shared = shared_numbers(&[running.pid(), writer]);
    let workers = running.descendants();
    match workers.iter().find(|worker| worker.pid == writer) {
        Some(worker) => worker.signal(Signal::KILL),
        None => running.signal(Signal::TERM),
    }
    Look { writer, shared, run: running.finish() }
}

#[test]
fn the_number_and_the_array_are_printed() {
    for (value, length) in
        [("-0.5", 3), ("3.14", 10), ("1234", 1), ("0.25", 100)]
    {
        let run = program!().arg(value).arg(length).run().success();
        run.require_lines(
            &[value.to_string(), format!("{:?}", turned(length))],
            "the worker sets and turns around what is shared, and no copy of \
             it; the value and the length are the program's arguments",
        );
    }
}

#[test]
fn another_process_writes() {
    let look = look();
    look.run.require(
        look.writer != look.run.pid,
        "the parent itself has written the numbers",
        "a worker writes them, in a process of its own",
        "a function that is called runs here; Process::target(…).start(…) \
         runs it in another process",
    );
}

#[test]
fn what_is_written_is_in_memory_that_both_share() {
    let look = look();
    let array = turned(LENGTH).into_iter().map(f64::from).collect();
    for (what, numbers) in [("number", vec![VALUE]), ("array", array)] {
        look.run.require(
            look.shared.contains(&numbers),
            format_args!(
                "the {what} is not in memory that worker and parent share"
            ),
            format_args!(
                "when the worker has written, {numbers:?} stands in memory \
                 that both have open"
            ),
            "a Value and an Array, of which the worker gets a clone",
        );
    }
}

#[test]
fn a_worker_that_is_killed_is_noticed() {
    let look = look();
    if look.writer != look.run.pid {
        look.run.require(
            look.run.exit_code() == Some(1),
            format_args!(
                "the worker was killed, and the program ended {}",
                look.run.ending()
            ),
            "an error, and exit code 1",
            "what `join` returns: `exit.success()` tells",
        );
    }
}
