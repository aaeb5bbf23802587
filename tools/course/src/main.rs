//! `cargo course`, the learner's command.

mod checking;
mod files;
mod help;
mod learner;
mod options;
mod overview;
mod telling;

use std::process::ExitCode;

use clap::Parser;
use course::UnknownExercise;
use process_spawning::{exit_code, main_guard};
use time_utils::exit_status;

use crate::learner::Learner;
use crate::options::{Command, Options};

/// What a command came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It passes; or there was nothing to pass.
    Yes,
    /// It does not pass, and it was said why.
    No,
}

fn main() -> ExitCode {
    main_guard(&[]);
    match run(&Options::parse()) {
        Ok(Answer::No) => ExitCode::FAILURE,
        Err(error) if error.is::<UnknownExercise>() => {
            // As for anything else that is asked for in a wrong way.
            let _ = exit_status("error", Err(error));
            ExitCode::from(2)
        }
        result => exit_code(result.map(drop)),
    }
}

fn run(options: &Options) -> anyhow::Result<Answer> {
    let catalogue = course::Catalogue::find()?;
    let learner = Learner::of(&catalogue);
    match &options.command {
        None => overview::here(&learner),
        Some(Command::List) => overview::list(&learner),
        Some(Command::Next) => overview::next(&learner),
        Some(Command::Check { which, patience }) => {
            checking::check(&learner, which, patience.manner())
        }
        Some(Command::Watch { which, patience }) => {
            checking::watch(&learner, which, patience.manner())
        }
        Some(Command::Hint { which, again }) => {
            help::hint(&learner, which, *again)
        }
        Some(Command::Solution { which, spoil }) => {
            help::solution(&learner, which, *spoil)
        }
        Some(Command::Reset { which }) => files::reset(&learner, which),
        Some(Command::Open { which }) => files::open(&learner, which),
    }
}
