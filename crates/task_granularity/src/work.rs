//! What there is to do, and chunks of it.

use std::num::{NonZeroU64, NonZeroUsize};

use time_utils::spin;

use crate::model::ratio;

/// Some tasks that compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// How many tasks there are.
    pub tasks: NonZeroUsize,
    /// How often each goes round.
    pub iterations: NonZeroU64,
    /// Whether the last tenth of the tasks are ten times as long as the
    /// others, as files are that were sorted by size. All together they go
    /// round as often as without, but for what is lost to whole numbers.
    pub uneven: bool,
}

/// How many short tasks a long one is.
const LONG: usize = 10;

/// Tasks that go to a worker in one message.
pub(crate) struct Chunk {
    pub(crate) tasks: usize,
    /// How often all of them go round, together.
    pub(crate) iterations: u64,
}

/// One task: goes round so often, and returns how often it did.
#[must_use]
pub fn compute(iterations: u64) -> u64 {
    spin(iterations);
    iterations
}

impl Work {
    /// How often each of the tasks goes round.
    #[must_use]
    pub fn lengths(&self) -> Vec<u64> {
        let (tasks, iterations) = (self.tasks.get(), self.iterations.get());
        if !self.uneven {
            return vec![iterations; tasks];
        }
        let long = tasks.div_ceil(10);
        let parts = tasks - long + long * LONG;
        // Of what all tasks go round, an equal share for each part.
        let all = u128::from(iterations) * tasks as u128;
        let share = |of: usize| {
            let length = all * of as u128 / parts as u128;
            u64::try_from(length).unwrap_or(u64::MAX).max(1)
        };
        let mut lengths = vec![share(1); tasks - long];
        lengths.resize(tasks, share(LONG));
        lengths
    }

    /// Which part of all the work the longest task is: from 0 to 1.
    pub(crate) fn longest_part(&self) -> f64 {
        let lengths = self.lengths();
        let longest = lengths.iter().copied().max().unwrap_or_default();
        ratio(longest, total(&lengths))
    }
}

/// `lengths` in chunks of so many tasks; the last may have fewer.
pub(crate) fn chunks(
    lengths: &[u64],
    chunk_size: NonZeroUsize,
) -> impl ExactSizeIterator<Item = Chunk> {
    lengths
        .chunks(chunk_size.get())
        .map(|tasks| Chunk { tasks: tasks.len(), iterations: total(tasks) })
}

/// How often all of `lengths` go round, together.
pub(crate) fn total(lengths: &[u64]) -> u64 {
    lengths.iter().fold(0, |sum, length| sum.saturating_add(*length))
}

/// The chunk sizes to try: 1, 2, 5, 10 and so on, and all tasks at once.
///
/// ```
/// use std::num::NonZeroUsize;
/// use task_granularity::chunk_sizes;
///
/// let sizes = chunk_sizes(NonZeroUsize::new(30).unwrap());
/// let sizes: Vec<_> = sizes.into_iter().map(NonZeroUsize::get).collect();
/// assert_eq!(sizes, [1, 2, 5, 10, 20, 30]);
/// ```
#[must_use]
pub fn chunk_sizes(tasks: NonZeroUsize) -> Vec<NonZeroUsize> {
    let powers = (0..).map_while(|zeros| 10_usize.checked_pow(zeros));
    let sizes = powers
        .flat_map(|power| [1, 2, 5].map(|step| power.saturating_mul(step)));
    let smaller = sizes.take_while(|size| *size < tasks.get());
    smaller.filter_map(NonZeroUsize::new).chain([tasks]).collect()
}
