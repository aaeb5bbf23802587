//! What stands beside this file: for each exercise its solution, wrong
//! answers that are easily given, and the stub as a learner finds it; and
//! what the exercise's checks say of each of them.
//!
//! - [`Task`] and [`Answer`]: what there is, and what the checks say of it
//! - [`Example`]: the example run in the exercise's README
//!
//! ```text
//! solutions/NN_chapter/NN_task/
//!     src/main.rs     the solution
//!     wrong/*.rs      wrong answers; the first line is what a learner is told
//!     stub.rs         the exercise, untouched
//! ```

mod example;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context as _;
use course::failures;
use exercise_check::VARIABLE;
use lesson_check::Program;
use workspace_build::{Executable, Workspace};

pub use example::Example;

/// What a check says of a stub.
const TO_DO: &str = "it came to a `todo!`";

/// An exercise, with everything that can be answered.
#[derive(Debug)]
pub struct Task {
    /// What it is called, as its package is.
    pub name: String,
    /// Where its solution is: the directory of the package.
    pub directory: PathBuf,
    /// The program that runs the exercise's checks.
    check: PathBuf,
    /// The solution, the stub and the wrong answers.
    pub answers: Vec<Answer>,
}

/// A program that someone might hand in.
#[derive(Debug)]
pub struct Answer {
    /// What it is called: `solution`, `stub`, or by its mistake.
    pub name: String,
    /// The built program.
    pub program: PathBuf,
}

/// What the checks say of an answer.
#[derive(Debug)]
pub struct Verdict {
    /// Whether all of them pass.
    pub passed: bool,
    /// What the first of those that fail says, in the order in which they
    /// stand in their file: what a learner is told.
    pub told: String,
    /// All that they print.
    pub output: String,
}

/// Each check has its own deadline; this is for all of them together.
const DEADLINE: Duration = Duration::from_mins(5);

/// All exercises, with their answers built, in the order of the book.
///
/// # Errors
///
/// Where something does not compile, or an exercise lacks its checks.
pub fn tasks() -> anyhow::Result<Vec<Task>> {
    let workspace = Workspace::build()?;
    let is_check = |it: &&Executable| it.is_test && it.target == "check";
    let checks = workspace.executables().iter().filter(is_check);
    let tasks = checks.map(|check| Task::of(check, workspace.executables()));
    let mut tasks = tasks.collect::<Result<Vec<_>, _>>()?;
    tasks.sort_by(|a, b| a.directory.cmp(&b.directory));
    Ok(tasks)
}

impl Task {
    fn of(check: &Executable, all: &[Executable]) -> anyhow::Result<Self> {
        let directory = &check.package;
        let programs =
            all.iter().filter(|it| !it.is_test && it.package == *directory);
        let programs: Vec<_> = programs.collect();
        let mut names = programs.iter().map(|it| it.target.as_str());
        let name = names
            .find_map(|name| name.strip_suffix("_solution"))
            .with_context(|| {
                format!("no solution in {}", directory.display())
            })?;
        let answers = programs.iter().map(|program| Answer {
            name: program.target.replacen(&format!("{name}_"), "", 1),
            program: program.path.clone(),
        });
        Ok(Self {
            name: name.to_owned(),
            directory: directory.clone(),
            check: check.path.clone(),
            answers: answers.collect(),
        })
    }

    /// The answer of this name.
    ///
    /// # Errors
    ///
    /// Where there is none.
    pub fn answer(&self, name: &str) -> anyhow::Result<&Answer> {
        let answer = self.answers.iter().find(|answer| answer.name == name);
        answer.with_context(|| format!("{} has no {name}", self.name))
    }

    /// The directory of the exercise itself.
    ///
    /// # Panics
    ///
    /// Never: the directory has the same place in `exercises/`.
    #[must_use]
    pub fn exercise(&self) -> PathBuf {
        let solutions = Path::new(env!("CARGO_MANIFEST_DIR"));
        let place = self.directory.strip_prefix(solutions);
        let place = place.expect("a solution lies in solutions/");
        solutions.with_file_name("exercises").join(place)
    }

    /// Runs the exercise's checks on this answer.
    ///
    /// # Errors
    ///
    /// Where the file of the checks cannot be read.
    ///
    /// # Panics
    ///
    /// Where the checks hang, or leave something behind.
    pub fn check(&self, answer: &Answer) -> anyhow::Result<Verdict> {
        let run = Program::new(&self.check)
            .directory(&self.directory)
            .env(VARIABLE, &answer.program)
            // They mostly wait, those that hang for ten seconds.
            .env("RUST_TEST_THREADS", "8")
            .deadline(DEADLINE)
            .run();
        let file = self.exercise().join("tests/check.rs");
        let source = fs::read_to_string(&file)
            .with_context(|| format!("no {}", file.display()))?;
        let first = failures(&run.stdout, &source).next();
        let told = first.map(|(_, message)| message).unwrap_or_default();
        let passed = run.status.success();
        let output = format!("{}{}", run.stdout, run.stderr);
        Ok(Verdict { passed, told, output })
    }

    /// What the checks must say of this answer; `None` where they must pass.
    ///
    /// # Errors
    ///
    /// Where a wrong answer has no first line that tells.
    pub fn expected(&self, answer: &Answer) -> anyhow::Result<Option<String>> {
        match answer.name.as_str() {
            "solution" => Ok(None),
            "stub" => Ok(Some(TO_DO.to_owned())),
            name => self.first_line(name).map(Some),
        }
    }

    fn first_line(&self, name: &str) -> anyhow::Result<String> {
        let file = self.directory.join("wrong").join(format!("{name}.rs"));
        let text = fs::read_to_string(&file)
            .with_context(|| format!("no wrong/{name}.rs"))?;
        let first = text.lines().next().unwrap_or_default();
        let message = first.strip_prefix("//! ").with_context(|| {
            format!(
                "wrong/{name}.rs does not begin with what a learner is told"
            )
        })?;
        Ok(message.to_owned())
    }
}
