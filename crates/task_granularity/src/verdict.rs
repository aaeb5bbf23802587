//! Whether it paid to do the work by processes, and why not.

use std::fmt;
use std::time::Duration;

use crate::measurement::Measurement;
use crate::model::{real, times_as_long};

/// A smaller gain is within what differs from run to run.
const WORTH: f64 = 1.1;

/// What a [`Measurement`] comes to: a sentence.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Processes are faster than one thread.
    Pays {
        /// With so many tasks in a message they are fastest.
        chunk_size: usize,
        /// So many times as fast as one thread.
        speed_up: f64,
    },
    /// One thread is as fast.
    DoesNotPay {
        /// How long it takes.
        one_thread: Duration,
        /// How long processes take with the best chunk size.
        best: Duration,
        /// Why that is so.
        because: Reason,
    },
}

/// Why no chunk size pays.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// There is one worker only, or one core.
    OneAtATime,
    /// To pass a task on takes longer than other cores save.
    TooSmall {
        /// To do a task.
        doing: Duration,
        /// To pass it on.
        passing: Duration,
    },
    /// All the work takes only as long as so many messages.
    TooLittle(f64),
}

impl Measurement {
    /// Whether it paid.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let (best, one_thread) = (self.best(), self.costs.one_thread);
        let speed_up = self.speed_up(best.measured);
        if speed_up >= WORTH {
            let chunk_size = best.chunk_size.get();
            return Verdict::Pays { chunk_size, speed_up };
        }
        let (best, because) = (best.measured, self.reason());
        Verdict::DoesNotPay { one_thread, best, because }
    }

    fn reason(&self) -> Reason {
        let (costs, doing) = (&self.costs, self.one_task());
        let passing = costs.task;
        if doing > passing && costs.cores < WORTH {
            return Reason::OneAtATime;
        }
        let saved = doing.mul_f64(1.0 - 1.0 / costs.cores);
        if passing > saved {
            return Reason::TooSmall { doing, passing };
        }
        Reason::TooLittle(times_as_long(costs.one_thread, costs.message))
    }

    /// What a task takes by one thread, on average.
    #[must_use]
    pub fn one_task(&self) -> Duration {
        let tasks = real(self.work.tasks.get() as u64);
        self.costs.one_thread.div_f64(tasks)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pays { chunk_size, speed_up } => write!(
                f,
                "best: chunks of {chunk_size}, {speed_up:.2} times as fast \
                 as one thread"
            ),
            Self::DoesNotPay { one_thread, best, because } => write!(
                f,
                "parallel does not pay here: one thread takes {one_thread:.1?}, \
                 processes {best:.1?},\nbecause {because}"
            ),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneAtATime => {
                write!(f, "only one of them can compute at a time")
            }
            Self::TooSmall { doing, passing } => write!(
                f,
                "to do a task takes {doing:.1?}, and to pass it on {passing:.1?}"
            ),
            Self::TooLittle(messages) => write!(
                f,
                "all the work takes only as long as {messages:.1} messages"
            ),
        }
    }
}
