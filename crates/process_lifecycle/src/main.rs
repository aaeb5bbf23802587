//! One line for each way for a process to end, and what its parent saw.

mod daemon;
mod orphan;
mod until;
mod zombie;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::Parser;
use process_lifecycle::{END, Ending, STUBBORN, end_within, start_stubborn};
use process_spawning::{Exit, exit_code, main_guard};
use time_utils::print_line;

/// Ends processes in every way there is, and says what their parent saw.
#[derive(Parser)]
#[command(version)]
struct Options {
    #[command(flatten)]
    show: Show,

    /// Keeps a core busy while the process PID lives: the orphan's work.
    #[arg(long, value_name = "PID", hide = true)]
    busy_while: Option<u32>,
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
struct Show {
    /// A process that lost its parent, and one that does not outlive it.
    #[arg(long)]
    orphan: bool,

    /// A process that ended and is still there, and how it goes.
    #[arg(long)]
    zombie: bool,

    /// What becomes of a process that its parent forgets.
    #[arg(long)]
    daemon: bool,

    /// Two workers and their parent, until you press Ctrl-C.
    #[arg(long)]
    until_ctrl_c: bool,
}

fn main() -> ExitCode {
    main_guard(&[
        &END,
        &STUBBORN,
        &orphan::PARENT,
        &orphan::CAREFUL,
        &daemon::WORK,
    ]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    match options {
        Options { busy_while: Some(pid), .. } => orphan::be_busy_while(*pid),
        Options { show: Show { orphan: true, .. }, .. } => orphan::show(),
        Options { show: Show { zombie: true, .. }, .. } => zombie::show(),
        Options { show: Show { daemon: true, .. }, .. } => daemon::show(),
        Options { show: Show { until_ctrl_c: true, .. }, .. } => {
            wait_for_ctrl_c()
        }
        _ => every_way_to_end(),
    }
}

// ANCHOR: every_way
fn every_way_to_end() -> anyhow::Result<()> {
    print_line("way to end        what the parent saw")?;
    for ending in Ending::ALL {
        let exit = bring_about(ending)?;
        print_line(format_args!("{ending:<18}{exit}"))?;
    }
    let mut stubborn = start_stubborn()?;
    let (_, exit) = end_within(&mut stubborn, Duration::from_millis(5))?;
    print_line(format_args!("ignore terminate  {exit}"))?;
    Ok(())
}

fn bring_about(ending: Ending) -> anyhow::Result<Exit> {
    let mut process = ending.start()?;
    match ending {
        Ending::Terminate => process.terminate()?,
        Ending::Kill => process.kill()?,
        _ => {}
    }
    Ok(process.join()?)
}
// ANCHOR_END: every_way

fn wait_for_ctrl_c() -> anyhow::Result<()> {
    let mut worker = Ending::Kill.start()?;
    // This one does not listen to signals, but its lifeline will be cut.
    let _stubborn = start_stubborn()?;
    print_line("two workers compute: press Ctrl-C")?;
    let exit = worker.join()?;
    bail!("{} ended: {exit}", worker.name());
}
