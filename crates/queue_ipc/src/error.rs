//! What can go wrong with a queue.

use std::io;

use pipe_ipc::{RecvError, SendError};
use process_spawning::Interrupted;

/// What can go wrong whatever one does with a queue.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The process that keeps the queue is gone, and its items with it.
    #[error("the process that keeps the queue is gone")]
    Gone,
    /// Ctrl-C, or SIGTERM, came first.
    #[error("interrupted while waiting for the queue")]
    Interrupted(#[source] Interrupted),
    /// The system refuses.
    #[error("the queue cannot be reached")]
    System(#[from] io::Error),
}

/// Why an item was not put.
#[derive(Debug, thiserror::Error)]
pub enum PutError {
    /// No place became free in time. Python: `queue.Full`.
    #[error("the queue is full")]
    Full,
    /// The queue is closed, or nobody is left who could get the item.
    /// Python: `ValueError`.
    #[error("the queue is closed")]
    Closed,
    /// The item cannot be written. It takes up no place.
    ///
    /// Python finds that out later, in a thread: `put` returns, the item is
    /// lost, and a traceback is printed.
    #[error("the item cannot be put into a queue")]
    Value(#[source] postcard::Error),
    /// What can always go wrong.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Why no item was got.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// No item came in time. Python: `queue.Empty`.
    #[error("the queue is empty")]
    Empty,
    /// The queue is empty and stays so: all who could put are gone.
    /// Python has no such end; one puts a `None` for each consumer.
    #[error("the queue is closed, and all its items have been got")]
    Closed,
    /// An item that cannot be read as what is expected. It is gone.
    #[error("the item is not of the type expected")]
    Value(#[source] postcard::Error),
    /// What can always go wrong.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

/// Why not all tasks are done, or one cannot be called done.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// Whoever got them ended without calling `task_done`, or nobody is left
    /// to get them. All other tasks are done. Python waits for ever.
    #[error("tasks that nobody is left to do: {tasks}")]
    Lost {
        /// How many they are.
        tasks: usize,
    },
    /// Not all tasks were done in time.
    #[error("not all tasks were done in time")]
    TimedOut,
    /// `task_done` was called more often than `get`. Python: `ValueError`.
    #[error("task_done() was called for a task that nobody got")]
    NotGot,
    /// What can always go wrong.
    #[error(transparent)]
    Queue(#[from] QueueError),
}

impl From<SendError> for QueueError {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Closed => Self::Gone,
            SendError::Interrupted(by) => Self::Interrupted(by),
            SendError::System(error) => Self::System(error),
            SendError::Value { why } => Self::System(io::Error::other(why)),
        }
    }
}

impl From<RecvError> for QueueError {
    fn from(error: RecvError) -> Self {
        match error {
            RecvError::Closed | RecvError::CutOff { .. } => Self::Gone,
            RecvError::Interrupted(by) => Self::Interrupted(by),
            RecvError::System(error) => Self::System(error),
            RecvError::Value { why } => Self::System(io::Error::other(why)),
        }
    }
}

/// A message of our own that is none.
impl From<postcard::Error> for QueueError {
    fn from(error: postcard::Error) -> Self {
        Self::System(io::Error::other(error))
    }
}
