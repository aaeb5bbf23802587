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
}

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
            .with_context(|| format!("`{command}` does not begin `{start}`"))?;
        let arguments = rest.split_whitespace().skip(1);
        Ok(Self {
            arguments: arguments.map(str::to_owned).collect(),
            printed: printed.to_owned(),
        })
    }

    /// Sees that `program` prints the same: its lines in whichever order, with
    /// PIDs, times and sizes masked.
    ///
    /// # Panics
    ///
    /// Where it prints something else.
    pub fn assert_true(&self, program: &Path) {
        let run = Program::new(program)
            .args(&self.arguments)
            .env("RUST_BACKTRACE", "0")
            .run();
        Transcript::new(format!("{}{}", run.stdout, run.stderr).trim_end())
            .mask(r"\d+ µs", "[TIME] µs")
            .unordered()
            .assert_same(self.printed.trim_end(), "README.md");
    }
}
