//! Which exercise the learner is at.

use std::env;

use anyhow::Context as _;
use course::{Catalogue, Exercise, Progress, Standing};
use indicatif::{ProgressBar, ProgressFinish, ProgressStyle};

use crate::options::Which;

/// The exercises, and what passes.
pub(crate) struct Learner<'course> {
    pub(crate) catalogue: &'course Catalogue,
    pub(crate) progress: Progress<'course>,
}

impl<'course> Learner<'course> {
    pub(crate) fn of(catalogue: &'course Catalogue) -> Self {
        Self { catalogue, progress: Progress::of(catalogue.root()) }
    }

    /// The exercise that is asked for; without a name the one that the
    /// learner is in, or else works on.
    pub(crate) fn chosen(
        &self,
        which: &Which,
    ) -> anyhow::Result<&'course Exercise> {
        let meant = self.meant(which)?;
        meant.context("every exercise passes: say which one is meant")
    }

    /// As [`chosen`](Self::chosen), or none where all pass.
    pub(crate) fn meant(
        &self,
        which: &Which,
    ) -> anyhow::Result<Option<&'course Exercise>> {
        if let Some(name) = &which.exercise {
            return Ok(Some(self.catalogue.get(name)?));
        }
        let here = env::current_dir().unwrap_or_default();
        match self.catalogue.around(&here) {
            Some(around) => Ok(Some(around)),
            None => self.at_work(),
        }
    }

    /// The exercise that the learner works on: of those that are begun and
    /// not known to pass, the one saved last; or else the first that does not
    /// pass. It may pass by now, and who asks wants to see that.
    fn at_work(&self) -> anyhow::Result<Option<&'course Exercise>> {
        let known = self.catalogue.all().iter().map(|exercise| {
            anyhow::Ok((exercise, self.progress.known(exercise)?))
        });
        let known = known.collect::<Result<Vec<_>, _>>()?;
        let begun = known.iter().filter(|it| it.1 == Some(Standing::Begun));
        match begun.max_by_key(|(exercise, _)| exercise.saved()) {
            Some((saved_last, _)) => Ok(Some(saved_last)),
            None => self.first_unknown(&known),
        }
    }

    /// The first exercise that is not known to pass. Where nothing is known
    /// of several, it is the last of them, if those before it pass.
    fn first_unknown(
        &self,
        known: &[(&'course Exercise, Option<Standing>)],
    ) -> anyhow::Result<Option<&'course Exercise>> {
        let bar = self.bar();
        let mut last_unknown = None;
        for (exercise, standing) in known {
            match standing {
                Some(Standing::Passes) => {}
                Some(_) => return Ok(last_unknown.or(Some(*exercise))),
                None => {
                    if let Some(earlier) = last_unknown.replace(*exercise)
                        && self.standing(earlier, &bar)? != Standing::Passes
                    {
                        return Ok(Some(earlier));
                    }
                }
            }
        }
        Ok(last_unknown)
    }

    /// The first exercise behind this one that is not known to pass; or else
    /// the first of all.
    pub(crate) fn after(
        &self,
        exercise: &Exercise,
    ) -> anyhow::Result<Option<&'course Exercise>> {
        let all = self.catalogue.all();
        let here = all.iter().position(|it| it == exercise).unwrap_or(0);
        let (before, behind) = all.split_at(here);
        for exercise in behind.iter().skip(1).chain(before) {
            if self.progress.known(exercise)? != Some(Standing::Passes) {
                return Ok(Some(exercise));
            }
        }
        Ok(None)
    }

    /// How far each exercise is.
    pub(crate) fn survey(
        &self,
    ) -> anyhow::Result<Vec<(&'course Exercise, Standing)>> {
        let bar = self.bar();
        let standing =
            |exercise| Ok((exercise, self.standing(exercise, &bar)?));
        self.catalogue.all().iter().map(standing).collect()
    }

    fn standing(
        &self,
        exercise: &Exercise,
        bar: &ProgressBar,
    ) -> anyhow::Result<Standing> {
        if let Some(known) = self.progress.known(exercise)? {
            return Ok(known);
        }
        let place = self.catalogue.all().iter().position(|it| it == exercise);
        bar.set_position(place.unwrap_or_default() as u64);
        bar.set_message(format!("checking {}", exercise.name()));
        self.progress.standing(exercise)
    }

    /// Drawn when something is checked, on a terminal only, and gone at the
    /// end.
    fn bar(&self) -> ProgressBar {
        let style =
            ProgressStyle::with_template("{bar:30} {pos} of {len}, {msg}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(self.catalogue.all().len() as u64);
        bar.with_style(style).with_finish(ProgressFinish::AndClear)
    }
}
