//! A mark that a process keeps also in a session of its own, and with an
//! emptied environment.
//!
//! Left out: who takes it off on purpose, by `ulimit -x 0`.

use std::hash::{BuildHasher as _, RandomState};
use std::io;
use std::num::ParseIntError;
use std::str::FromStr;
use std::{fmt, process};

use procfs::process::{LimitValue, Process};
use rustix::process::{Resource, Rlimit, setrlimit};

/// A number in a place that the system keeps for each process and hands on to
/// all that it starts: the limit on file locks, which nothing heeds since
/// Linux 2.4 (`RLIMIT_LOCKS` in `getrlimit(2)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brand(u64);

impl Default for Brand {
    fn default() -> Self {
        Self::new()
    }
}

impl Brand {
    /// One that nobody else has: a random number, far above any limit that
    /// somebody would set.
    #[must_use]
    pub fn new() -> Self {
        let random = RandomState::new().hash_one(process::id());
        Self(random >> 2 | 1 << 48)
    }

    /// Gives it to this process: whatever it starts from now on has it, too.
    ///
    /// # Errors
    ///
    /// Where this process has a lower limit, which it cannot raise.
    pub fn set(self) -> io::Result<()> {
        let limit = Rlimit { current: Some(self.0), maximum: Some(self.0) };
        Ok(setrlimit(Resource::Locks, limit)?)
    }

    /// Whether `process` has it.
    pub(crate) fn is_on(self, process: &Process) -> bool {
        let limit = process.limits().map(|all| all.max_file_locks.hard_limit);
        matches!(limit, Ok(LimitValue::Value(number)) if number == self.0)
    }
}

/// A number: an argument can carry it.
impl fmt::Display for Brand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Brand {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}
