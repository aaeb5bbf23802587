//! Injects many faults, tells of those that were not borne well, and ends with
//! a table.

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::ensure;
use clap::Parser;
use fault_injection::demonstrations::{ALL, Demonstration};
use fault_injection::faults::Fault;
use fault_injection::injection::Injection;
use fault_injection::report::Report;
use fault_injection::suite::{Suite, Tried, default_jobs};
use indicatif::{ProgressBar, ProgressStyle};
use process_spawning::{exit_code, main_guard};
use time_utils::print_line;

/// Runs the demonstrations of the course while something goes wrong, and tells
/// where that is not borne well.
#[derive(Parser)]
#[command(version)]
struct Options {
    /// How many faults are injected.
    #[arg(long, default_value_t = 200)]
    count: usize,

    /// What everything is drawn from.
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// How many run at once; without it, two for each core.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,

    /// Only these faults.
    #[arg(long, value_name = "FAULT", value_delimiter = ',')]
    only: Vec<Fault>,

    /// Only demonstrations whose command line contains this.
    #[arg(long, value_name = "NAME", default_value = "")]
    demonstration: String,

    /// Only the injection with this number in the row of the seed.
    #[arg(long, conflicts_with_all = ["count", "only", "demonstration"])]
    number: Option<u64>,
}

fn main() -> ExitCode {
    main_guard(&[]);
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    let jobs = options.jobs.unwrap_or_else(default_jobs);
    let injections = options.injections()?;
    tell_what_is_left_out()?;
    let mut demonstrations: Vec<Demonstration> = Vec::new();
    for injection in &injections {
        if !demonstrations.contains(&injection.demonstration) {
            demonstrations.push(injection.demonstration);
        }
    }
    let suite = Suite::prepare(&demonstrations, jobs)?;
    let ways = demonstrations.len();
    print_line(format_args!("{ways} demonstrations, {jobs} at once"))?;
    let (start, mut report) = (Instant::now(), Report::default());
    let bar = bar(injections.len());
    let done = suite.inject(&injections, jobs, |tried| {
        bar.inc(1);
        let wrong = !tried.complaints.is_empty();
        let Tried { injection, seen, .. } = &tried;
        let usual = suite.usual(&injection.demonstration);
        report.add(injection.fault, seen, usual, wrong);
        if wrong {
            bar.suspend(|| print_line(format_args!("{tried}\n")))?;
        }
        Ok(())
    });
    bar.finish_and_clear();
    print_line(&report)?;
    print_line(format_args!("in {:.1?}", start.elapsed()))?;
    done?;
    let (wrong, runs) = (report.wrong(), report.runs());
    ensure!(wrong == 0, "{wrong} of {runs} faults were not borne well");
    Ok(())
}

fn tell_what_is_left_out() -> anyhow::Result<()> {
    for fault in Fault::all() {
        if let Some(why) = fault.misses() {
            let fault = fault.name();
            print_line(format_args!("left out: {fault}, which {why}"))?;
        }
    }
    Ok(())
}

impl Options {
    /// The first of the seed's row that are asked for and can be tried here.
    fn injections(&self) -> anyhow::Result<Vec<Injection>> {
        let nth = |number| Injection::nth(self.seed, number, ALL);
        if let Some(one) = self.number.map(nth) {
            let why = one.misses().unwrap_or_default();
            ensure!(why.is_empty(), "{one}: cannot be tried here: {why}");
            return Ok(vec![one]);
        }
        // After so many a row begins again with the same pairs.
        let round = (ALL.len() * Fault::all().len()) as u64;
        let any = (0..round).map(nth).any(|one| self.wants(&one));
        ensure!(any, "there is nothing of this kind to try here");
        let wanted = (0..).map(nth).filter(|one| self.wants(one));
        Ok(wanted.take(self.count).collect())
    }

    fn wants(&self, injection: &Injection) -> bool {
        let Injection { fault, demonstration, .. } = injection;
        (self.only.is_empty() || self.only.contains(fault))
            && demonstration.to_string().contains(&self.demonstration)
            && injection.misses().is_none()
    }
}

/// Where it is no terminal, indicatif shows nothing.
fn bar(count: usize) -> ProgressBar {
    let style = "{bar:40} {pos} of {len}, {eta} left";
    let style = ProgressStyle::with_template(style);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(count as u64).with_style(style)
}
