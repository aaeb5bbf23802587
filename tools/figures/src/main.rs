//! Draws the trace of a program, or hands it to Perfetto.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Error, anyhow, ensure};
use clap::{Args, Parser};
use figures::{Caption, Timeline, WIDTH, perfetto};
use time_utils::trace::{self, Event, VARIABLE};
use time_utils::{exit_code, print_line};

/// Draws what the processes of a program did, from its trace: the file that
/// `MP_TRACE` named when the program ran.
#[derive(Parser)]
#[command(version)]
enum Options {
    /// Draws a timeline, as an SVG element to stand inside a page.
    Timeline(Picture),
    /// Turns the trace into one file for <https://ui.perfetto.dev>.
    Perfetto(Files),
}

#[derive(Args)]
struct Picture {
    #[command(flatten)]
    files: Files,

    /// What the picture is called.
    #[arg(long)]
    title: String,

    /// What there is to see, for those who do not see it.
    #[arg(long)]
    description: Option<String>,

    /// What the ids in the picture begin with: unique on its page.
    #[arg(long, default_value = "timeline", value_parser = id)]
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
struct Files {
    /// The trace: a file of events, one a line.
    #[arg(value_name = "TRACE.jsonl")]
    trace: PathBuf,

    /// Where to write to, instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

fn main() -> ExitCode {
    exit_code(run(&Options::parse()))
}

fn run(options: &Options) -> anyhow::Result<()> {
    match options {
        Options::Timeline(picture) => write(&picture.files, &draw(picture)?),
        Options::Perfetto(files) => {
            write(files, &perfetto(&read(&files.trace)?)?)
        }
    }
}

fn draw(picture: &Picture) -> anyhow::Result<String> {
    let trace = &picture.files.trace;
    let timeline = Timeline::from_events(&read(trace)?);
    ensure!(
        !timeline.lanes.is_empty(),
        "{}: the trace holds names, but nothing that happened",
        trace.display()
    );
    let summary = timeline.summary();
    let description = picture.description.as_deref().unwrap_or(&summary);
    let caption =
        Caption { id: &picture.id, title: &picture.title, description };
    Ok(timeline.to_svg(&caption, picture.width))
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

/// Writes what is complete by now: an error before this leaves the old file
/// as it was.
fn write(files: &Files, text: &str) -> anyhow::Result<()> {
    match &files.output {
        None => Ok(print_line(text.trim_end())?),
        Some(file) => fs::write(file, text)
            .with_context(|| format!("cannot write to {}", file.display())),
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
