//! What the learner's command remembers, in `target/course`: the verdicts of
//! files that have not changed, and how many hints were shown.
//!
//! All of it may be lost. What passes is found again by checking, and hints
//! begin with the first; so whatever cannot be written down is not, in
//! silence.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::event::Verdict;
use crate::exercise::Exercise;

/// The directory of notes.
#[derive(Clone, Debug)]
pub struct Notes(PathBuf);

#[derive(Default, Serialize, Deserialize)]
struct Note {
    /// What the verdict is about, and the verdict.
    verdict: Option<(String, Verdict)>,
    /// How many hints were shown.
    hints: usize,
}

impl Notes {
    /// The notes of the workspace `root`.
    #[must_use]
    pub fn of(root: &Path) -> Self {
        Self(root.join("target/course"))
    }

    /// The verdict on files with this fingerprint, if it is known.
    #[must_use]
    pub fn verdict(
        &self,
        exercise: &Exercise,
        fingerprint: &str,
    ) -> Option<Verdict> {
        let (about, verdict) = self.read(exercise).verdict?;
        (about == fingerprint).then_some(verdict)
    }

    /// Notes the verdict on files with this fingerprint.
    pub fn note_verdict(
        &self,
        exercise: &Exercise,
        fingerprint: String,
        verdict: Verdict,
    ) {
        let verdict = Some((fingerprint, verdict));
        self.write(exercise, &Note { verdict, ..self.read(exercise) });
    }

    /// How many hints were shown.
    #[must_use]
    pub fn hints(&self, exercise: &Exercise) -> usize {
        self.read(exercise).hints
    }

    /// Notes how many hints were shown.
    pub fn note_hints(&self, exercise: &Exercise, hints: usize) {
        self.write(exercise, &Note { hints, ..self.read(exercise) });
    }

    fn file(&self, exercise: &Exercise) -> PathBuf {
        self.0.join(exercise.name()).with_extension("json")
    }

    fn read(&self, exercise: &Exercise) -> Note {
        let text = fs::read(self.file(exercise)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    fn write(&self, exercise: &Exercise, note: &Note) {
        let _ = self.try_write(exercise, note);
    }

    fn try_write(&self, exercise: &Exercise, note: &Note) -> io::Result<()> {
        fs::create_dir_all(&self.0)?;
        let mut file = NamedTempFile::new_in(&self.0)?;
        file.write_all(&serde_json::to_vec(note)?)?;
        file.persist(self.file(exercise))?;
        Ok(())
    }
}
