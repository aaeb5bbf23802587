//! Where the learner is: `cargo course`, `list` and `next`.

use std::fs;

use anyhow::Context as _;
use console::style;
use course::{Exercise, Standing};
use time_utils::print_line;

use crate::Answer;
use crate::learner::Learner;
use crate::telling::{lines, path};

/// How many pass, and the next step.
pub(crate) fn here(learner: &Learner<'_>) -> anyhow::Result<Answer> {
    let survey = learner.survey()?;
    print_line(count(&survey))?;
    let Some((exercise, standing)) = current(&survey) else {
        return all_pass();
    };
    print_line(format_args!("\n{exercise} {}", words(standing)))?;
    lines(&[
        ("task", &path(&exercise.readme())),
        ("edit", &path(&exercise.main())),
        ("chapter", &path(&exercise.chapter_file())),
        ("check", "cargo course check, or watch to check each time you save"),
        ("stuck", "cargo course hint"),
    ])?;
    Ok(Answer::Yes)
}

/// All exercises by chapter, and how far each is.
pub(crate) fn list(learner: &Learner<'_>) -> anyhow::Result<Answer> {
    let survey = learner.survey()?;
    let current = current(&survey).map(|(exercise, _)| exercise);
    let widths = survey.iter().map(|(exercise, _)| exercise.name().len());
    let width = widths.max().unwrap_or_default();
    let mut chapter = "";
    for (exercise, standing) in &survey {
        if exercise.chapter() != chapter {
            chapter = exercise.chapter();
            print_line(style(chapter).bold())?;
        }
        let (first, second) = exercise.numbers();
        let name = exercise.name();
        let words = words(*standing);
        let here = if current == Some(exercise) { "  <- here" } else { "" };
        print_line(format_args!(
            "  {first:02}/{second:02}  {name:width$}  {words}{here}"
        ))?;
    }
    print_line(format_args!("\n{}", count(&survey)))?;
    Ok(Answer::Yes)
}

/// The task of the exercise that the learner works on.
pub(crate) fn next(learner: &Learner<'_>) -> anyhow::Result<Answer> {
    let survey = learner.survey()?;
    let Some((exercise, _)) = current(&survey) else { return all_pass() };
    let readme = exercise.readme();
    let task = fs::read_to_string(&readme)
        .with_context(|| format!("cannot read {}", readme.display()))?;
    print_line(format_args!("{}\n", style(exercise).bold()))?;
    // The book's marks are not for people.
    let shown = task.lines().filter(|line| !line.starts_with("<!-- ANCHOR"));
    shown.into_iter().try_for_each(print_line)?;
    print_line("")?;
    lines(&[
        ("edit", &path(&exercise.main())),
        ("check", "cargo course check"),
    ])?;
    Ok(Answer::Yes)
}

pub(crate) fn all_pass() -> anyhow::Result<Answer> {
    print_line("Every exercise passes: nothing is left to do.")?;
    Ok(Answer::Yes)
}

/// The exercise that the learner works on: of those that are begun, the one
/// saved last; or else the first that is not.
fn current<'it>(
    survey: &[(&'it Exercise, Standing)],
) -> Option<(&'it Exercise, Standing)> {
    let is = |it: Standing| move |(_, standing): &&(_, _)| *standing == it;
    let begun = survey.iter().filter(is(Standing::Begun));
    let saved_last = begun.max_by_key(|(exercise, _)| exercise.saved());
    let first = survey.iter().find(is(Standing::NotBegun));
    saved_last.or(first).copied()
}

fn count(survey: &[(&Exercise, Standing)]) -> String {
    let is_done = |(_, standing): &&(_, _)| *standing == Standing::Passes;
    let passed = survey.iter().filter(is_done).count();
    format!("{passed} of {} exercises pass", survey.len())
}

fn words(standing: Standing) -> String {
    match standing {
        Standing::NotBegun => style("is not begun").dim(),
        Standing::Begun => style("does not pass yet").yellow(),
        Standing::Passes => style("passes").green(),
    }
    .to_string()
}
