//! What can be asked of the demonstration.

use std::num::{NonZeroU64, NonZeroUsize};
use std::str::FromStr;
use std::time::Duration;

use clap::Parser;

/// Chooses how many workers a pool should have, and shows what they use.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Options {
    /// How many workers: a number, or as many as there is room for.
    #[arg(long, value_name = "NUMBER|auto", default_value = "auto")]
    pub(crate) workers: Workers,

    /// How many tasks; without it six for each worker.
    #[arg(
        long,
        value_name = "NUMBER",
        value_parser = clap::value_parser!(u32).range(1..=100_000)
    )]
    tasks: Option<u32>,

    /// How long from one look to the next.
    #[arg(
        long,
        value_name = "MILLISECONDS",
        default_value = "500",
        value_parser = clap::value_parser!(u64).range(10..=60_000)
    )]
    interval: u64,

    /// What a worker needs; without it one worker is measured.
    #[arg(long, value_name = "MIB", value_parser = mebibytes)]
    pub(crate) memory_per_worker: Option<u64>,

    /// What all workers may take; without it three quarters of what is
    /// available.
    #[arg(long, value_name = "MIB", value_parser = mebibytes)]
    pub(crate) memory_budget: Option<u64>,

    /// One object of JSON a line, for programs.
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) show: Show,
}

/// What to show instead: one of them.
#[derive(clap::Args)]
#[group(multiple = false)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option")]
pub(crate) struct Show {
    /// Only how many workers there would be, and why.
    #[arg(long)]
    pub(crate) size: bool,

    /// A worker that is killed meanwhile, and the fresh one.
    #[arg(long)]
    pub(crate) kill_worker: bool,

    /// Tasks that leak, and workers that are replaced after three of them.
    #[arg(long)]
    pub(crate) leak: bool,

    /// Workers that have threads themselves: too many, and just enough.
    #[arg(long, conflicts_with_all = ["json", "tasks", "interval"])]
    pub(crate) oversubscribe: bool,
}

impl Options {
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_millis(self.interval)
    }

    /// How many tasks, where that is said.
    pub(crate) fn tasks(&self) -> Option<NonZeroUsize> {
        NonZeroUsize::new(self.tasks?.try_into().ok()?)
    }
}

#[derive(Clone, Copy)]
pub(crate) enum Workers {
    Auto,
    Number(NonZeroUsize),
}

/// More than these are a slip of the finger.
const MOST_WORKERS: usize = 256;

impl FromStr for Workers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let number = text.parse::<NonZeroUsize>().ok();
        let number = number.filter(|number| number.get() <= MOST_WORKERS);
        let what = format!("`auto`, or a number from 1 to {MOST_WORKERS}");
        number.map(Self::Number).ok_or(what)
    }
}

impl Workers {
    /// So many, where that is said.
    pub(crate) fn number(self) -> Option<NonZeroUsize> {
        match self {
            Self::Auto => None,
            Self::Number(number) => Some(number),
        }
    }
}

fn mebibytes(text: &str) -> Result<u64, String> {
    let number = text.parse::<NonZeroU64>().ok();
    let bytes = number.and_then(|number| number.get().checked_mul(1 << 20));
    bytes.ok_or_else(|| "a number of MiB, from 1 on".into())
}
