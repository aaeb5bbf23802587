//! The learner's files: `reset` and `open`.

use std::env;
use std::ffi::OsString;
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context as _, Error};
use time_utils::print_line;

use crate::Answer;
use crate::learner::Learner;
use crate::options::Which;
use crate::telling::{lines, path};

/// Puts the stub back, and says where the learner's version is now.
pub(crate) fn reset(
    learner: &Learner<'_>,
    which: &Which,
) -> anyhow::Result<Answer> {
    let exercise = learner.chosen(which)?;
    if exercise.is_untouched()? {
        print_line(format_args!("{exercise} is not begun: nothing to reset"))?;
        return Ok(Answer::Yes);
    }
    let kept = course::reset(exercise)?;
    print_line(format_args!("{exercise} is as it was in the beginning"))?;
    if let Some(kept) = kept {
        lines(&[("yours", &path(&kept)), ("edit", &path(&exercise.main()))])?;
    }
    Ok(Answer::Yes)
}

/// Becomes the learner's editor, with the program and the task.
pub(crate) fn open(
    learner: &Learner<'_>,
    which: &Which,
) -> anyhow::Result<Answer> {
    let exercise = learner.chosen(which)?;
    let files = [exercise.main(), exercise.readme()];
    let Some(editor) = editor() else {
        lines(&[("edit", &path(&files[0])), ("task", &path(&files[1]))])?;
        return Ok(Answer::Yes);
    };
    // It may be more than one word, such as `code --wait`: a shell's matter.
    let mut script = editor.clone();
    script.push(" \"$@\"");
    let mut shell = Command::new("sh");
    shell.arg("-c").arg(script).arg(&editor).args(&files);
    // The editor takes our place: whatever the terminal sends is for it.
    let failed = Error::new(shell.exec());
    Err(failed).with_context(|| format!("cannot run {}", editor.display()))
}

fn editor() -> Option<OsString> {
    let names = ["VISUAL", "EDITOR"];
    let mut editors = names.into_iter().filter_map(env::var_os);
    editors.find(|editor| !editor.is_empty())
}
