//! The example run in an exercise's README, which must be a real one.

use std::fs;
use std::path::Path;

use anyhow::Context as _;
use lesson_check::{Program, Transcript};

/// A command, and what it prints, as the README shows it.
#[derive(Debug)]
pub struct Example {
    arguments: Vec<String>,
    printed: String,
    /// Whether Ctrl-C ends it, when all is printed.
    interrupted: bool,
}

/// What differs from run to run in an exercise's output, beside what differs
/// in a lesson's: a pattern, and what stands for it.
const MASKS: [(&str, &str); 7] = [
    (r"\d+ µs", "[TIME] µs"),
    (r"\b\d+\.\d\d s\b", "[TIME] s"),
    (r"\b\d+ MiB,", "[SIZE] MiB,"),
    (r"\b0x[0-9a-f]+", "[ADDRESS]"),
    (r"\(\d{2,}\):", "([PID]):"),
    // Whichever worker is free takes the next task.
    (r"Worker-\d+", "Worker-[N]"),
    // Where exactly somebody's program panics, and a message is torn.
    (r"\S+main\.rs:\d+:\d+|torn: \d+", "[PLACE]"),
];

impl Example {
    /// The examples in the README at `path`: fences whose first line is a
    /// command.
    ///
    /// # Errors
    ///
    /// Where there is none, or a command is another than that of the
    /// exercise `name`.
    pub fn all(path: &Path, name: &str) -> anyhow::Result<Vec<Self>> {
        let text = fs::read_to_string(path)?;
        let fences = text.split("```text\n$ ").skip(1);
        let fences = fences.filter_map(|rest| rest.split("```").next());
        let runs = fences.flat_map(|fence| fence.split("\n$ "));
        let examples = runs.map(|run| Self::parse(run, name));
        let examples = examples.collect::<anyhow::Result<Vec<_>>>()?;
        anyhow::ensure!(!examples.is_empty(), "README.md shows no example run");
        Ok(examples)
    }

    fn parse(run: &str, name: &str) -> anyhow::Result<Self> {
        let (command, printed) = run.split_once('\n').unwrap_or((run, ""));
        let start = format!("cargo run -q -p {name}");
        let rest = command
            .strip_prefix(&start)
            .filter(|rest| rest.is_empty() || rest.starts_with(" -- "))
            .with_context(|| format!("`{command}` does not begin `{start}`"))?;
        let arguments = rest.trim_start_matches(" --").split_whitespace();
        let printed = printed.trim_end();
        let lines = printed.strip_suffix("^C");
        Ok(Self {
            arguments: arguments.map(str::to_owned).collect(),
            printed: lines.unwrap_or(printed).trim_end().to_owned(),
            interrupted: lines.is_some(),
        })
    }

    /// Sees that `program` prints the same: its lines in whichever order, with
    /// PIDs, times and sizes masked.
    ///
    /// # Panics
    ///
    /// Where it prints something else.
    pub fn assert_true(&self, program: &Path) {
        let mut running = Program::new(program)
            .args(&self.arguments)
            .env("RUST_BACKTRACE", "0")
            .start();
        if self.interrupted {
            for _ in self.printed.lines() {
                let _any = running.wait_for("");
            }
            running.press_ctrl_c();
        }
        let run = running.finish();
        let printed = format!("{}{}", run.stdout, run.stderr);
        let transcript = Transcript::new(printed.trim_end()).unordered();
        let masked =
            MASKS.iter().fold(transcript, |transcript, (what, with)| {
                transcript.mask(what, with)
            });
        masked.assert_same(&self.printed, "README.md");
    }
}
