//! Where the learner stands: derived from what passes, never from a flag.

use std::cell::OnceCell;
use std::os::fd::BorrowedFd;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::check::{Manner, check};
use crate::event::{Event, Verdict};
use crate::exercise::Exercise;
use crate::fingerprint::Foundations;
use crate::notes::Notes;

/// How far an exercise is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// The learner has changed nothing yet.
    NotBegun,
    /// It does not pass yet.
    Begun,
    /// It passes.
    Passes,
}

impl Standing {
    fn after(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Passes => Self::Passes,
            _ => Self::Begun,
        }
    }
}

/// Checks exercises, and knows the verdicts on what has not changed since.
#[derive(Debug)]
pub struct Progress<'root> {
    root: &'root Path,
    notes: Notes,
    /// Asked of cargo only when something has to be known.
    foundations: OnceCell<Foundations>,
}

impl<'root> Progress<'root> {
    /// The progress in the workspace `root`.
    #[must_use]
    pub fn of(root: &'root Path) -> Self {
        Self { root, notes: Notes::of(root), foundations: OnceCell::new() }
    }

    /// What is remembered of it.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.notes
    }

    /// How far `exercise` is, where that is known without a check.
    ///
    /// # Errors
    ///
    /// Where files cannot be read, or cargo cannot be run.
    pub fn known(
        &self,
        exercise: &Exercise,
    ) -> anyhow::Result<Option<Standing>> {
        if exercise.is_untouched()? {
            return Ok(Some(Standing::NotBegun));
        }
        let fingerprint = self.fingerprint(exercise)?;
        let verdict = self.notes.verdict(exercise, &fingerprint);
        Ok(verdict.as_ref().map(Standing::after))
    }

    /// How far `exercise` is; it is checked where that is not known.
    ///
    /// # Errors
    ///
    /// As [`check`].
    pub fn standing(&self, exercise: &Exercise) -> anyhow::Result<Standing> {
        if let Some(known) = self.known(exercise)? {
            return Ok(known);
        }
        let verdict =
            self.check(exercise, Manner::default(), None, |_| Ok(()))?;
        // Nobody cancels it, so there is a verdict. One that cannot be checked
        // says why when somebody asks for it alone.
        Ok(verdict.as_ref().map_or(Standing::Begun, Standing::after))
    }

    /// [Checks](check) `exercise`, and remembers the verdict.
    ///
    /// # Errors
    ///
    /// As [`check`].
    pub fn check(
        &self,
        exercise: &Exercise,
        manner: Manner,
        cancel: Option<BorrowedFd<'_>>,
        on_event: impl FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<Option<Verdict>> {
        let before = self.fingerprint(exercise)?;
        let verdict = check(exercise, manner, cancel, on_event)?;
        if let Some(verdict) = verdict.as_ref().filter(|it| it.lasts())
            // What has changed meanwhile may have been judged or not.
            && self.fingerprint(exercise)? == before
        {
            self.notes.note_verdict(exercise, before, verdict.clone());
        }
        Ok(verdict)
    }

    /// A number for everything that decides what a check of it says.
    ///
    /// # Errors
    ///
    /// Where files cannot be read, or cargo cannot be run.
    pub fn fingerprint(&self, exercise: &Exercise) -> anyhow::Result<String> {
        if let Some(foundations) = self.foundations.get() {
            return foundations.fingerprint(exercise);
        }
        let read = Foundations::read(self.root)?;
        self.foundations.get_or_init(|| read).fingerprint(exercise)
    }
}
