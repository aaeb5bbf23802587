//! The keeper: a process between the server and what it runs.
//!
//! It does one thing, a run or a check, tells of it in lines of JSON on its
//! standard output, and ends. Standard input is its lifeline: at its end the
//! keeper ends all that came of its work. So nothing is left where the server
//! is killed, and where the keeper is killed, the server ends them.

use std::io;
use std::path::Path;

use course::{Catalogue, Manner, Progress};
use serde::Serialize;
use time_utils::print_line;

use crate::demonstration::Chosen;
use crate::event::Event;
use crate::orders::Orders;
use crate::run::run;

/// What a keeper does.
#[derive(Clone, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Work {
    /// Runs a demonstration.
    Run {
        /// Its package.
        name: String,
        /// It traces what it does.
        #[arg(long)]
        trace: bool,
        /// Its arguments.
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Checks an exercise.
    Check {
        /// Its package.
        name: String,
    },
}

impl Work {
    /// The words that ask a keeper for it.
    pub(crate) fn words(&self) -> Vec<&str> {
        match self {
            Self::Run { name, trace, arguments } => {
                let mut words = vec!["run", name];
                words.extend(trace.then_some("--trace"));
                words.push("--");
                words.extend(arguments.iter().map(String::as_str));
                words
            }
            Self::Check { name } => vec!["check", name],
        }
    }
}

/// Does `work` in the workspace `root`, and tells of it.
///
/// # Errors
///
/// Where nobody reads what it tells, or it is asked to end.
pub fn keep(root: &Path, work: &Work) -> anyhow::Result<()> {
    let orders = Orders::from_stdin()?;
    let done = match work {
        Work::Run { name, trace, arguments } => {
            let chosen =
                Chosen { arguments: arguments.clone(), traces: *trace };
            run(root, name, &chosen, orders, |event| tell(&event))
        }
        Work::Check { name } => check(root, name, &orders),
    };
    match done {
        // It may be that nobody hears it.
        Err(error) if !error.is::<time_utils::OutputError>() => {
            tell(&Event::Broken { text: format!("{error:#}") })
        }
        done => done,
    }
}

fn check(root: &Path, name: &str, orders: &Orders) -> anyhow::Result<()> {
    let catalogue = Catalogue::read(root)?;
    let exercise = catalogue.get(name)?;
    let progress = Progress::of(root);
    let (manner, end) = (Manner::default(), orders.source());
    progress.check(exercise, manner, end, |event| tell(&event))?;
    Ok(())
}

fn tell(event: &impl Serialize) -> anyhow::Result<()> {
    let line = serde_json::to_string(event).map_err(io::Error::from)?;
    print_line(line)?;
    Ok(())
}
