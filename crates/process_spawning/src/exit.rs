//! How a process ended.

use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::process::ExitStatus;

use serde::{Deserialize, Serialize};
use signal_hook::low_level::signal_name;

/// How a process ended: by itself with a code, or by a signal.
///
/// Python has one number for both, [`Exit::python_exitcode`].
///
/// | the worker …              | here                  | Python's `exitcode` |
/// | ------------------------- | --------------------- | ------------------- |
/// | returns `Ok(())`          | `Code(0)`             | 0                   |
/// | returns an error          | `Code(1)`             | 1 (an exception)    |
/// | panics                    | `Code(101)`           | 1 (an exception)    |
/// | calls `exit(3)`           | `Code(3)`             | 3                   |
/// | is terminated             | `Signal(15)`          | -15                 |
/// | is killed                 | `Signal(9)`           | -9                  |
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Exit {
    /// It ended by itself, with this exit code from 0 to 255.
    Code(i32),
    /// A signal of this number ended it.
    Signal(i32),
}

impl Exit {
    /// Whether it ended by itself with code 0.
    #[must_use]
    pub fn success(self) -> bool {
        self == Self::Code(0)
    }

    /// What Python's `Process.exitcode` would be: a signal is negative.
    #[doc(alias = "exitcode")]
    #[must_use]
    pub fn python_exitcode(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal(signal) => -signal,
        }
    }
}

impl From<ExitStatus> for Exit {
    fn from(status: ExitStatus) -> Self {
        match (status.code(), status.signal()) {
            (Some(code), _) => Self::Code(code),
            (None, Some(signal)) => Self::Signal(signal),
            (None, None) => unreachable!("`wait` tells of ended processes"),
        }
    }
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exit code {code}"),
            Self::Signal(signal) => {
                let name = signal_name(*signal).unwrap_or("unnamed");
                write!(f, "signal {signal} ({name})")
            }
        }
    }
}
