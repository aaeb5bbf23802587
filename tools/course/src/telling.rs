//! What the learner sees of a check, and how it looks.

use std::env;
use std::path::Path;

use console::{StyledObject, style};
use course::{Event, Exercise, Outcome, Verdict, sentence};
use supports_unicode::Stream;
use time_utils::{OutputError, print_line};

/// Tells of one check, event by event.
pub(crate) struct Telling<'exercise> {
    exercise: &'exercise Exercise,
    tests: usize,
    failed: usize,
    /// The first test that does not hold has said why: one at a time.
    has_said_why: bool,
}

impl<'exercise> Telling<'exercise> {
    pub(crate) fn of(exercise: &'exercise Exercise) -> Self {
        Self { exercise, tests: 0, failed: 0, has_said_why: false }
    }

    pub(crate) fn tell(&mut self, event: Event) -> anyhow::Result<()> {
        match event {
            Event::Building => {
                print_line(format_args!("checking {}", self.exercise))?;
            }
            Event::Blocked => print_line("waiting for another cargo to end")?,
            Event::Compiling => print_line(
                "compiling what it stands on, which takes longer, once",
            )?,
            Event::Compiler { text, .. } => {
                print_line(format_args!("\n{text}"))?;
            }
            Event::Testing => print_line("")?,
            Event::Decided { test, outcome } => self.decided(&test, outcome)?,
            Event::Failure { test, message } => self.why(&test, &message)?,
            Event::Verdict { verdict } => self.verdict(&verdict)?,
        }
        Ok(())
    }

    fn decided(
        &mut self,
        test: &str,
        outcome: Outcome,
    ) -> Result<(), OutputError> {
        self.tests += 1;
        self.failed += usize::from(outcome == Outcome::Failed);
        let sentence = sentence(test);
        print_line(format_args!("  {} {sentence}", sign(outcome)))
    }

    fn why(&mut self, test: &str, message: &str) -> Result<(), OutputError> {
        if self.has_said_why {
            return Ok(());
        }
        self.has_said_why = true;
        let heading = format!("{} {}", sign(Outcome::Failed), sentence(test));
        print_line(format_args!("\n{heading}\n\n{message}"))
    }

    fn verdict(&self, verdict: &Verdict) -> Result<(), OutputError> {
        let name = self.exercise.name();
        let (tests, failed) = (self.tests, self.failed);
        match verdict {
            Verdict::Passes => {
                let passes = style(format!("{name} passes")).green().bold();
                return print_line(format_args!("\n{passes}"));
            }
            Verdict::Fails => print_line(format_args!(
                "\n{name} does not pass yet: {failed} of {tests} tests fail"
            ))?,
            Verdict::DoesNotCompile => {
                print_line(format_args!("\n{name} does not compile yet"))?;
            }
            Verdict::TimedOut => print_line(format_args!(
                "\n{name} was not done in time, and was ended"
            ))?,
            Verdict::Broken { told } => {
                return print_line(format_args!(
                    "\n{told}\n\n{name} could not be checked"
                ));
            }
        }
        lines(&[
            ("edit", &path(&self.exercise.main())),
            ("task", &path(&self.exercise.readme())),
            ("hint", &format!("cargo course hint {name}")),
        ])
    }
}

/// Before a line about a test. Where only ASCII can be shown, a word.
fn sign(outcome: Outcome) -> StyledObject<&'static str> {
    let unicode = supports_unicode::on(Stream::Stdout);
    match outcome {
        Outcome::Ok => style(if unicode { "✓" } else { "ok    " }).green(),
        Outcome::Failed => style(if unicode { "✗" } else { "FAILED" }).red(),
        Outcome::Ignored => style(if unicode { "–" } else { "-     " }).dim(),
    }
}

/// Lines of a word and what it is about, one below the other.
pub(crate) fn lines(lines: &[(&str, &str)]) -> Result<(), OutputError> {
    let width = lines.iter().map(|(word, _)| word.len()).max().unwrap_or(0);
    lines.iter().try_for_each(|(word, about)| {
        let word = style(format!("{word:width$}")).dim();
        print_line(format_args!("  {word}  {about}"))
    })
}

/// A path as one can give it to another command from here.
pub(crate) fn path(path: &Path) -> String {
    let here = env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}
