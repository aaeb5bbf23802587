//! A result to wait for later.

use std::fmt;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Select};
use crossbeam::select;
use queue_ipc::{interrupted_by, interruption};
use serde::de::DeserializeOwned;

use crate::error::{Cause, TaskError};
use crate::job::{Reply, Stage};
use crate::task::Task;

/// The result of a task that somebody is at, or will be:
/// `multiprocessing.pool.AsyncResult`.
///
/// | Python              | here                                            |
/// | ------------------- | ----------------------------------------------- |
/// | `.get()`            | [`.get()`](Self::get)                           |
/// | `.get(timeout)`     | [`.get_timeout(t)`](Self::get_timeout)          |
/// | `.wait(timeout)`    | [`.wait(t)`](Self::wait)                        |
/// | `.ready()`          | [`.is_ready()`](Self::is_ready)                 |
/// | `Future.cancel()`   | [`.cancel()`](Self::cancel)                     |
///
/// Dropped, it lets go of the result; the task is done all the same.
pub struct AsyncResult<A, R> {
    task: Task<A, R>,
    reply: Receiver<Reply>,
    stage: Stage,
}

impl<A, R: DeserializeOwned> AsyncResult<A, R> {
    pub(crate) fn new(
        task: Task<A, R>,
        reply: Receiver<Reply>,
        stage: Stage,
    ) -> Self {
        Self { task, reply, stage }
    }

    /// Waits for the result.
    ///
    /// # Errors
    ///
    /// [`TaskError`], where there is none and will be none.
    pub fn get(self) -> Result<R, TaskError> {
        if self.stage.is_cancelled() {
            return Err(self.error(Cause::Cancelled));
        }
        select! {
            recv(self.reply) -> reply => {
                let mut outcomes = reply.map_or_else(
                    |_| Vec::new(),
                    |reply| reply.outcomes(self.task.name()),
                );
                let told = outcomes.pop();
                told.unwrap_or_else(|| Err(self.error(Cause::Terminated)))
            }
            recv(interruption()) -> _ => {
                Err(self.error(Cause::of_interruption()))
            }
        }
    }

    /// Waits for the result, but no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// Itself, where the result has not come: the task goes on.
    pub fn get_timeout(
        self,
        timeout: Duration,
    ) -> Result<Result<R, TaskError>, Self> {
        if self.wait(timeout) { Ok(self.get()) } else { Err(self) }
    }

    /// Waits until the result has come, but no longer than `timeout`; says
    /// whether it has.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        let deadline = Instant::now().checked_add(timeout);
        let mut select = Select::new();
        select.recv(&self.reply);
        select.recv(interruption());
        // It may say that something is ready when nothing is.
        while !self.is_ready() {
            match deadline.map(|deadline| select.ready_deadline(deadline)) {
                Some(Err(_)) => return self.is_ready(),
                Some(Ok(_)) => {}
                None => drop(select.ready()),
            }
        }
        true
    }

    /// Whether [`get`](Self::get) would return at once.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        // Whoever has the task tells of it exactly once.
        !self.reply.is_empty()
            || self.stage.is_cancelled()
            || interrupted_by().is_some()
    }

    /// Takes the task back, where no worker has begun it: says whether it
    /// was so.
    #[must_use]
    pub fn cancel(&self) -> bool {
        self.stage.cancel() || self.stage.is_cancelled()
    }

    fn error(&self, cause: Cause) -> TaskError {
        TaskError::new(self.task.name(), 0..1, None, cause)
    }
}

impl<A, R> fmt::Debug for AsyncResult<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResult")
            .field("task", &self.task)
            .finish_non_exhaustive()
    }
}
