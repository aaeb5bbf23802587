//! One at a time, but the same thread as often as it likes.

use std::marker::PhantomData;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use crate::error::{AcquireError, MakeError, ReleaseError};
use crate::lock::{Guard, Lock};

/// A lock that the thread which holds it may acquire again. It is released
/// when it has been released as often as acquired.
///
/// A clone is the same lock. Passed to a worker, it is the same lock there.
///
/// Python: `multiprocessing.RLock`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RLock {
    /// It counts how often it was acquired.
    lock: Lock,
}

impl RLock {
    /// A new lock, which nobody holds.
    ///
    /// # Errors
    ///
    /// [`MakeError`], where there is no shared memory for it.
    pub fn new() -> Result<Self, MakeError> {
        Ok(Self { lock: Lock::new()? })
    }

    /// Waits until no other thread holds it, and holds it until the guard,
    /// and all others that this thread has of it, are dropped.
    ///
    /// # Errors
    ///
    /// [`AcquireError::Abandoned`], where the last holder died: the guard in
    /// it holds the lock, once, so that it can be acquired again.
    /// [`AcquireError::Wait`], when Ctrl-C comes first.
    pub fn acquire(&self) -> Result<RGuard, AcquireError> {
        self.acquire_until(None)
    }

    /// As [`acquire`](Self::acquire), but no longer than `patience`.
    ///
    /// # Errors
    ///
    /// As `acquire`, and [`AcquireError::Taken`] when the time is over.
    pub fn acquire_timeout(
        &self,
        patience: Duration,
    ) -> Result<RGuard, AcquireError> {
        self.acquire_until(Instant::now().checked_add(patience))
    }

    /// As [`acquire`](Self::acquire), but does not wait.
    ///
    /// # Errors
    ///
    /// As `acquire`, and [`AcquireError::Taken`] where another thread or
    /// process holds it.
    pub fn try_acquire(&self) -> Result<RGuard, AcquireError> {
        self.acquire_timeout(Duration::ZERO)
    }

    fn acquire_until(
        &self,
        deadline: Option<Instant>,
    ) -> Result<RGuard, AcquireError> {
        let guard = if self.lock.is_mine() {
            self.lock.once_more()
        } else {
            self.lock.acquire_until(deadline)?
        };
        Ok(RGuard { guard, thread: PhantomData })
    }

    /// Gives back, once, what this thread has acquired and then
    /// [kept](RGuard::keep).
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotHeld`], where this thread has not kept it. Python:
    /// `AssertionError`.
    pub fn release(&self) -> Result<(), ReleaseError> {
        if !self.lock.is_mine() {
            return Err(ReleaseError::NotHeld);
        }
        self.lock.release()
    }

    /// Whether anybody holds it; a moment later that may be different.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.lock.is_locked()
    }
}

/// The lock is held, until this and all others of this thread are dropped.
///
/// It stays in its thread, which may acquire the lock again as long as it has
/// one:
///
/// ```compile_fail,E0277
/// let held = synchronization::RLock::new()?.acquire()?;
/// std::thread::spawn(move || drop(held));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "dropped at once, it releases the lock at once"]
pub struct RGuard {
    guard: Guard,
    /// Not to be sent to another one.
    thread: PhantomData<*const ()>,
}

impl RGuard {
    /// Goes on holding the lock without a guard, until [`RLock::release`], or
    /// until this process ends.
    pub fn keep(self) {
        self.guard.keep();
    }
}
