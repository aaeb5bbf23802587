//! Whether an exercise passes: `check` and `watch`.

use std::os::fd::BorrowedFd;

use console::style;
use course::{Changes, Exercise, Manner, Verdict};
use time_utils::print_line;

use crate::Answer;
use crate::learner::Learner;
use crate::options::Which;
use crate::overview::all_pass;
use crate::telling::{Telling, lines, path};

/// Checks an exercise, once.
pub(crate) fn check(
    learner: &Learner<'_>,
    which: &Which,
    manner: Manner,
) -> anyhow::Result<Answer> {
    let Some(exercise) = learner.meant(which)? else { return all_pass() };
    if !attempt(learner, exercise, manner, None)?.unwrap_or_default() {
        return Ok(Answer::No);
    }
    tell_what_is_next(exercise, learner.after(exercise)?)?;
    Ok(Answer::Yes)
}

/// Checks an exercise each time that it is saved; without a name the next one
/// when it passes.
pub(crate) fn watch(
    learner: &Learner<'_>,
    which: &Which,
    manner: Manner,
) -> anyhow::Result<Answer> {
    let follows = which.exercise.is_none();
    let mut exercise = learner.chosen(which)?;
    loop {
        exercise = watch_one(learner, exercise, manner, follows)?;
        print_line("")?;
    }
}

/// Checks an exercise each time that it is saved, and returns the next one,
/// if one is to follow.
fn watch_one<'course>(
    learner: &Learner<'course>,
    exercise: &'course Exercise,
    manner: Manner,
    follows: bool,
) -> anyhow::Result<&'course Exercise> {
    // From before the first check, so that no save is missed.
    let changes = Changes::of(exercise)?;
    loop {
        let checked = learner.progress.fingerprint(exercise)?;
        let source = Some(changes.source());
        let passes = attempt(learner, exercise, manner, source)?;
        if passes == Some(true) {
            let next = learner.after(exercise)?;
            tell_what_is_next(exercise, next)?;
            if let Some(next) = next.filter(|_| follows) {
                return Ok(next);
            }
        }
        if passes.is_some() {
            let main = path(&exercise.main());
            print_line(
                style(format!("\nwaiting until you save {main}")).dim(),
            )?;
        }
        changes.wait()?;
        // Saved without a change, it would only get the same again.
        while passes.is_some()
            && learner.progress.fingerprint(exercise)? == checked
        {
            changes.wait()?;
        }
        print_line("")?;
    }
}

/// Whether it passes; `None` where `cancel` is readable before that is known:
/// it would be about what is no longer there.
fn attempt(
    learner: &Learner<'_>,
    exercise: &Exercise,
    manner: Manner,
    cancel: Option<BorrowedFd<'_>>,
) -> anyhow::Result<Option<bool>> {
    if exercise.is_untouched()? {
        print_line(format_args!("{exercise} is not begun"))?;
        lines(&[
            ("task", &path(&exercise.readme())),
            ("edit", &path(&exercise.main())),
        ])?;
        return Ok(Some(false));
    }
    let mut telling = Telling::of(exercise);
    let tell = |event| telling.tell(event);
    let verdict = learner.progress.check(exercise, manner, cancel, tell)?;
    Ok(verdict.map(|verdict| verdict == Verdict::Passes))
}

fn tell_what_is_next(
    exercise: &Exercise,
    next: Option<&Exercise>,
) -> anyhow::Result<()> {
    let solution = format!("cargo course solution {}", exercise.name());
    let chapter = path(&exercise.chapter_file());
    let next = next.map_or("every exercise passes".to_owned(), |next| {
        format!("{next}: {}", path(&next.readme()))
    });
    lines(&[("compare", &solution), ("chapter", &chapter), ("next", &next)])?;
    Ok(())
}
