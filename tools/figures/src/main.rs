//! Draws the trace of a program, or hands it to Perfetto; and draws what one
//! has measured.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Error, anyhow, ensure};
use clap::{Args, Parser};
use figures::{Bars, Caption, Chart, Timeline, WIDTH, perfetto};
use time_utils::trace::{self, Event, VARIABLE};
use time_utils::{exit_code, print_line};

/// Draws what the processes of a program did, from its trace: the file that
/// `MP_TRACE` named when the program ran. And draws what a program measured.
#[derive(Parser)]
#[command(version)]
enum Options {
    /// Draws a timeline, as an SVG element to stand inside a page.
    Timeline {
        #[command(flatten)]
        trace: Trace,
        #[command(flatten)]
        look: Look,
        #[command(flatten)]
        output: Output,
    },
    /// Draws a chart, as an SVG element to stand inside a page.
    Chart {
        /// What was measured: a chart as JSON.
        #[arg(value_name = "MEASUREMENT.json")]
        measurement: PathBuf,
        #[command(flatten)]
        look: Look,
        #[command(flatten)]
        output: Output,
    },
    /// Draws what something costs, as bars: the tables that a benchmark of
    /// this course printed.
    Bars {
        /// What the benchmark printed.
        #[arg(value_name = "COST.txt")]
        cost: PathBuf,
        #[command(flatten)]
        look: Look,
        #[command(flatten)]
        output: Output,
    },
    /// Turns the trace into one file for <https://ui.perfetto.dev>.
    Perfetto {
        #[command(flatten)]
        trace: Trace,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Args)]
struct Trace {
    /// The trace: a file of events, one a line.
    #[arg(value_name = "TRACE.jsonl")]
    trace: PathBuf,
}

#[derive(Args)]
struct Look {
    /// What the picture is called.
    #[arg(long)]
    title: String,

    /// What there is to see, for those who do not see it.
    #[arg(long)]
    description: Option<String>,

    /// What the ids in the picture begin with: unique on its page.
    #[arg(long, default_value = "figure", value_parser = id)]
    id: String,

    /// How many pixels wide it is at most.
    #[arg(
        long,
        default_value_t = WIDTH,
        value_parser = clap::value_parser!(u32).range(240..=4096)
    )]
    width: u32,
}

#[derive(Args)]
struct Output {
    /// Where to write to, instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn main() -> ExitCode {
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    match options {
        Options::Timeline { trace, look, output } => {
            output.write(&draw_timeline(&trace.trace, look)?)
        }
        Options::Chart { measurement, look, output } => {
            output.write(&draw_chart(measurement, look)?)
        }
        Options::Bars { cost, look, output } => {
            output.write(&draw_bars(cost, look)?)
        }
        Options::Perfetto { trace, output } => {
            output.write(&perfetto(&read(&trace.trace)?)?)
        }
    }
}

fn draw_timeline(trace: &Path, look: &Look) -> anyhow::Result<String> {
    let timeline = Timeline::from_events(&read(trace)?);
    ensure!(
        !timeline.lanes.is_empty(),
        "{}: the trace holds names, but nothing that happened",
        trace.display()
    );
    let summary = timeline.summary();
    Ok(timeline.to_svg(&look.caption(&summary), look.width))
}

fn draw_chart(measurement: &Path, look: &Look) -> anyhow::Result<String> {
    let file = measurement.display();
    let text = fs::read_to_string(measurement)
        .with_context(|| format!("cannot read {file}"))?;
    let chart: Chart = serde_json::from_str(&text)
        .with_context(|| format!("{file}: not a chart"))?;
    ensure!(
        !chart.is_empty(),
        "{file}: no line has a point above zero, so there is nothing to draw"
    );
    let summary = chart.summary();
    Ok(chart.to_svg(&look.caption(&summary), look.width))
}

fn draw_bars(cost: &Path, look: &Look) -> anyhow::Result<String> {
    let file = cost.display();
    let text = fs::read_to_string(cost)
        .with_context(|| format!("cannot read {file}"))?;
    let tables =
        Bars::read(&text).with_context(|| format!("{file}: not a table"))?;
    ensure!(!tables.is_empty(), "{file}: there is no table in it");
    let summaries: Vec<_> = tables.iter().map(Bars::summary).collect();
    let summary = summaries.join(" ");
    Ok(Bars::to_svg(&tables, &look.caption(&summary), look.width))
}

impl Look {
    fn caption<'c>(&'c self, summary: &'c str) -> Caption<'c> {
        let description = self.description.as_deref().unwrap_or(summary);
        Caption { id: &self.id, title: &self.title, description }
    }
}

fn read(trace: &Path) -> anyhow::Result<Vec<Event>> {
    let file = trace.display();
    let events = trace::read(trace).map_err(|error| {
        let error = Error::new(error);
        anyhow!("{error:#}; record one with {VARIABLE}={file}")
    })?;
    ensure!(
        !events.is_empty(),
        "{file}: the trace holds no events; was {VARIABLE} set?"
    );
    Ok(events)
}

impl Output {
    /// Writes what is complete by now: an error before this leaves the old
    /// file as it was.
    fn write(&self, text: &str) -> anyhow::Result<()> {
        match &self.output {
            None => Ok(print_line(text.trim_end())?),
            Some(file) => fs::write(file, text)
                .with_context(|| format!("cannot write to {}", file.display())),
        }
    }
}

/// One word, so that it can be pointed at.
fn id(id: &str) -> Result<String, &'static str> {
    let is_safe =
        |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
    if id.is_empty() || !id.chars().all(is_safe) {
        return Err("use letters, digits, - and _ only");
    }
    Ok(id.to_owned())
}
