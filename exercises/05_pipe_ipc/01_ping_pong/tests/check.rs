//! What `play` and `play_with_a_child` must do, seen from outside.

use exercise_check::{Message, Run, program};

fn play(rounds: u32) -> Run {
    program!().arg(rounds).run()
}

/// Who speaks, and what is said, in each line of the program.
fn lines(run: &Run) -> Vec<(&str, &str)> {
    let lines = run.stdout.lines().map(|line| {
        let parts = line.split_once("): ");
        parts.unwrap_or_else(|| {
            run.fail(
                format_args!("a line without a name and a PID: `{line}`"),
                "lines as `child (12346): pong 1`",
                "print with `say`",
            )
        })
    });
    lines.collect()
}

fn words(run: &Run) -> Vec<&str> {
    lines(run).into_iter().map(|(_, words)| words).collect()
}

/// The number of the process that its child is.
fn child(run: &Run) -> u32 {
    run.worker("child").pid
}

/// The balls that reached the process.
fn balls_to(run: &Run, pid: u32) -> Vec<&Message> {
    let messages = run.messages.iter();
    let balls = messages.filter(|it| it.name == "message");
    balls.filter(|it| it.to() == Some(pid)).collect()
}

#[test]
fn every_ball_goes_there_and_back() {
    for rounds in [1, 4] {
        let run = play(rounds);
        let played: Vec<_> = words(&run)
            .into_iter()
            .filter(|it| it.starts_with("ping ") || it.starts_with("pong "))
            .collect();
        let expected = (1..=rounds)
            .flat_map(|ball| [format!("ping {ball}"), format!("pong {ball}")]);
        let expected: Vec<_> = expected.collect();
        run.require(
            played == expected,
            format_args!("with {rounds} rounds they said {played:?}"),
            format_args!("{expected:?}"),
            "say the line, then send the ball, then wait for it to come back",
        );
    }
}

#[test]
fn two_processes_play() {
    let run = play(3);
    let child = child(&run);
    for (who, words) in lines(&run) {
        let speaker = match words.split(' ').next() {
            Some("pong") => format!("child ({child}"),
            Some("ping") => format!("MainProcess ({}", run.pid),
            _ => continue,
        };
        run.require(
            who == speaker,
            format_args!(
                "one process played with itself: `{words}` was said by {who})"
            ),
            format_args!("the pings by the parent, `{words}` by {speaker})"),
            "`play` runs in the child, and says the pongs",
        );
    }
    run.require(
        balls_to(&run, child).len() >= 3 && balls_to(&run, run.pid).len() >= 3,
        "not every ball went through the pipe",
        "3 balls to the child, and 3 back",
        "send and recv, on either side",
    );
}

#[test]
fn one_ball_is_under_way_at_a_time() {
    let run = play(50);
    let there = balls_to(&run, child(&run));
    let back = balls_to(&run, run.pid);
    let next = there.iter().skip(1);
    let waits = |(back, next): (&&Message, &&Message)| {
        back.received.is_some_and(|(_, at)| at <= next.sent)
    };
    run.require(
        back.iter().zip(next).all(waits),
        "several balls were under way at once",
        "the parent sends a ball when the one before it has come back",
        "one loop, in which there is a send and then a recv",
    );
}

#[test]
fn the_end_of_the_pipe_ends_the_child() {
    let rounds = 3;
    let run = play(rounds);
    let pid = child(&run);
    let closed = format!("child ({pid}): the other end is closed");
    let exits: Vec<_> = run.lines_after("MainProcess (").collect();
    let exit = exits.last().copied().unwrap_or_default();
    run.require(
        !exit.contains("exit code 1"),
        "the child ended with an error",
        "the child says `the other end is closed`, and ends with exit code 0",
        "`Closed` is no failure here: tell it from the other errors of `recv`",
    );
    run.require(
        run.spans.iter().any(|it| it.name == "join child"),
        "nobody waited for the end of the child",
        "the parent joins it",
        "child.join(): a process that goes out of scope is ended instead",
    );
    run.require(
        run.stdout.lines().any(|line| line == closed),
        "the child never noticed that the other end was closed",
        format_args!("`{closed}`"),
        "do not kill the child: close your end of the pipe, and join it",
    );
    run.require(
        balls_to(&run, pid).len() == rounds as usize,
        "a message ended the game, and not the end of the pipe",
        format_args!("{rounds} balls to the child, and no message more"),
        "the parent closes its end: drop(…)",
    );
    let looks = run.spans.iter().filter(|it| it.pid == pid);
    let looks = looks.filter(|it| it.name == "recv").count();
    run.require(
        looks > rounds as usize,
        "the child ended without waiting for one more ball",
        "it plays until the other end of the pipe is closed",
        "a loop that ends with `RecvError::Closed`, and counts nothing",
    );
}

#[test]
fn both_say_how_it_ended() {
    for rounds in [0, 2] {
        let run = play(rounds).success();
        let words = words(&run);
        let last = &words[words.len().saturating_sub(2)..];
        let expected =
            ["the other end is closed", "the child ended: exit code 0"];
        run.require(
            last == expected,
            format_args!("with {rounds} rounds the last lines say {last:?}"),
            format_args!("{expected:?}"),
            "first the child at the end of its loop, then the parent when it \
             has joined it",
        );
    }
}
