//! A lock in place of Python's.

use std::sync::{Mutex, PoisonError};
use std::thread;

use time_utils::{spin, trace};

/// How many rounds a thread computes before it lets the others have the lock:
/// well under the 5 ms that CPython's switch interval gives it.
const SLICE: u64 = 1_000_000;

/// A Global Interpreter Lock: whoever computes holds it, so that of all
/// threads only one computes at any time.
///
/// CPython's is given back every 5 ms when somebody else waits for it, and
/// around whatever waits, such as reading a file. Of that this one has only
/// the first, as a number of rounds.
#[derive(Debug, Default)]
pub struct Gil {
    lock: Mutex<()>,
}

// ANCHOR: gil
impl Gil {
    /// Goes round `iterations` times, a slice at a time, never at the same
    /// time as another thread with this lock.
    pub fn spin(&self, iterations: u64) {
        let mut left = iterations;
        while left > 0 {
            let slice = left.min(SLICE);
            self.hold(|| {
                let _slice = trace::span(trace::Category::Task, "slice");
                spin(slice);
            });
            left -= slice;
            // Give it to somebody who waits, if there is one.
            thread::yield_now();
        }
    }

    /// Runs `work` while holding the lock.
    pub fn hold<T>(&self, work: impl FnOnce() -> T) -> T {
        // It guards no data that a panic could have left half-changed.
        let _held = self.lock.lock().unwrap_or_else(PoisonError::into_inner);
        work()
    }
}
// ANCHOR_END: gil
