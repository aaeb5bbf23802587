//! What a message costs, a task in it, and how many cores there are: each
//! measured by itself, with tasks that are made for it.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::crew::{Trial, Way};
use crate::model::{Costs, real, times_as_long};

/// So many empty tasks, each in a message of its own.
const MESSAGES: usize = 1000;

/// So many empty tasks, in one message to each worker.
const TASKS: usize = 50_000;

/// How often a task goes round that shows how many cores there are.
const LONG: u64 = 5_000_000;

// ANCHOR: probes
pub(crate) struct Probes {
    workers: NonZeroUsize,
    empty: Vec<u64>,
    /// A long task for each worker.
    long: Vec<u64>,
}

impl Probes {
    pub(crate) const TRIALS: usize = 4;

    pub(crate) fn trials(&self) -> [Trial<'_>; Self::TRIALS] {
        let share = self.empty.len().div_ceil(self.workers.get());
        let share = NonZeroUsize::new(share).unwrap_or(NonZeroUsize::MIN);
        [
            (Way::OneThread, &self.long[..1]),
            (Way::Threads, &self.long),
            (Way::Processes(NonZeroUsize::MIN), &self.empty[..MESSAGES]),
            (Way::Processes(share), &self.empty),
        ]
    }

    /// What follows from the times of these trials.
    pub(crate) fn costs(
        &self,
        [one, each, messages, tasks]: [Duration; Self::TRIALS],
        one_thread: Duration,
    ) -> Costs {
        let workers = real(self.workers.get() as u64);
        // Each worker has had its share of the messages, and of the tasks.
        let message = messages.mul_f64(workers / real(MESSAGES as u64));
        let passing = tasks.saturating_sub(message);
        Costs {
            message,
            task: passing.mul_f64(workers / real(TASKS as u64)),
            one_thread,
            workers: self.workers,
            cores: (workers * times_as_long(one, each)).clamp(1.0, workers),
        }
    }
}
// ANCHOR_END: probes

impl Probes {
    pub(crate) fn of(workers: NonZeroUsize) -> Self {
        Self { workers, empty: vec![0; TASKS], long: vec![LONG; workers.get()] }
    }
}
