//! a message ended the game, and not the end of the pipe
//!
//! A ball 0 stands for the end, as Python's `None` in a queue does. It works
//! until a 0 is a ball like any other, or the parent has no time left to send it.

use std::fmt::Display;
use std::process::{self, ExitCode};

use anyhow::Context as _;
use pipe_ipc::{Connection, pipe};
use process_spawning::{Process, Target, current_name, exit_code, main_guard};
use time_utils::print_line;

const PLAY: Target<Connection<u32, u32>> = Target::new("play", play);

fn play(parent: Connection<u32, u32>) -> anyhow::Result<()> {
    loop {
        let ball = parent.recv()?;
        if ball == 0 {
            break;
        }
        say(format_args!("pong {ball}"))?;
        parent.send(ball)?;
    }
    say("the other end is closed")
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
        ours.recv()?;
    }
    ours.send(0)?;
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
