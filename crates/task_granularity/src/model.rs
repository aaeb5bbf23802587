//! What everything costs, and how long the work takes by that.

use std::num::NonZeroUsize;
use std::time::Duration;

use crate::work::{chunks, total};

/// What things cost on this machine, at this time. Each is measured by
/// itself; none is fitted to what it then predicts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Costs {
    /// What a worker's report and its next message take, while all workers
    /// ask the one parent: so long each waits. More workers wait longer.
    pub message: Duration,
    /// To pass one task on within a message, and its result back: what a
    /// worker takes for it, while all others do the same.
    pub task: Duration,
    /// To do all tasks, by one thread.
    pub one_thread: Duration,
    /// How many workers there are.
    pub workers: NonZeroUsize,
    /// How many times as much as one thread so many threads get done: one, or
    /// more. It is less than the workers where two of them share a core, and
    /// where somebody else is at work on the machine.
    pub cores: f64,
}

impl Costs {
    // ANCHOR: predict
    /// How long tasks of these `lengths` take, in chunks of so many.
    #[must_use]
    pub fn predict(
        &self,
        lengths: &[u64],
        chunk_size: NonZeroUsize,
    ) -> Duration {
        let (chunks, all) = (chunks(lengths, chunk_size), total(lengths));
        let crowd = self.crowd(chunks.len().min(self.workers.get()));
        // When each worker will be done with what it has been given.
        let mut done = vec![Duration::ZERO; self.workers.get()];
        for chunk in chunks {
            let part = ratio(chunk.iterations, all);
            let computing = self.one_thread.mul_f64(part * crowd);
            let passing = self.task.mul_f64(real(chunk.tasks as u64));
            // Whoever is free first gets it.
            if let Some(first) = done.iter_mut().min() {
                *first += self.message + passing + computing;
            }
        }
        done.into_iter().max().unwrap_or_default()
    }

    /// How many times as long a task takes while so many workers are busy:
    /// once, unless there are fewer cores.
    fn crowd(&self, busy: usize) -> f64 {
        (real(busy as u64) / self.cores.max(1.0)).max(1.0)
    }
    // ANCHOR_END: predict
}

pub(crate) fn ratio(part: u64, all: u64) -> f64 {
    real(part) / real(all.max(1))
}

pub(crate) fn times_as_long(one: Duration, other: Duration) -> f64 {
    // No clock is so fine that something takes no time.
    one.div_duration_f64(other.max(Duration::from_nanos(1)))
}

#[expect(clippy::cast_precision_loss, reason = "exact up to 2⁵³")]
pub(crate) fn real(count: u64) -> f64 {
    count as f64
}
