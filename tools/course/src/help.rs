//! Help for who is stuck, or done: `hint` and `solution`.

use std::fs;

use anyhow::{Context as _, bail};
use console::style;
use course::{Exercise, Hint, Standing, hints};
use time_utils::print_line;

use crate::Answer;
use crate::learner::Learner;
use crate::options::Which;
use crate::telling::path;

/// Shows the next hint; or, with `again`, all that were shown before.
pub(crate) fn hint(
    learner: &Learner<'_>,
    which: &Which,
    again: bool,
) -> anyhow::Result<Answer> {
    let exercise = learner.chosen(which)?;
    let (hints, notes) = (hints(exercise)?, learner.progress.notes());
    let shown = notes.hints(exercise).min(hints.len());
    // The last one is shown for ever.
    let next = (shown + 1).min(hints.len());
    let numbers = if again { 1..=shown } else { next..=next };
    if numbers.is_empty() {
        bail!("no hint for {} has been shown yet", exercise.name());
    }
    for number in numbers {
        print_hint(exercise, &hints, number)?;
    }
    // Not before it is read: who cannot see it has not had it.
    notes.note_hints(exercise, if again { shown } else { next });
    Ok(Answer::Yes)
}

fn print_hint(
    exercise: &Exercise,
    hints: &[Hint],
    number: usize,
) -> anyhow::Result<()> {
    let (all, name) = (hints.len(), exercise.name());
    let Hint { heading, text } = &hints[number - 1];
    let place = format!("{name}, hint {number} of {all}");
    let colon = if heading.is_empty() { "" } else { ": " };
    print_line(style(format!("{place}{colon}{heading}")).bold())?;
    print_line(format_args!("\n{text}\n"))?;
    if number == all {
        print_line(format_args!(
            "This is the last one. The solution itself: \
             cargo course solution {name} --spoil"
        ))?;
    }
    Ok(())
}

/// Shows the solution of an exercise that passes, or, with `spoil`, of any.
pub(crate) fn solution(
    learner: &Learner<'_>,
    which: &Which,
    spoil: bool,
) -> anyhow::Result<Answer> {
    let exercise = learner.chosen(which)?;
    let name = exercise.name();
    if !spoil && learner.progress.standing(exercise)? != Standing::Passes {
        bail!(
            "{name} does not pass yet; `cargo course hint {name}` gives a \
             hint, and --spoil shows the solution all the same"
        );
    }
    let file = exercise.solution();
    let solution = fs::read_to_string(&file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    print_line(format_args!("{}\n", style(path(&file)).bold()))?;
    print_line(solution.trim_end())?;
    Ok(Answer::Yes)
}
