//! The ways to do the same tasks: one after the other, on threads, in
//! processes.

use std::num::NonZeroUsize;
use std::thread;

use anyhow::{Context as _, ensure};
use crossbeam::channel::unbounded;
use process_spawning::{Builder, Process, Target};
use rayon::prelude::*;
use time_utils::{spin, trace};

use crate::gil::Gil;

/// Some equal tasks that compute, and how many of them may run at once.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// How many tasks there are.
    pub tasks: usize,
    /// How often each goes round.
    pub iterations: u64,
    /// How many threads a queue or a pool has.
    pub workers: NonZeroUsize,
}

impl Load {
    /// One of the tasks.
    fn task(&self, number: usize) {
        let _task = task_span(number);
        spin(self.iterations);
    }
}

fn task_span(number: usize) -> trace::Span {
    trace::span(trace::Category::Task, &format!("task {number}"))
}

/// One task after the other: what all the others are compared with.
pub fn sequential(load: &Load) {
    for number in 0..load.tasks {
        load.task(number);
    }
}

/// A thread for each task. For a few long-running ones.
///
/// The scope ends when its threads have, so they may borrow from outside it;
/// a `join` that is forgotten is not possible.
///
/// # Errors
///
/// Where the system refuses a thread; `scope.spawn` would panic then.
// ANCHOR: threads
pub fn threads(load: &Load) -> anyhow::Result<()> {
    thread::scope(|scope| {
        for number in 0..load.tasks {
            let thread = thread::Builder::new();
            thread.spawn_scoped(scope, move || load.task(number))?;
        }
        Ok(())
    })
}
// ANCHOR_END: threads

/// A few threads that take tasks from a queue. For tasks that arrive one by
/// one, and more of them than threads.
///
/// Unlike the standard library's channel, crossbeam's has any number of
/// receivers, as Python's `queue.Queue` has.
///
/// # Errors
///
/// Where the system refuses a thread.
// ANCHOR: work_queue
pub fn work_queue(load: &Load) -> anyhow::Result<()> {
    let (queue, tasks) = unbounded();
    thread::scope(|scope| {
        for _ in 0..load.workers.get() {
            let tasks = tasks.clone();
            let work = move || tasks.iter().for_each(|n| load.task(n));
            thread::Builder::new().spawn_scoped(scope, work)?;
        }
        for number in 0..load.tasks {
            // There is a receiver for as long as `tasks` is in scope.
            let _ = queue.send(number);
        }
        // No more tasks: the threads' loops end when the queue is empty.
        drop(queue);
        Ok(())
    })
}
// ANCHOR_END: work_queue

/// A pool of threads that divides the tasks among themselves. For a loop over
/// data, which is most of what `multiprocessing.Pool` is used for.
///
/// # Errors
///
/// Where the system refuses the threads.
// ANCHOR: thread_pool
pub fn thread_pool(load: &Load) -> anyhow::Result<()> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(load.workers.get())
        .build()?;
    pool.install(|| {
        (0..load.tasks).into_par_iter().for_each(|n| load.task(n));
    });
    Ok(())
}
// ANCHOR_END: thread_pool

/// What a worker process runs in [`processes`]: goes round so often.
pub const COMPUTE: Target<u64> = Target::new("compute", |iterations| {
    let _task = trace::span(trace::Category::Task, "task");
    spin(iterations);
    Ok(())
});

/// A process for each task, made by `worker`. For tasks that may crash, or
/// must be stopped from outside.
///
/// # Errors
///
/// Where one cannot be started, or does not end well.
// ANCHOR: processes
pub fn processes(load: &Load, worker: &Builder<u64>) -> anyhow::Result<()> {
    // Start them all before waiting for any.
    let started = (0..load.tasks)
        .map(|number| start(worker, number, load.iterations))
        .collect::<anyhow::Result<Vec<_>>>()?;
    for mut process in started {
        let exit = process.join()?;
        ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(())
}
// ANCHOR_END: processes

fn start(
    worker: &Builder<u64>,
    number: usize,
    iterations: u64,
) -> anyhow::Result<Process> {
    let worker = worker.clone().name(format!("process {number}"));
    worker.start(iterations).context("cannot compare with processes")
}

/// A thread for each task, but only one of them computes at any time: what
/// Python's threads do.
///
/// # Errors
///
/// Where the system refuses a thread.
pub fn threads_with_one_lock(load: &Load, gil: &Gil) -> anyhow::Result<()> {
    thread::scope(|scope| {
        for number in 0..load.tasks {
            let work = move || {
                let _task = task_span(number);
                gil.spin(load.iterations);
            };
            thread::Builder::new().spawn_scoped(scope, work)?;
        }
        Ok(())
    })
}
