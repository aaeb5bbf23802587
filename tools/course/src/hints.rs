//! The hints of an exercise: the sections of its `hints.md`.

use std::fs;

use anyhow::{Context as _, ensure};

use crate::exercise::Exercise;

/// A hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// Its heading, without a number; it may be empty.
    pub heading: String,
    /// What it says, in Markdown.
    pub text: String,
}

/// The hints of `exercise`, from a nudge to nearly the answer.
///
/// # Errors
///
/// Where there are none.
pub fn hints(exercise: &Exercise) -> anyhow::Result<Vec<Hint>> {
    let file = exercise.hints();
    let text = fs::read_to_string(&file)
        .with_context(|| format!("cannot read {}", file.display()))?;
    let hints = sections(&text);
    ensure!(!hints.is_empty(), "{}: there is no hint in it", file.display());
    Ok(hints)
}

fn sections(text: &str) -> Vec<Hint> {
    let mut sections: Vec<Hint> = Vec::new();
    let mut is_code = false;
    for line in text.lines() {
        // In a listing such a line is no heading.
        is_code ^= line.trim_start().starts_with("```");
        let heading = line.strip_prefix("## ").filter(|_| !is_code);
        if let Some(heading) = heading {
            let is_number =
                |it: char| it.is_ascii_digit() || " .:".contains(it);
            let heading = heading.trim_start_matches(is_number).to_owned();
            sections.push(Hint { heading, text: String::new() });
        } else if let Some(section) = sections.last_mut() {
            section.text += line;
            section.text.push('\n');
        }
    }
    for section in &mut sections {
        section.text = section.text.trim_matches('\n').to_owned();
    }
    sections
}
