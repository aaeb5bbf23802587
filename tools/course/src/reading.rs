//! What cargo and the tests print, understood line by line.
//!
//! Until all is compiled, cargo prints one JSON message a line; from then on
//! it is the text of the test harness, whose JSON is not stable yet.

use std::fs;
use std::path::PathBuf;
use std::process::ExitStatus;

use cargo_metadata::diagnostic::{Diagnostic, DiagnosticLevel};
use cargo_metadata::{CompilerMessage, Message};

use crate::event::{Event, Outcome, Verdict};

/// How much of what cargo says is kept: the last of it says what is wrong.
const TOLD_BYTES: usize = 64 * 1024;

/// What has been read of a check so far.
#[derive(Debug)]
pub(crate) struct Reading {
    /// Where the exercise is.
    directory: PathBuf,
    /// More than the exercise itself is compiled.
    is_compiling: bool,
    /// Whether all compiled, once that is known.
    compiled: Option<bool>,
    /// The compiler has said what is wrong.
    is_refused: bool,
    passed: usize,
    failed: Vec<String>,
    /// The harness has said that some test does not hold.
    has_failed: bool,
    /// What comes after all are decided: what those that failed said.
    failures: Option<Vec<String>>,
    /// What came on standard error.
    told: String,
}

impl Reading {
    pub(crate) fn new(directory: PathBuf) -> Self {
        Self {
            directory,
            is_compiling: false,
            compiled: None,
            is_refused: false,
            passed: 0,
            failed: Vec::new(),
            has_failed: false,
            failures: None,
            told: String::new(),
        }
    }

    /// Reads lines of standard output, and says what happened.
    pub(crate) fn stdout(&mut self, lines: &[String]) -> Vec<Event> {
        let event = |line: &String| match self.compiled {
            Some(true) => self.line_of_tests(line),
            _ => self.message(serde_json::from_str(line).ok()?),
        };
        lines.iter().filter_map(event).collect()
    }

    /// Reads lines of standard error, and says what happened.
    pub(crate) fn stderr(&mut self, lines: &[String]) -> Vec<Event> {
        lines.iter().filter_map(|line| self.line_of_cargo(line)).collect()
    }

    fn line_of_cargo(&mut self, line: &str) -> Option<Event> {
        self.told += line;
        self.told.push('\n');
        self.forget_the_oldest();
        if self.is_first_of_others(line) {
            self.is_compiling = true;
            return Some(Event::Compiling);
        }
        let is_blocked = line.trim_start().starts_with("Blocking waiting");
        // For the list of packages it waits but a moment.
        let is_short = line.ends_with("package cache");
        (is_blocked && !is_short).then_some(Event::Blocked)
    }

    fn forget_the_oldest(&mut self) {
        let too_much = self.told.len().saturating_sub(TOLD_BYTES);
        let line_ends = self.told.match_indices('\n').map(|(at, _)| at + 1);
        if too_much > 0
            && let Some(end) = line_ends.into_iter().find(|at| *at >= too_much)
        {
            self.told.drain(..end);
        }
    }

    /// Whether cargo compiles another package than the exercise's.
    fn is_first_of_others(&self, line: &str) -> bool {
        let own = self.directory.display().to_string();
        !self.is_compiling
            && line.trim_start().starts_with("Compiling ")
            && !line.contains(&own)
    }

    fn message(&mut self, message: Message) -> Option<Event> {
        match message {
            Message::BuildFinished(finished) => {
                self.compiled = Some(finished.success);
                finished.success.then_some(Event::Testing)
            }
            Message::CompilerMessage(message) => self.compiler(message),
            _ => None,
        }
    }

    fn compiler(&mut self, said: CompilerMessage) -> Option<Event> {
        let Diagnostic { message, level, rendered, .. } = said.message;
        let is_error =
            matches!(level, DiagnosticLevel::Error | DiagnosticLevel::Ice);
        self.is_refused |= is_error;
        // A warning about another package is not the learner's.
        let is_ours = said.target.src_path.starts_with(&self.directory);
        // How many there were, one sees.
        let is_count = message.starts_with("aborting due to")
            || message.ends_with(" emitted");
        if is_count || !(is_ours || is_error) {
            return None;
        }
        let text = rendered?.trim_end().to_owned();
        Some(Event::Compiler { is_error, text })
    }

