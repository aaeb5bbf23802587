//! A result to wait for later.

use std::fmt;
use std::time::Duration;

use crossbeam::channel::{Receiver, Select};
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
        self.wait_until_ready(None);
        self.take()
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
        if self.wait(timeout) { Ok(self.take()) } else { Err(self) }
    }

    /// Waits until the result has come, but no longer than `timeout`; says
    /// whether it has.
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        self.wait_until_ready(Some(timeout))
    }

    /// Whether [`get`](Self::get) would return at once.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        self.wait(Duration::ZERO)
    }

    /// Takes the task back, where no worker has begun it: says whether it
    /// was so.
    #[must_use]
    pub fn cancel(&self) -> bool {
        self.stage.cancel() || self.stage.is_cancelled()
    }

    fn wait_until_ready(&self, timeout: Option<Duration>) -> bool {
        if self.stage.is_cancelled() {
            return true;
        }
        let mut select = Select::new();
        select.recv(&self.reply);
        select.recv(interruption());
        if let Some(timeout) = timeout {
            return select.ready_timeout(timeout).is_ok();
        }
        select.ready();
        true
    }

    fn take(self) -> Result<R, TaskError> {
        let error = |cause| TaskError::new(self.task.name(), 0..1, None, cause);
        if self.stage.is_cancelled() {
            return Err(error(Cause::Cancelled));
        }
        match (self.reply.try_recv(), interrupted_by()) {
            (Ok(reply), _) => {
                let result = reply.outcomes(self.task.name()).pop();
                result.unwrap_or_else(|| Err(error(Cause::Terminated)))
            }
            (Err(_), Some(by)) => Err(error(Cause::Interrupted(by))),
            (Err(_), None) => Err(error(Cause::Terminated)),
        }
    }
}

impl<A, R> fmt::Debug for AsyncResult<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsyncResult")
            .field("task", &self.task)
            .finish_non_exhaustive()
    }
}
