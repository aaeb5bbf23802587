//! What parent and worker tell each other.

use serde::{Deserialize, Serialize};

use crate::error::Failure;

/// Parent to worker: the name of a task, and arguments for it, as bytes.
#[derive(Debug)]
pub(crate) struct Order {
    bytes: Vec<u8>,
}

impl Order {
    /// An order for `task`, without arguments so far.
    pub(crate) fn begin(task: &str) -> Self {
        let mut bytes = Vec::from((task.len() as u64).to_le_bytes());
        bytes.extend_from_slice(task.as_bytes());
        Self { bytes }
    }

    /// One more argument; where it cannot be written, the order is as before.
    pub(crate) fn add(
        &mut self,
        argument: &impl Serialize,
    ) -> postcard::Result<()> {
        let before = self.bytes.len();
        let written = postcard::to_io(argument, &mut self.bytes).map(drop);
        if written.is_err() {
            self.bytes.truncate(before);
        }
        written
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Worker: the task's name and the arguments; `None` where it is none.
    pub(crate) fn read(bytes: &[u8]) -> Option<(&str, &[u8])> {
        let (length, rest) = bytes.split_first_chunk()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let (task, arguments) = rest.split_at_checked(length)?;
        Some((std::str::from_utf8(task).ok()?, arguments))
    }
}

/// Worker to parent, once, when it begins.
pub(crate) type Greeting = Result<(), Failure>;

/// Worker to parent, for each order: the outcomes follow.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Report {
    /// How long the worker was at it.
    pub(crate) nanoseconds: u64,
}
