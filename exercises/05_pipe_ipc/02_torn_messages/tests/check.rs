//! What `receive` must do, seen from outside.

use exercise_check::{Run, Signal, program};

fn run(count: usize, ending: &str) -> Run {
    program!().arg(count).arg(ending).run()
}

/// Kills the sender when it waits for that.
fn killed(count: usize, ending: &str) -> Run {
    let mut running = program!().arg(count).arg(ending).start();
    running.wait_for("the sender waits to be killed");
    running.wait_for_worker("sender").signal(Signal::KILL);
    running.finish()
}

/// Sees that the messages that were sent whole are reported, and no other.
fn require_messages(run: &Run, count: usize) {
    let expected =
        (0..count).map(|at| format!("{}: {} bytes", at + 1, at * 100_000));
    let expected: Vec<_> = expected.collect();
    let reported: Vec<_> = run.lines_after("message ").collect();
    run.require(
        !reported.is_empty() || count == 0,
        format_args!("no message was reported, of the {count} that came"),
        format_args!("{count} messages, whatever comes after them"),
        "report each message when it has come, before you receive the next",
    );
    run.require(
        reported.len() <= count || !reported.starts_with(&borrowed(&expected)),
        format_args!(
            "half a message was reported as a whole one: `message {}`",
            reported.last().copied().unwrap_or_default()
        ),
        format_args!("{count} messages, which were sent whole"),
        "what `CutOff` says is no message",
    );
    run.require(
        reported == expected,
        format_args!("the messages reported are {reported:?}"),
        format_args!("{expected:?}"),
        "each message, in the order in which they come, up to the end",
    );
}

fn borrowed(lines: &[String]) -> Vec<&str> {
    lines.iter().map(String::as_str).collect()
}

fn require_torn(run: &Run) {
    let numbers = run.lines_after("torn: ").next();
    let numbers = numbers.and_then(|it| it.strip_suffix(" bytes"));
    let numbers = numbers.and_then(|it| it.split_once(" of "));
    let parsed = numbers.map(|(got, of)| (got.parse(), of.parse()));
    run.require(
        parsed.is_some(),
        "nothing tells that the last message was torn",
        "a line `torn: … of … bytes`",
        "which error does `recv` return in the middle of a message?",
    );
    let is_part = |(got, of)| match (got, of) {
        (Ok::<u64, _>(got), Ok::<u64, _>(of)) => got < of && of == 64 << 20,
        _ => false,
    };
    run.require(
        parsed.is_some_and(is_part),
        "the line on the torn message has other numbers",
        "how many bytes have come, of how many",
        "RecvError::CutOff { got, of }",
    );
}

fn require_exit(run: &Run, exit: &str) {
    let exits: Vec<_> = run.lines_after("the sender ended: ").collect();
    run.require(
        !exits.is_empty(),
        "nobody told how the sender ended",
        format_args!("a line `the sender ended: {exit}`"),
        "join the sender in any case, also when a message was torn",
    );
    run.require(
        exits == [exit],
        format_args!("the sender ended: {exits:?}"),
        exit,
        "print what `join` returns; nobody but the check kills the sender",
    );
}

fn require_failure(run: &Run, what: &str) {
    run.require(
        run.exit_code() == Some(1),
        format_args!("{what}, and the program ended {}", run.ending()),
        "an error, and exit code 1",
        "what the pipe says, and what `join` says: `receive` returns an \
         error for either",
    );
}

#[test]
fn every_message_is_reported() {
    for count in [0, 1, 5] {
        let run = run(count, "returns");
        run.require(
            count == 0 || run.lines_after("message ").next().is_some(),
            "an empty message was taken for the end",
            "`message 1: 0 bytes`, and all others",
            "the end of the pipe is `Err(RecvError::Closed)`, and nothing else",
        );
        require_messages(&run, count);
        require_exit(&run, "exit code 0");
        let _run = run.success();
    }
}

#[test]
fn a_torn_message_is_told_from_a_whole_one() {
    for count in [0, 3] {
        let run = run(count, "breaks_off");
        require_messages(&run, count);
        require_torn(&run);
    }
}

#[test]
fn a_torn_message_is_an_error_though_the_sender_is_content() {
    let run = run(2, "breaks_off");
    require_exit(&run, "exit code 0");
    require_failure(&run, "a message was torn");
}

#[test]
fn a_sender_that_fails_between_messages_is_noticed() {
    let run = run(4, "fails");
    require_messages(&run, 4);
    require_exit(&run, "exit code 1");
    require_failure(&run, "the sender failed");
}

#[test]
fn a_sender_that_is_killed_between_messages_is_noticed() {
    let run = killed(3, "waits_between");
    require_messages(&run, 3);
    require_exit(&run, "signal 9 (SIGKILL)");
    require_failure(&run, "the sender was killed");
}

#[test]
fn a_sender_that_is_killed_within_a_message_is_noticed() {
    let run = killed(2, "waits_within");
    require_messages(&run, 2);
    require_torn(&run);
    require_exit(&run, "signal 9 (SIGKILL)");
    require_failure(&run, "the sender was killed");
}
