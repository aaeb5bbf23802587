//! Telling of looks: to a person at a terminal, to a file, to a program.

use std::io::{IsTerminal as _, stdout};
use std::iter::once;

use console::Term;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use pool_map::TaskError;
use serde::Serialize;
use time_utils::{OutputError, print_line};

use crate::sample::Sample;
use crate::sizing::PoolSize;
use crate::summary::Summary;
use crate::table::Header;

/// Where looks are shown, and how.
#[derive(Debug)]
pub enum Screen {
    /// A table on a terminal, drawn again in its place: as many rows as fit,
    /// since nobody can draw beyond the top. It has no colours,
    /// and leaves the cursor and all modes of the terminal as they are: there
    /// is nothing to restore, whichever way the program ends.
    Live(ProgressBar),
    /// Line after line: for a file, or the next program of a pipe.
    Lines,
    /// One object of JSON a line. Its `event` says which it is:
    ///
    /// - `size`: a [`PoolSize`]
    /// - `sample`: a [`Sample`]
    /// - `summary`: a [`Summary`]
    /// - `lost`: a task without a result, and why, as its `error`
    Json,
}

/// A line of JSON.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
enum Event<'a> {
    Size(&'a PoolSize),
    Sample(&'a Sample),
    Summary(&'a Summary),
    Lost { error: String },
}

impl Event<'_> {
    fn print(&self) -> Result<(), OutputError> {
        // Names and numbers: they can be written.
        let json = serde_json::to_string(self).map_err(std::io::Error::from)?;
        print_line(json)
    }
}

impl Screen {
    /// JSON, where that is asked for; otherwise what fits standard output.
    #[must_use]
    pub fn choose(json: bool) -> Self {
        if json {
            return Self::Json;
        }
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        if stdout().is_terminal() && !dumb { Self::live() } else { Self::Lines }
    }

    fn live() -> Self {
        let table =
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stdout());
        let only_the_message = ProgressStyle::with_template("{msg}");
        Self::Live(match only_the_message {
            Ok(style) => table.with_style(style),
            Err(_) => table,
        })
    }

    /// Tells how many workers there will be, and why.
    ///
    /// # Errors
    ///
    /// As [`print_line`]; so do the others.
    pub fn size(&self, size: &PoolSize) -> Result<(), OutputError> {
        match self {
            Self::Json => Event::Size(size).print(),
            _ => print_line(size),
        }
    }

    /// Begins to tell of looks.
    ///
    /// # Errors
    ///
    /// As [`size`](Self::size).
    pub fn begin(&self) -> Result<(), OutputError> {
        match self {
            Self::Lines => print_line(format_args!("\n{Header}")),
            Self::Live(_) => print_line(""),
            Self::Json => Ok(()),
        }
    }

    /// Tells of one look.
    ///
    /// # Errors
    ///
    /// As [`size`](Self::size).
    pub fn sample(&self, sample: &Sample) -> Result<(), OutputError> {
        match self {
            Self::Json => Event::Sample(sample).print(),
            Self::Lines => print_line(sample),
            Self::Live(table) => {
                let (height, _) = Term::stdout().size();
                table.set_message(fitted(sample, height.into()));
                Ok(())
            }
        }
    }

    /// Tells what all looks together have seen; the last look stays.
    ///
    /// # Errors
    ///
    /// As [`size`](Self::size).
    pub fn summary(&self, summary: &Summary) -> Result<(), OutputError> {
        match self {
            Self::Json => return Event::Summary(summary).print(),
            Self::Live(table) => {
                table.abandon();
                print_line("")?;
            }
            Self::Lines => {}
        }
        print_line(format_args!("\n{summary}"))
    }

    /// Tells of a task without a result.
    ///
    /// # Errors
    ///
    /// As [`size`](Self::size).
    pub fn lost(&self, error: &TaskError) -> Result<(), OutputError> {
        match self {
            Self::Json => Event::Lost { error: error.to_string() }.print(),
            _ => print_line(format_args!("lost: {error}")),
        }
    }
}

/// The table in so many lines: where they are too few for all rows, the last
/// one tells of the rest.
fn fitted(sample: &Sample, height: usize) -> String {
    let workers = sample.workers.len();
    let room = height.saturating_sub(1);
    if workers <= room {
        return format!("{Header}\n{sample}");
    }
    let shown = room.saturating_sub(1);
    let more = workers - shown;
    let rest = format!("… and {more} more: --json, or into a file");
    let (header, rows) = (Header.to_string(), sample.to_string());
    let rows = rows.lines().take(shown);
    let lines = once(&header[..]).chain(rows).chain(once(&rest[..]));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Reading, State};

    #[test]
    fn rows_for_which_there_is_no_room_are_told_of() {
        let workers = (1..=30).map(|number| Reading {
            worker: format!("Worker-{number}"),
            pid: number,
            state: State::Gone,
            tasks_done: 0,
            figures: None,
        });
        let sample = Sample { seconds: 0.0, workers: workers.collect() };
        for (height, lines, last) in [
            (32, 31, "Worker-30 "),
            (31, 31, "Worker-30 "),
            (30, 30, "… and 2 more: --json, or into a file"),
            (10, 10, "… and 22 more: --json, or into a file"),
            (2, 2, "… and 30 more: --json, or into a file"),
            (0, 2, "… and 30 more: --json, or into a file"),
        ] {
            let table = fitted(&sample, height);
            let shown: Vec<_> = table.lines().collect();
            assert_eq!(shown.len(), lines, "{table}");
            assert!(shown[lines - 1].contains(last), "{table}");
        }
    }
}
