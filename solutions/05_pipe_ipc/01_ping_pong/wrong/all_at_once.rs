//! with 4 rounds they said ["ping 1", "ping 2"
//!
//! All balls are sent before one is received. The two do not play with each
//! other, and with more balls than the pipe has room for they may get stuck.

use std::fmt::Display;
use std::process::{self, ExitCode};

use anyhow::Context as _;
use pipe_ipc::{Connection, RecvError, pipe};
use process_spawning::{Process, Target, current_name, exit_code, main_guard};
use time_utils::print_line;

const PLAY: Target<Connection<u32, u32>> = Target::new("play", play);

fn play(parent: Connection<u32, u32>) -> anyhow::Result<()> {
    while let Some(ball) = next_ball(&parent)? {
        say(format_args!("pong {ball}"))?;
        parent.send(ball)?;
    }
    say("the other end is closed")
}

/// `None` when the other end is closed.
fn next_ball(from: &Connection<u32, u32>) -> Result<Option<u32>, RecvError> {
    match from.recv() {
        Ok(ball) => Ok(Some(ball)),
        Err(RecvError::Closed) => Ok(None),
        Err(error) => Err(error),
    }
}

fn main() -> ExitCode {
    main_guard(&[&PLAY]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let rounds = std::env::args().nth(1).context("how many rounds?")?;
    let rounds = rounds.parse().context("the rounds are no number")?;
    play_with_a_child(rounds)
}

fn play_with_a_child(rounds: u32) -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let mut child = Process::target(PLAY).name("child").start(theirs)?;
    for ball in 1..=rounds {
        say(format_args!("ping {ball}"))?;
        ours.send(ball)?;
    }
    for _ in 1..=rounds {
        ours.recv()?;
    }
    // The child waits for the next ball: this tells it that none comes.
    drop(ours);
    let exit = child.join()?;
    say(format_args!("the child ended: {exit}"))?;
    anyhow::ensure!(exit.success(), "the child ended: {exit}");
    Ok(())
}

/// Prints a line that tells who speaks.
fn say(what: impl Display) -> anyhow::Result<()> {
    let (name, pid) = (current_name(), process::id());
    Ok(print_line(format_args!("{name} ({pid}): {what}"))?)
}
