//! Whether it paid to do the work by processes, and why not.

use std::fmt;
use std::time::Duration;

use crate::measurement::{Measurement, Point};
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
    /// One thread was as fast, and should not have been.
    MeasureAgain {
        /// How long it took.
        one_thread: Duration,
        /// How long processes took with the best chunk size.
        best: Duration,
        /// How long they should take with the best, by the model.
        predicted: Duration,
    },
}

/// Why no chunk size pays.
#[derive(Clone, Debug, PartialEq)]
pub enum Reason {
    /// One task is nearly all of the work, and no two workers can share it.
    OneTask,
    /// There is one worker only, or one core.
    OneAtATime,
    /// To pass a task on takes nearly all that other cores save, or more.
    ///
    /// In seconds, and not as a `Duration`: that has whole nanoseconds, and
    /// a task may take two.
    TooSmall {
        /// To do a task, by one thread.
        doing_seconds: f64,
        /// What other cores save of that.
        saved_seconds: f64,
        /// To pass it on, while the other workers pass on theirs.
        passing_seconds: f64,
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
        let (best, predicted) = (best.measured, self.best_predicted());
        if self.speed_up(predicted) >= WORTH {
            return Verdict::MeasureAgain { one_thread, best, predicted };
        }
        Verdict::DoesNotPay { one_thread, best, because: self.reason() }
    }

    fn best_predicted(&self) -> Duration {
        let points = self.points.iter().chain([&self.automatic]);
        let times = points.map(|Point { predicted, .. }| *predicted);
        times.min().unwrap_or_default()
    }

    /// What by itself is reason enough for the model to promise no gain.
    fn reason(&self) -> Reason {
        if self.work.longest_part() * WORTH >= 1.0 {
            return Reason::OneTask;
        }
        let (costs, doing) = (&self.costs, self.one_task_seconds());
        // All workers pass tasks on at the same time.
        let workers = real(costs.workers.get() as u64);
        let passing = costs.task.as_secs_f64() / workers;
        if doing > passing && costs.cores < WORTH {
            return Reason::OneAtATime;
        }
        let computing = doing / costs.cores;
        if doing < WORTH * (computing + passing) {
            return Reason::TooSmall {
                doing_seconds: doing,
                saved_seconds: doing - computing,
                passing_seconds: passing,
            };
        }
        Reason::TooLittle(times_as_long(costs.one_thread, costs.message))
    }

    /// What a task takes by one thread, on average.
    #[must_use]
    pub fn one_task_seconds(&self) -> f64 {
        let tasks = real(self.work.tasks.get() as u64);
        self.costs.one_thread.as_secs_f64() / tasks
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
            Self::MeasureAgain { one_thread, best, predicted } => write!(
                f,
                "parallel did not pay this time: one thread took \
                 {one_thread:.1?}, processes {best:.1?}.\nThe model says \
                 {predicted:.1?}: if somebody else was at work, measure again"
            ),
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OneTask => write!(
                f,
                "one task is most of the work, and workers cannot share it"
            ),
            Self::OneAtATime => {
                write!(f, "only one of them can compute at a time")
            }
            Self::TooSmall {
                doing_seconds,
                saved_seconds,
                passing_seconds,
            } => {
                let [doing, saved, passing] =
                    [doing_seconds, saved_seconds, passing_seconds]
                        .map(|seconds| in_words(*seconds));
                write!(
                    f,
                    "other cores save only {saved} of a {doing} task; \
                     passing it on costs {passing}"
                )
            }
            Self::TooLittle(messages) => write!(
                f,
                "all the work takes only as long as {messages:.1} waits for \
                 a message"
            ),
        }
    }
}

/// As a `Duration` is written, and with parts of nanoseconds.
fn in_words(seconds: f64) -> String {
    let (number, unit) = match seconds {
        ..1e-6 => (seconds * 1e9, "ns"),
        ..1e-3 => (seconds * 1e6, "µs"),
        ..1.0 => (seconds * 1e3, "ms"),
        _ => (seconds, "s"),
    };
    format!("{number:.1}{unit}")
}
