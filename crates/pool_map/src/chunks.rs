//! How many tasks go to a worker in one message.

use std::num::NonZeroUsize;

/// As many chunks for each worker: few enough messages, and enough of them
/// that nobody has to wait long for the last.
const CHUNKS_PER_WORKER: usize = 4;

/// The number of tasks in a chunk where nobody chooses one: so that there
/// are four chunks for each worker, as in Python's `Pool.map`.
///
/// ```
/// use pool_map::automatic_chunk_size;
///
/// let chunk_size = |tasks| automatic_chunk_size(tasks, 2).get();
/// assert_eq!(chunk_size(100), 13);
/// assert_eq!(chunk_size(8), 1);
/// assert_eq!(chunk_size(0), 1);
/// ```
#[must_use]
pub fn automatic_chunk_size(tasks: usize, workers: usize) -> NonZeroUsize {
    let chunks = workers.max(1).saturating_mul(CHUNKS_PER_WORKER);
    NonZeroUsize::new(tasks.div_ceil(chunks)).unwrap_or(NonZeroUsize::MIN)
}
