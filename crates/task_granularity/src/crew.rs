//! Who does the work: one thread, several threads, several processes.

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use pool_map::{Pool, Task, Workers};
use process_spawning::interrupted;
use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};
use time_utils::measure;

use crate::work::compute;

const COMPUTE: Task<u64, u64> =
    Task::new("compute", |iterations| Ok(compute(iterations)));

/// What the worker processes can be asked to do: for the main guard.
pub const WORKERS: Workers = Workers::new("workers", &[&COMPUTE]);

// ANCHOR: way
/// Who is to do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The thread that asks, by itself.
    OneThread,
    /// Threads, which divide the work among themselves: rayon's.
    Threads,
    /// Processes, with so many tasks in each message.
    Processes(NonZeroUsize),
}

/// Tasks of these lengths, done in this way.
pub(crate) type Trial<'l> = (Way, &'l [u64]);
// ANCHOR_END: way

/// Threads and processes that are there already: what it costs to start them
/// is not the question here.
#[derive(Debug)]
pub struct Crew {
    workers: NonZeroUsize,
    threads: ThreadPool,
    processes: Pool,
}

impl Crew {
    /// So many threads, and so many processes. Each of these may have
    /// `most_ahead` chunks before it: with 1 it gets the next when it has
    /// reported the last.
    ///
    /// # Errors
    ///
    /// Where the system refuses them.
    pub fn start(
        workers: NonZeroUsize,
        most_ahead: NonZeroUsize,
    ) -> anyhow::Result<Self> {
        let threads = ThreadPoolBuilder::new().num_threads(workers.get());
        let processes = Pool::builder(WORKERS).workers(workers.get());
        Ok(Self {
            workers,
            threads: threads.build().context("cannot start the threads")?,
            processes: processes.most_ahead(most_ahead).start()?,
        })
    }

    /// How many of each there are.
    #[must_use]
    pub fn workers(&self) -> NonZeroUsize {
        self.workers
    }

    // ANCHOR: time
    /// Does tasks of these `lengths` in this `way`, and says how long it
    /// took.
    ///
    /// # Errors
    ///
    /// After Ctrl-C, or where a worker was killed.
    pub fn time(&self, way: Way, lengths: &[u64]) -> anyhow::Result<Duration> {
        if let Some(by) = interrupted() {
            return Err(by.into());
        }
        let (done, time) = measure(|| self.compute(way, lengths));
        ensure!(done? == lengths, "not every task was done once");
        Ok(time)
    }

    fn compute(&self, way: Way, lengths: &[u64]) -> anyhow::Result<Vec<u64>> {
        let tasks = lengths.iter().copied();
        let together = lengths.par_iter().copied();
        Ok(match way {
            Way::OneThread => tasks.map(compute).collect(),
            Way::Threads => {
                self.threads.install(|| together.map(compute).collect())
            }
            Way::Processes(chunk_size) => {
                self.processes.chunks_of(chunk_size).map(COMPUTE, tasks)?
            }
        })
    }
    // ANCHOR_END: time
}
