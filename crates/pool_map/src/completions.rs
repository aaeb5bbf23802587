//! Tasks that are asked for one by one, and come back as they get done.

use std::fmt;
use std::iter;
use std::time::Instant;

use crossbeam::channel::{Receiver, Sender, at, never, unbounded};
use crossbeam::select;
use process_spawning::{Interrupted, interrupted};
use queue_ipc::interruption;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::TaskError;
use crate::job::{Job, Reply};
use crate::pool::Pool;
use crate::task::Task;

/// Tasks on their way, and the results that come back, whichever is first.
///
/// For those who decide on what to ask for while results come in: to try
/// again what has failed (lesson 10), or to stop at the first that fits. Where
/// the values are known, [`Pool::imap_unordered`] is simpler.
///
/// Python: a dict of futures, and `concurrent.futures.wait` with
/// `FIRST_COMPLETED`.
///
/// Dropped, it lets go of the results; the tasks are done all the same, unless
/// the pool is dropped, too.
pub struct Completions<'pool, A, R> {
    pool: &'pool Pool,
    task: Task<A, R>,
    replies: (Sender<Reply>, Receiver<Reply>),
    outstanding: usize,
}

/// What became of a task, and the place that it was asked for with.
pub type Completion<R> = (usize, Result<R, TaskError>);

impl<'pool, A: Serialize, R: DeserializeOwned> Completions<'pool, A, R> {
    pub(crate) fn new(pool: &'pool Pool, task: Task<A, R>) -> Self {
        Self { pool, task, replies: unbounded(), outstanding: 0 }
    }

    /// Asks for the task with this value. `place` comes back with its result:
    /// the same one may be asked for again.
    ///
    /// # Errors
    ///
    /// [`Cause::Argument`](crate::Cause::Argument), where the value cannot be
    /// written.
    ///
    /// # Panics
    ///
    /// For the place `usize::MAX`, which has none behind it.
    pub fn submit(&mut self, place: usize, value: &A) -> Result<(), TaskError> {
        let reply = self.replies.0.clone();
        self.pool.submit(Job::of_one(self.task.name(), place, value, reply)?);
        self.outstanding += 1;
        Ok(())
    }

    /// How many have been asked for and have not come back.
    #[must_use]
    pub fn outstanding(&self) -> usize {
        self.outstanding
    }

    /// Waits for the next that is done. `None` where nothing is outstanding;
    /// with a deadline it is waited for in any case, and `None` says that it
    /// is over.
    ///
    /// # Errors
    ///
    /// [`Interrupted`], when Ctrl-C comes first. What is done by then is
    /// still [there](Self::arrived).
    pub fn next_before(
        &mut self,
        deadline: Option<Instant>,
    ) -> Result<Option<Completion<R>>, Interrupted> {
        let over = match deadline {
            Some(deadline) => at(deadline),
            None if self.outstanding == 0 => return Ok(None),
            None => never(),
        };
        select! {
            recv(self.replies.1) -> reply => {
                let done = reply.ok().map(|reply| self.settle(reply));
                match (interrupted(), &done) {
                    // It comes back because of the interruption.
                    (Some(by), Some((_, Err(_)))) => Err(by),
                    _ => Ok(done),
                }
            }
            recv(interruption()) -> _ => interrupted().map_or(Ok(None), Err),
            recv(over) -> _ => Ok(None),
        }
    }

    /// What is done by now, one after the other; does not wait.
    pub fn arrived(&mut self) -> impl Iterator<Item = Completion<R>> {
        iter::from_fn(|| {
            let reply = self.replies.1.try_recv().ok()?;
            Some(self.settle(reply))
        })
    }

    fn settle(&mut self, reply: Reply) -> Completion<R> {
        self.outstanding -= 1;
        let place = reply.places.start;
        let outcome = reply.outcomes(self.task.name()).pop();
        (place, outcome.expect("a chunk of one task has one outcome"))
    }
}

impl<A, R> fmt::Debug for Completions<'_, A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Completions")
            .field("task", &self.task)
            .field("outstanding", &self.outstanding)
            .finish_non_exhaustive()
    }
}