    fn line_of_tests(&mut self, line: &str) -> Option<Event> {
        if line.starts_with("test result: FAILED") {
            self.has_failed = true;
        }
        if let Some(failures) = &mut self.failures {
            failures.push(line.to_owned());
            return None;
        }
        if line == "failures:" {
            self.failures = Some(Vec::new());
            return None;
        }
        let (test, outcome) = decided(line)?;
        match outcome {
            Outcome::Ok => self.passed += 1,
            Outcome::Failed => self.failed.push(test.clone()),
            Outcome::Ignored => {}
        }
        Some(Event::Decided { test, outcome })
    }

    /// Once cargo has ended: what the tests that failed said, and what came of
    /// it all.
    pub(crate) fn finish(self, status: ExitStatus) -> (Vec<Event>, Verdict) {
        let verdict = match self.compiled {
            Some(true) if status.success() && self.passed > 0 => {
                Verdict::Passes
            }
            Some(true) if status.success() => {
                let told = "none of its tests was run".to_owned();
                return (Vec::new(), Verdict::Broken { told });
            }
            Some(true) if self.has_failed => Verdict::Fails,
            Some(false) if self.is_refused => Verdict::DoesNotCompile,
            _ => Verdict::Broken { told: self.told.trim_end().to_owned() },
        };
        let file = self.directory.join("tests/check.rs");
        let source = fs::read_to_string(file).unwrap_or_default();
        let said = self.failures.unwrap_or_default();
        let failures = explained(&said, &self.failed, &source);
        let failure = |(test, message)| Event::Failure { test, message };
        (failures.map(failure).collect(), verdict)
    }
}

/// What the tests that failed said, from all that the test harness printed:
/// in the order in which they stand in `source`, so that the first is what a
/// learner is told.
pub fn failures(
    printed: &str,
    source: &str,
) -> impl Iterator<Item = (String, String)> + use<> {
    let lines: Vec<_> = printed.lines().map(str::to_owned).collect();
    let failed = lines.iter().filter_map(|line| decided(line));
    let failed = failed.filter(|(_, outcome)| *outcome == Outcome::Failed);
    let failed: Vec<_> = failed.map(|(test, _)| test).collect();
    let heading = lines.iter().position(|line| line == "failures:");
    let said = heading.map_or(lines.len(), |heading| heading + 1);
    explained(&lines[said..], &failed, source)
}

/// The tests that failed, each with what it said, in the order of the file:
/// not in that in which they happened to end.
fn explained(
    said: &[String],
    failed: &[String],
    source: &str,
) -> impl Iterator<Item = (String, String)> + use<> {
    let mut messages = messages(said, failed);
    messages.sort_by_key(|(test, _)| place(test, source));
    messages.into_iter()
}

/// `test its_name ... ok`
fn decided(line: &str) -> Option<(String, Outcome)> {
    let (test, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    let outcome = match outcome {
        "ok" => Outcome::Ok,
        "FAILED" => Outcome::Failed,
        _ if outcome.starts_with("ignored") => Outcome::Ignored,
        _ => return None,
    };
    let test = test.strip_suffix(" - should panic").unwrap_or(test);
    Some((test.to_owned(), outcome))
}

/// Where the test begins; one that is not found comes last.
fn place(test: &str, source: &str) -> usize {
    let name = test.rsplit("::").next().unwrap_or(test);
    source.find(&format!("fn {name}(")).unwrap_or(usize::MAX)
}

/// The tests that failed, each with what it said. A heading that names none of
/// them is a part of what one said.
fn messages(lines: &[String], failed: &[String]) -> Vec<(String, String)> {
    // The names follow once more, below the same word.
    let end = lines.iter().rposition(|line| line == "failures:");
    let mut said: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in &lines[..end.unwrap_or(lines.len())] {
        let name = heading(line);
        let name = name.filter(|name| failed.iter().any(|it| it == name));
        if let Some(name) = name {
            said.push((name, Vec::new()));
        } else if let Some((_, message)) = said.last_mut() {
            message.push(line);
        }
    }
    let said = said.into_iter();
    said.map(|(test, lines)| (test.to_owned(), tidy(&lines))).collect()
}

/// `---- its_name stdout ----`
fn heading(line: &str) -> Option<&str> {
    line.strip_prefix("---- ")?.strip_suffix(" stdout ----")
}

/// Without empty lines around it, and without advice for another tool.
fn tidy(message: &[&str]) -> String {
    let is_advice =
        |line: &&&str| line.starts_with("note: run with `RUST_BACK");
    let lines: Vec<_> =
        message.iter().filter(|line| !is_advice(line)).copied().collect();
    lines.join("\n").trim_matches('\n').trim_end().to_owned()
}
