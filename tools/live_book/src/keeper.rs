//! The keeper: a process between the server and what it runs.
//!
//! It does one thing, a run or a check, tells of it in lines of JSON on its
//! standard output, and ends. Standard input is its lifeline: at its end the
//! keeper ends all that came of its work. So nothing is left where the server
//! is killed, and where the keeper is killed, the server ends them.

use std::fs;
use std::path::Path;

use course::{Catalogue, Manner, Progress};
use lesson_check::{Brand, Family};

use crate::demonstration::Chosen;
use crate::event::Event;
use crate::limits::Limits;
use crate::orders::Orders;
use crate::run::run;
use crate::telling::Telling;

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

    fn go(
        &self,
        root: &Path,
        family: &Family,
        orders: Orders,
        telling: &Telling,
    ) -> anyhow::Result<()> {
        match self {
            Self::Run { name, trace, limits, arguments } => {
                let chosen = Chosen {
                    arguments: arguments.clone(),
                    traces: *trace,
                    limits: limits.clone(),
                };
                let tell = |event: Event| telling.tell(&event);
                run(root, name, &chosen, family, orders, tell)
            }
            Self::Check { name } => check(root, name, family, &orders, telling),
        }
    }
}

/// Does `work` in the workspace `root`, and tells of it. All that comes of it
/// has the `brand`, and its temporary files in `temporary`, which is removed
/// at the end: where the server was killed, nobody else does.
///
/// # Errors
///
/// Where it cannot be told what to do.
pub fn keep(
    root: &Path,
    temporary: &Path,
    brand: Brand,
    work: &Work,
) -> anyhow::Result<()> {
    // Where this process may not, the mark in the environment is left.
    let _ = brand.set();
    let family = Family::branded(brand);
    let telling = Telling::new();
    let orders = Orders::from_stdin()?;
    if let Err(error) = work.go(root, &family, orders, &telling) {
        // It may be that nobody hears it.
        let _ = telling.tell(&Event::Broken { text: format!("{error:#}") });
    }
    family.kill();
    // Where there is a server, it may have come first.
    let _ = fs::remove_dir_all(temporary);
    telling.finish();
    Ok(())
}

fn check(
    root: &Path,
    name: &str,
    family: &Family,
    orders: &Orders,
    telling: &Telling,
) -> anyhow::Result<()> {
    let catalogue = Catalogue::read(root)?;
    let exercise = catalogue.get(name)?;
    let progress = Progress::of(root);
    let (manner, end) = (Manner::default(), orders.source());
    let limits = Limits::of_a_check();
    limits.impose();
    let on_limit = |limit| {
        // The verdict comes after it; whoever hears neither has gone.
        let _ = telling.tell(&Event::Limit { limit });
    };
    limits.hold(family, on_limit, || {
        progress.check(exercise, manner, end, |event| telling.tell(&event))
    })?;
    Ok(())
}
