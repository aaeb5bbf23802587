//! What is told of a check while it goes on, and what comes of it.

use serde::{Deserialize, Serialize};

/// Something that happened in a check.
///
/// In JSON each has its name in `event`:
///
/// ```
/// use course::{Event, Outcome};
///
/// # fn main() -> serde_json::Result<()> {
/// let test = "two_workers_run_at_once".to_owned();
/// let event = Event::Decided { test, outcome: Outcome::Ok };
/// assert_eq!(
///     serde_json::to_string(&event)?,
///     r#"{"event":"decided","test":"two_workers_run_at_once","outcome":"ok"}"#
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Cargo begins, and compiles whatever is not fresh.
    Building,
    /// Another cargo is at work there: this one waits for it.
    Blocked,
    /// It compiles what the exercise stands on, too, which takes longer.
    Compiling,
    /// The compiler says something, as a person reads it.
    Compiler {
        /// It is an error, no warning.
        is_error: bool,
        /// What it says.
        text: String,
    },
    /// All is compiled, and the tests begin.
    Testing,
    /// A test has ended.
    Decided {
        /// Its name.
        test: String,
        /// How it ended.
        outcome: Outcome,
    },
    /// What a test that failed has to say. It comes after all are decided.
    Failure {
        /// Its name.
        test: String,
        /// What it said.
        message: String,
    },
    /// The check is over.
    Verdict {
        /// What came of it.
        verdict: Verdict,
    },
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// What it promises holds.
    Ok,
    /// It does not.
    Failed,
    /// It was not run.
    Ignored,
}

/// What comes of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// All tests hold.
    Passes,
    /// Some test does not hold.
    Fails,
    /// The compiler refuses it.
    DoesNotCompile,
    /// It was not over in time, and was ended.
    TimedOut,
    /// There was no check, or it broke off: what was said about that.
    Broken {
        /// What cargo said on standard error.
        told: String,
    },
}

impl Verdict {
    /// Whether the same files would get the same again: the machine's mood
    /// has no part in it.
    #[must_use]
    pub fn lasts(&self) -> bool {
        matches!(self, Self::Passes | Self::Fails | Self::DoesNotCompile)
    }
}

/// The name of a test as the sentence that it is.
#[must_use]
pub fn sentence(test: &str) -> String {
    test.replace("::", ": ").replace('_', " ")
}
