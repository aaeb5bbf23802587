//! What there is to do, and chunks of it.

use std::num::{NonZeroU64, NonZeroUsize};

use time_utils::spin;

/// Some tasks that compute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// How many tasks there are.
    pub tasks: NonZeroUsize,
    /// How often each goes round.
    pub iterations: NonZeroU64,
    /// Whether the last tenth of the tasks are ten times as long as the
    /// others, as files are that were sorted by size. On average a task goes
    /// round as often as without.
    pub uneven: bool,
}

/// How many short tasks a long one is.
const LONG: u64 = 10;

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
        // Nine short ones and a long one are as much as ten even ones.
        let short = (iterations.saturating_mul(10) / (9 + LONG)).max(1);
        let mut lengths = vec![short; tasks - long];
        lengths.resize(tasks, short.saturating_mul(LONG));
        lengths
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
