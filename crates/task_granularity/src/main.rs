//! The same work in chunks of one task, of two, of five, and so on: measured,
//! predicted, and the best marked.

mod bar;
mod table;

use std::fs;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, ensure};
use clap::Parser;
use indicatif::{ProgressBar, ProgressFinish};
use pool_map::default_workers;
use process_spawning::{exit_code, main_guard};
use task_granularity::{Crew, Measurement, Plan, WORKERS, Way, Work};
use time_utils::print_line;

/// Measures how long some tasks take, with few and with many in a message.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How many tasks there are.
    #[arg(long, default_value = "2000", value_parser = up_to::<100_000>)]
    tasks: NonZeroUsize,

    /// How often each task goes round; with 1 it is next to nothing.
    #[arg(long, default_value = "50000")]
    iterations: NonZeroU64,

    /// The last tenth of the tasks are ten times as long as the others.
    #[arg(long)]
    uneven: bool,

    /// How many threads, or processes; without it as many as there are cores
    /// for us.
    #[arg(long, value_parser = up_to::<256>)]
    workers: Option<NonZeroUsize>,

    /// How many chunks a worker may have before it: with 1 it gets the next
    /// when it has reported the last.
    #[arg(
        long,
        default_value = "1",
        value_name = "CHUNKS",
        value_parser = up_to::<16>
    )]
    ahead: NonZeroUsize,

    /// How often everything is measured; the median counts.
    #[arg(long, default_value = "5", value_parser = up_to::<1000>)]
    rounds: NonZeroUsize,

    /// Where to write what was measured: for `figures chart`.
    #[arg(long, value_name = "FILE")]
    measurement: Option<PathBuf>,

    /// Only these chunk sizes, once each, and nothing else: for a timeline.
    #[arg(
        long,
        value_name = "CHUNK_SIZES",
        value_delimiter = ',',
        conflicts_with_all = ["rounds", "measurement"]
    )]
    only: Vec<NonZeroUsize>,
}

fn main() -> ExitCode {
    main_guard(&[&WORKERS]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let crew = Crew::start(options.workers(), options.ahead)?;
    if !options.only.is_empty() {
        return once_each(&crew, &options.work().lengths(), &options.only);
    }
    let measurement = measure(&options.plan(), &crew)?;
    if let Some(file) = &options.measurement {
        write(&measurement, file)?;
    }
    table::print(&measurement)
}

fn measure(plan: &Plan, crew: &Crew) -> anyhow::Result<Measurement> {
    // Where standard error is no terminal, it shows nothing.
    let bar = ProgressBar::new(plan.steps() as u64)
        .with_finish(ProgressFinish::AndClear);
    plan.measure(crew, || bar.inc(1))
}

fn write(measurement: &Measurement, file: &Path) -> anyhow::Result<()> {
    let mut json = serde_json::to_string_pretty(&measurement.chart())?;
    json.push('\n');
    fs::write(file, json)
        .with_context(|| format!("cannot write to {}", file.display()))
}

fn once_each(
    crew: &Crew,
    lengths: &[u64],
    sizes: &[NonZeroUsize],
) -> anyhow::Result<()> {
    for size in sizes {
        let time = crew.time(Way::Processes(*size), lengths)?;
        print_line(format_args!("chunks of {size}: {time:.1?}"))?;
    }
    Ok(())
}

impl Options {
    fn workers(&self) -> NonZeroUsize {
        let automatic = || NonZeroUsize::new(default_workers());
        self.workers.or_else(automatic).unwrap_or(NonZeroUsize::MIN)
    }

    fn work(&self) -> Work {
        let &Self { tasks, iterations, uneven, .. } = self;
        Work { tasks, iterations, uneven }
    }

    fn plan(&self) -> Plan {
        Plan { work: self.work(), rounds: self.rounds }
    }
}

/// A count from 1 to `MOST`.
fn up_to<const MOST: usize>(text: &str) -> anyhow::Result<NonZeroUsize> {
    let count: NonZeroUsize = text.parse()?;
    ensure!(count.get() <= MOST, "at most {MOST}");
    Ok(count)
}
