//! The keeper: a process between the server and what it runs.
//!
//! It does one thing, a run or a check, tells of it in lines of JSON on its
//! standard output, and ends. Standard input is its lifeline: at its end the
//! keeper ends all that came of its work. So nothing is left where the server
//! is killed, and where the keeper is killed, the server ends them.

use std::path::Path;
use std::{fs, io};

use course::{Catalogue, Manner, Progress};
use serde::Serialize;
use time_utils::print_line;

use crate::demonstration::Chosen;
use crate::event::Event;
use crate::limits::Limits;
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
        /// What it may take.
        #[arg(long)]
        limits: Limits,
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
    pub(crate) fn words(&self) -> serde_json::Result<Vec<String>> {
        let (Self::Run { name, .. } | Self::Check { name }) = self;
        let Self::Run { trace, limits, arguments, .. } = self else {
            return Ok(vec!["check".to_owned(), name.clone()]);
        };
        let limits = serde_json::to_string(limits)?;
        let words = ["run", name, "--limits", &limits].map(str::to_owned);
        let trace = trace.then(|| "--trace".to_owned());
        let words = words.into_iter().chain(trace).chain(["--".to_owned()]);
        Ok(words.chain(arguments.iter().cloned()).collect())
    }
}

/// Does `work` in the workspace `root`, and tells of it. All that comes of it
/// has its temporary files in `temporary`, which is removed at the end: where
/// the server was killed, nobody else does.
///
/// # Errors
///
/// Where nobody reads what it tells, or it is asked to end.
pub fn keep(root: &Path, temporary: &Path, work: &Work) -> anyhow::Result<()> {
    let kept = keep_to_the_end(root, work);
    // Where there is a server, it may have come first.
    let _ = fs::remove_dir_all(temporary);
    kept
}

fn keep_to_the_end(root: &Path, work: &Work) -> anyhow::Result<()> {
    let orders = Orders::from_stdin()?;
    let done = match work {
        Work::Run { name, trace, limits, arguments } => {
            let chosen = Chosen {
                arguments: arguments.clone(),
                traces: *trace,
                limits: limits.clone(),
            };
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
