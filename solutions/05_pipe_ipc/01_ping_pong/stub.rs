//! Exercise: ping-pong with a process, and an end that comes by itself.
//!
//! The parent sends the balls 1, 2, 3, … to a child, and the child sends each
//! back. After the last one the parent closes its end of the pipe, and so the
//! child learns that the game is over.
//!
//! The task in full is in README.md, and in the chapter "Pipes".

use std::fmt::Display;
use std::process::{self, ExitCode};

use anyhow::Context as _;
use pipe_ipc::Connection;
use process_spawning::{Target, current_name, exit_code, main_guard};
use time_utils::print_line;

const PLAY: Target<Connection<u32, u32>> = Target::new("play", play);

fn play(parent: Connection<u32, u32>) -> anyhow::Result<()> {
    let ball = parent.recv()?;
    say(format_args!("pong {ball}"))?;
    todo!("send it back, and so on with each ball to the end of the pipe")
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
    todo!("start `play` as \"child\", play {rounds} rounds, end the game")
}

/// Prints a line that tells who speaks.
fn say(what: impl Display) -> anyhow::Result<()> {
    let (name, pid) = (current_name(), process::id());
    Ok(print_line(format_args!("{name} ({pid}): {what}"))?)
}
