//! What became of every task, and the summary.

use std::fmt;

use process_spawning::Interrupted;

use crate::lost::Lost;

/// What became of every task that a supervisor was given, in their order.
///
/// Its text is the summary for a person: how many tasks are done, how many
/// are lost, and how many workers ended on the way.
#[derive(Debug)]
#[must_use = "it says what was lost"]
pub struct Report<R> {
    pub(crate) outcomes: Vec<Outcome<R>>,
    pub(crate) ended_workers: usize,
    pub(crate) stopped: Option<Stop>,
}

/// What became of one task.
#[derive(Debug)]
pub struct Outcome<R> {
    /// Its result, or how it was lost.
    pub result: Result<R, Lost>,
    /// How often it was tried: asked for, by a worker begun or not.
    pub tries: usize,
}

/// Why not all tasks were tried to the end.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Stop {
    /// So many workers ended, one after the other, and no task was done in
    /// between.
    #[error(
        "{ends} workers ended, one after the other, and no task was done in \
         between: look at what ended them"
    )]
    Storm {
        /// How many; one more than the policy allows.
        ends: usize,
    },
    /// No worker is left, and no fresh one can be started.
    #[error("no worker is left: {why}")]
    NoWorker {
        /// What the last attempt said.
        why: String,
    },
    /// Ctrl-C, or SIGTERM.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
}

/// Not all tasks are done.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{lost} of {tasks} tasks are lost")]
pub struct Incomplete {
    /// How many were lost.
    pub lost: usize,
    /// How many there were.
    pub tasks: usize,
    /// What stopped the others, if anything did.
    #[source]
    pub stopped: Option<Stop>,
}

impl<R> Report<R> {
    /// What became of each task, in the order of the values.
    #[must_use]
    pub fn outcomes(&self) -> &[Outcome<R>] {
        &self.outcomes
    }

    /// As [`outcomes`](Self::outcomes), to keep.
    #[must_use]
    pub fn into_outcomes(self) -> Vec<Outcome<R>> {
        self.outcomes
    }

    /// How many workers ended with a task, and were replaced where there was
    /// more to do. Who ended without one is not counted.
    #[must_use]
    pub fn ended_workers(&self) -> usize {
        self.ended_workers
    }

    /// What stopped it before all tasks were done; `None` where nothing did.
    #[must_use]
    pub fn stopped(&self) -> Option<&Stop> {
        self.stopped.as_ref()
    }

    /// That nothing is lost: for `main`, whose exit code then says it.
    ///
    /// # Errors
    ///
    /// [`Incomplete`], where something is.
    pub fn ensure_complete(&self) -> Result<(), Incomplete> {
        let (tasks, lost) = (self.outcomes.len(), self.lost());
        if lost == 0 {
            return Ok(());
        }
        Err(Incomplete { lost, tasks, stopped: self.stopped.clone() })
    }

    fn lost(&self) -> usize {
        self.count(|outcome| outcome.result.is_err())
    }

    fn count(&self, what: impl Fn(&Outcome<R>) -> bool) -> usize {
        self.outcomes.iter().filter(|outcome| what(outcome)).count()
    }
}

impl<R> fmt::Display for Report<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let done = |outcome: &Outcome<R>| outcome.result.is_ok();
        let late = |outcome: &Outcome<R>| done(outcome) && outcome.tries > 1;
        let never = |outcome: &Outcome<R>| outcome.tries == 0;
        let rows = [
            ("tasks", self.outcomes.len()),
            ("done", self.count(done)),
            ("  of them not at the first try", self.count(late)),
            ("lost", self.lost()),
            ("  of them never tried", self.count(never)),
            ("workers that ended with a task", self.ended_workers),
        ];
        let lines = rows.map(|(name, number)| format!("{name:<32}{number:>6}"));
        f.write_str(&lines.join("\n"))
    }
}
