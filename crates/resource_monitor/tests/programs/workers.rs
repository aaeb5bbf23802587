//! What the workers do.

use std::sync::{Mutex, PoisonError};
use std::thread::{self, park};

use pool_map::{Task, Workers};
use process_spawning::Target;
use rustix::process::getpid;
use serde::{Deserialize, Serialize};
use time_utils::spin;

/// What to do for ever.
#[derive(Clone, Copy, Serialize, Deserialize)]
pub(crate) enum Life {
    /// Compute.
    Busy,
    /// Wait.
    Idle,
    /// Wait, in so many threads more.
    Threads(usize),
}

/// A worker that goes on until it is ended.
pub(crate) const LIVE: Target<Life> = Target::new("live", |life| {
    match life {
        Life::Busy => spin(u64::MAX),
        Life::Idle => {}
        Life::Threads(threads) => {
            for _ in 0..threads {
                thread::spawn(|| spin(u64::MAX));
            }
        }
    }
    loop {
        park();
    }
});

/// What tasks were told to keep.
static KEPT: Mutex<Vec<Vec<u8>>> = Mutex::new(Vec::new());

/// Keeps so many bytes for as long as the worker lives.
pub(crate) const KEEP: Task<usize, ()> = Task::new("keep", |bytes| {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    kept.push(vec![1; bytes]);
    Ok(())
});

/// Who does it.
pub(crate) const WHO: Task<(), i32> =
    Task::new("who", |()| Ok(getpid().as_raw_pid()));

pub(crate) const WORKERS: Workers = Workers::new("workers", &[&KEEP, &WHO]);
