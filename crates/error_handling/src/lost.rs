//! A task that was given up, and all its failures.

use std::fmt;

use pool_map::TaskError;

/// A task that was given up: why, and how it failed each time.
#[derive(Debug)]
pub struct Lost {
    reason: Reason,
    failures: Vec<TaskError>,
}

/// Why a task was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It returned an error as often as it may.
    Failed,
    /// It ended as many workers as it may.
    Poison,
    /// It would fail in the same way again: it panicked, for instance.
    Hopeless,
    /// Everything was stopped before it was done.
    Stopped,
}

impl Lost {
    pub(crate) fn new(reason: Reason, failures: Vec<TaskError>) -> Self {
        Self { reason, failures }
    }

    /// Why it was given up.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// How it failed, each time; each says which worker had it, and how it
    /// ended. None where it was stopped before it was tried.
    #[must_use]
    pub fn failures(&self) -> &[TaskError] {
        &self.failures
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = self.failures.len();
        let Some(last) = self.failures.last() else {
            return f.write_str("stopped before it was tried");
        };
        write!(f, "{last}; ")?;
        match self.reason {
            Reason::Failed => write!(f, "given up after {times} tries"),
            Reason::Poison => write!(f, "given up as poison at try {times}"),
            Reason::Hopeless => f.write_str("not tried again"),
            Reason::Stopped => f.write_str("stopped before it was tried again"),
        }
    }
}

impl std::error::Error for Lost {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let last = self.failures.last()?;
        std::error::Error::source(last)
    }
}
