//! One at a time, but the same thread as often as it likes.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::{AcquireError, MakeError, ReleaseError};
use crate::lock::{Guard, Lock};

/// A lock that the thread which holds it may acquire again. It is released
/// when it has been released as often as acquired.
///
/// A clone is the same lock. Passed to a worker, it is the same lock there.
///
/// Python: `multiprocessing.RLock`.
#[derive(Clone, Debug)]
pub struct RLock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    lock: Lock,
    /// Of the thread that holds it: nobody else changes it.
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    /// How often it has been acquired and not yet released.
    times: usize,
    /// How often of these without a guard.
    kept: usize,
    guard: Option<Guard>,
}

impl RLock {
    /// A new lock, which nobody holds.
    ///
    /// # Errors
    ///
    /// [`MakeError`], where there is no shared memory for it.
    pub fn new() -> Result<Self, MakeError> {
        Ok(Self::of(Lock::new()?))
    }

    fn of(lock: Lock) -> Self {
        Self { inner: Arc::new(Inner { lock, held: Mutex::default() }) }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.inner.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until no other thread holds it, and holds it until the guard,
    /// and all others that this thread has of it, are dropped.
    ///
    /// # Errors
    ///
    /// [`AcquireError::Abandoned`], where the last holder died: its guard
    /// holds the lock, and when that has been repaired, the lock can be
    /// acquired again, before the guard is dropped.
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
        if !self.inner.lock.is_mine() {
            let guard = self.inner.lock.acquire_until(deadline)?;
            self.held().guard = Some(guard);
        }
        self.held().times += 1;
        Ok(RGuard { lock: self.clone(), kept: false })
    }

    /// Gives back, once, what this thread has acquired and then
    /// [kept](RGuard::keep).
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotHeld`], where this thread has not kept it. Python:
    /// `AssertionError`.
    pub fn release(&self) -> Result<(), ReleaseError> {
        if !self.inner.lock.is_mine() || self.held().kept == 0 {
            return Err(ReleaseError::NotHeld);
        }
        self.held().kept -= 1;
        self.give_back();
        Ok(())
    }

    fn give_back(&self) {
        let mut held = self.held();
        held.times -= 1;
        if held.times == 0 {
            held.guard = None;
        }
    }

    /// Whether anybody holds it; a moment later that may be different.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        self.inner.lock.is_locked()
    }
}

/// The lock is held, until this and all others of this thread are dropped.
#[derive(Debug)]
#[must_use = "dropped at once, it releases the lock at once"]
pub struct RGuard {
    lock: RLock,
    kept: bool,
}

impl RGuard {
    /// Goes on holding the lock without a guard, until [`RLock::release`], or
    /// until this process ends.
    pub fn keep(mut self) {
        self.lock.held().kept += 1;
        self.kept = true;
    }
}

impl Drop for RGuard {
    fn drop(&mut self) {
        if !self.kept {
            self.lock.give_back();
        }
    }
}

impl Serialize for RLock {
    fn serialize<S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        self.inner.lock.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for RLock {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        Ok(Self::of(Lock::deserialize(deserializer)?))
    }
}
