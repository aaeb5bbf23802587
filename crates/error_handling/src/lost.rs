//! A task that was given up, and all its failures.

use std::fmt;

use pool_map::TaskError;

/// A task that was given up: why, and how it failed each time.
#[derive(Debug)]
pub struct Lost {
    pub(crate) reason: Reason,
    pub(crate) failures: Vec<TaskError>,
    /// How often a worker was asked for it.
    pub(crate) tries: usize,
}

/// Why a task was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It returned an error as often as it may.
    Failed,
    /// It ended as many workers as it may.
    Poison,
    /// It would fail in the same way again, such as with a panic; or the pool
    /// takes no tasks any more.
    Hopeless,
    /// Everything was stopped before it was done.
    Stopped,
}

impl Lost {
    /// Why it was given up.
    #[must_use]
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// How it failed, each time; each says which worker had it, and how it
    /// ended. A try that was stopped is no failure.
    #[must_use]
    pub fn failures(&self) -> &[TaskError] {
        &self.failures
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tries = self.tries;
        if tries > self.failures.len() {
            return write!(f, "stopped at try {tries}; it may have begun");
        }
        let Some(last) = self.failures.last() else {
            return f.write_str("stopped before it was tried");
        };
        write!(f, "{last}; ")?;
        match self.reason {
            Reason::Failed => write!(f, "given up after {tries} tries"),
            Reason::Poison => write!(f, "given up as poison at try {tries}"),
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
