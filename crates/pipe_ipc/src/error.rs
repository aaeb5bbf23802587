//! What can go wrong on a pipe.

use std::io;

use process_spawning::{Interrupted, WaitError};

/// Why a message was not sent.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The other end is gone: closed, or its process has ended, in whichever
    /// way. Python: `BrokenPipeError`.
    #[error("the other end of the pipe is gone")]
    Closed,
    /// The value cannot be written. The pipe is as before: nothing of the
    /// value has been sent. Python: `PicklingError`.
    #[error("the value cannot be sent: {why}")]
    Value {
        /// What is wrong with it.
        why: String,
    },
    /// Ctrl-C, or SIGTERM, came while there was no room for the message.
    #[error("interrupted while sending")]
    Interrupted(#[source] Interrupted),
    /// The system refuses.
    #[error("the pipe cannot be written")]
    System(#[from] io::Error),
}

/// Why no message was received.
#[derive(Debug, thiserror::Error)]
pub enum RecvError {
    /// The other end is gone, and everything it sent has been received.
    /// Python: `EOFError`.
    #[error("the other end of the pipe is gone")]
    Closed,
    /// The other end went away in the middle of these bytes.
    #[error("the message was cut off after {got} of {of} bytes")]
    CutOff {
        /// How many bytes had arrived.
        got: usize,
        /// How many it had.
        of: usize,
    },
    /// A message arrived that is not of the type expected.
    #[error("the message cannot be read: {why}")]
    Value {
        /// What is wrong with it.
        why: String,
    },
    /// Ctrl-C, or SIGTERM, came first.
    #[error("interrupted while receiving")]
    Interrupted(#[source] Interrupted),
    /// The system refuses.
    #[error("the pipe cannot be read")]
    System(#[from] io::Error),
}

impl From<WaitError> for SendError {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::Interrupted(interrupted) => {
                Self::Interrupted(interrupted)
            }
            WaitError::System(error) => Self::System(error),
        }
    }
}

impl From<WaitError> for RecvError {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::Interrupted(interrupted) => {
                Self::Interrupted(interrupted)
            }
            WaitError::System(error) => Self::System(error),
        }
    }
}
