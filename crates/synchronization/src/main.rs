//! The same unsafe counter, without and with each of the lesson's means.

mod counter;
mod deadlock;
mod kill_holder;
mod philosophers;

use std::process::ExitCode;

use clap::Parser;
use process_spawning::{exit_code, main_guard};

/// Lets several processes count together, one at a time or all at once.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    work: counter::Work,

    #[command(flatten)]
    dinner: philosophers::Dinner,

    #[command(flatten)]
    show: Show,
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
struct Show {
    /// Five philosophers eat with five forks, each picked up in order.
    #[arg(long)]
    philosophers: bool,

    /// Each philosopher picks up the left fork first: all wait for ever.
    #[arg(long)]
    deadlock: bool,

    /// Workers are killed that hold what others wait for.
    #[arg(long)]
    kill_holder: bool,
}

fn main() -> ExitCode {
    main_guard(&[
        &counter::WORKER,
        &philosophers::PHILOSOPHER,
        &deadlock::PHILOSOPHER,
        &kill_holder::TRANSFER,
        &kill_holder::TAKE_PERMIT,
        &kill_holder::NEVER_COME,
    ]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let Options { work, dinner, show } = options;
    match show {
        Show { philosophers: true, .. } => philosophers::show(*dinner),
        Show { deadlock: true, .. } => deadlock::show(),
        Show { kill_holder: true, .. } => kill_holder::show(),
        _ => counter::show(*work),
    }
}
