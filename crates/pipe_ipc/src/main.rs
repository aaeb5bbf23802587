//! A game of ping-pong between two processes, over one pipe.

mod killed;
mod several;

use std::process::ExitCode;

use anyhow::ensure;
use clap::Parser;
use pipe_ipc::{Connection, RecvError, pipe};
use process_spawning::{Process, Target, exit_code, main_guard};
use time_utils::{print_line, spin, trace};

/// Plays ping-pong with a process, over a pipe.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How often the ball goes there and back.
    #[arg(
        long,
        default_value_t = 3,
        conflicts_with = "Show",
        value_parser = clap::value_parser!(u32).range(1..=1000)
    )]
    rounds: u32,

    #[command(flatten)]
    show: Show,
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
struct Show {
    /// A child that is killed in the middle of a conversation.
    #[arg(long)]
    killed: bool,

    /// One wait for three children, their messages and their ends.
    #[arg(long)]
    wait: bool,
}

fn main() -> ExitCode {
    main_guard(&[&PLAY, &killed::ANSWER, &several::SPEAK]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    match options.show {
        Show { killed: true, .. } => killed::show(),
        Show { wait: true, .. } => several::show(),
        Show { .. } => play_with_a_child(options.rounds),
    }
}

// ANCHOR: child
const PLAY: Target<Connection<String, String>> = Target::new("play", play);

fn play(parent: Connection<String, String>) -> anyhow::Result<()> {
    while let Some(ball) = next_ball(&parent)? {
        print_line(format_args!("child:  received {ball}"))?;
        hit();
        parent.send("pong".into())?;
    }
    print_line("child:  the other end is gone, the game is over")?;
    Ok(())
}

/// `None` when the other end is gone.
fn next_ball(
    from: &Connection<String, String>,
) -> Result<Option<String>, RecvError> {
    match from.recv() {
        Ok(ball) => Ok(Some(ball)),
        Err(RecvError::Closed) => Ok(None),
        Err(error) => Err(error),
    }
}
// ANCHOR_END: child

// ANCHOR: parent
fn play_with_a_child(rounds: u32) -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let mut child = Process::target(PLAY).name("child").start(theirs)?;
    for round in 1..=rounds {
        print_line(format_args!("parent: round {round}"))?;
        hit();
        ours.send("ping".into())?;
        let Some(ball) = next_ball(&ours)? else { break };
        print_line(format_args!("parent: received {ball}"))?;
    }
    print_line("parent: closes its end")?;
    drop(ours);
    let exit = child.join()?;
    print_line(format_args!("parent: the child ended: {exit}"))?;
    ensure!(exit.success(), "the child ended too early");
    Ok(())
}
// ANCHOR_END: parent

/// Takes its time, so that the figure has something to show.
fn hit() {
    let _hit = trace::span(trace::Category::Task, "hit");
    spin(5_000_000);
}
