//! What the demonstration's workers do: compute for a while, and hold some
//! memory meanwhile.

use std::hint::black_box;
use std::mem::forget;
use std::sync::OnceLock;

use anyhow::anyhow;
use pool_map::{Task, Workers};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, SharedCell};
use time_utils::spin;

/// What a task takes.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Load {
    /// How often it goes round.
    pub(crate) iterations: u64,
    /// How much memory it holds.
    pub(crate) bytes: usize,
    /// Whether it forgets to give that back.
    pub(crate) leaks: bool,
}

// ANCHOR: work
pub(crate) const WORK: Task<Load, ()> = Task::new("work", |load| {
    // Not zeros: those would take no memory before they are written.
    let memory = black_box(vec![1_u8; load.bytes]);
    spin(load.iterations);
    if load.leaks {
        forget(memory);
    }
    Ok(())
});

pub(crate) const WORKERS: Workers<Array<u64>> =
    Workers::with_initializer("workers", read_through, &[&WORK]);

/// What all workers read: it is in memory once, and counts for each.
static SHARED: OnceLock<Array<u64>> = OnceLock::new();

fn read_through(numbers: Array<u64>) -> anyhow::Result<()> {
    black_box(numbers.iter().map(SharedCell::get).max());
    SHARED.set(numbers).map_err(|_| anyhow!("it has been read"))
}
// ANCHOR_END: work

impl Load {
    const ITERATIONS: u64 = 500_000_000;
    const BYTES: usize = 16 << 20;

    /// So many tasks: small ones and large ones, in turns.
    pub(crate) fn several(tasks: usize) -> Vec<Self> {
        let sizes = (1..=4).cycle().take(tasks);
        sizes
            .map(|size: u8| Self {
                iterations: Self::ITERATIONS * u64::from(size),
                bytes: Self::BYTES * usize::from(size),
                leaks: false,
            })
            .collect()
    }

    /// The memory of the largest, without its computing.
    pub(crate) fn largest() -> Self {
        Self { iterations: 0, bytes: Self::BYTES * 4, leaks: false }
    }
}
