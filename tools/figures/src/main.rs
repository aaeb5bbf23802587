//! Draws a trace, or turns it into what Perfetto reads.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context as _;
use clap::{Args, Parser};
use figures::{Caption, Timeline, draw, to_perfetto};
use time_utils::{exit_code, print_line, trace};

/// Draws a trace, which any lesson writes when the variable `MP_TRACE` names
/// a file for it.
#[derive(Parser)]
#[command(version)]
enum Options {
    /// An SVG timeline, to stand inside a page.
    Timeline(TimelineOptions),
    /// One JSON document, for <https://ui.perfetto.dev>.
    Perfetto(Files),
}

#[derive(Args)]
struct TimelineOptions {
    #[command(flatten)]
    files: Files,

    /// What the picture is called.
    #[arg(long)]
    title: String,

    /// What there is to see, for those who do not see it.
    #[arg(long, default_value = "")]
    description: String,

    /// Unique on the page.
    #[arg(long, default_value = "timeline")]
    id: String,
}

#[derive(Args)]
struct Files {
    /// The trace.
    trace: PathBuf,

    /// Where to write it; standard output without this.
    #[arg(long)]
    output: Option<PathBuf>,
}

fn main() -> ExitCode {
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    match options {
        Options::Timeline(options) => timeline(options),
        Options::Perfetto(files) => {
            let events = trace::read(&files.trace)?;
            give(&to_perfetto(&events)?, files.output.as_deref())
        }
    }
}

fn timeline(options: &TimelineOptions) -> anyhow::Result<()> {
    let TimelineOptions { files, title, description, id } = options;
    let events = trace::read(&files.trace)?;
    let timeline = Timeline::from_events(&events)
        .with_context(|| format!("cannot draw {}", files.trace.display()))?;
    let caption = Caption { id, title, description };
    give(&draw(&timeline, &caption), files.output.as_deref())
}

fn give(text: &str, output: Option<&Path>) -> anyhow::Result<()> {
    match output {
        None => print_line(text.trim_end())?,
        Some(file) => fs::write(file, text)
            .with_context(|| format!("cannot write {}", file.display()))?,
    }
    Ok(())
}
