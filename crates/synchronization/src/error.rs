//! What can go wrong with those who wait for each other.

use std::io;

use process_spawning::Interrupted;
use shared_memory_demo::CreateError;

use crate::lock::Guard;

/// Why it could not be made.
#[derive(Debug, thiserror::Error)]
pub enum MakeError {
    /// No shared memory for it.
    #[error(transparent)]
    Memory(#[from] CreateError),
    /// More, or fewer, than it can be made for.
    #[error("{what} must be from {least} to {most}, not {asked}")]
    Range {
        /// Of what.
        what: &'static str,
        /// How many were asked for.
        asked: usize,
        /// At least.
        least: usize,
        /// At most.
        most: usize,
    },
}

/// Why a wait came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum WaitError {
    /// Ctrl-C, or SIGTERM, came first.
    #[error("interrupted while waiting")]
    Interrupted(#[from] Interrupted),
    /// The system cannot wait.
    #[error("the system cannot wait")]
    System(#[from] io::Error),
}

/// Why something was not acquired.
#[derive(Debug, thiserror::Error)]
pub enum AcquireError {
    /// Somebody else has it, and keeps it for longer than one would wait.
    /// Python: `acquire` returns `False`.
    #[error("somebody else has it")]
    Taken,
    /// It *was* acquired, and here is its guard; but the last holder died, or
    /// panicked, with it: what it protects may be half changed. Put that right, then
    /// say so with [`Guard::repaired`]. Dropped as it is, it tells the next
    /// one the same. Python: waits for ever.
    #[error(
        "the last holder of the lock died, or panicked, with it: what the lock \
         protects may be half changed"
    )]
    Abandoned(Guard),
    /// This thread has it already, and would wait for itself for ever, as
    /// Python's does. An [`RLock`](crate::RLock) may be acquired again. Where
    /// a guard was moved to another thread, the one that acquired it is still
    /// the one that holds it.
    #[error("this thread holds the lock already: use an `RLock` for that")]
    Already,
    /// A guard of another lock was passed to a [`Condition`](crate::Condition).
    /// Python: `RuntimeError`.
    #[error("the guard is not of the condition's lock")]
    OtherLock,
    /// More wait for one [`Condition`](crate::Condition) than it has places.
    #[error("more than {places} wait for one condition")]
    Crowded {
        /// How many can.
        places: usize,
    },
    /// Waiting failed.
    #[error(transparent)]
    Wait(#[from] WaitError),
}

/// Why nobody was notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotifyError {
    /// A guard of another lock was passed. Python: `RuntimeError`.
    #[error("the guard is not of the condition's lock")]
    OtherLock,
}

/// Why something was not released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReleaseError {
    /// This process has not acquired it, or a guard will release it.
    /// Python: `ValueError`, for an `RLock` `AssertionError`.
    #[error(
        "released without having been acquired and kept: a guard releases by \
         being dropped"
    )]
    NotHeld,
    /// All its permits are there already. Python: `ValueError`.
    #[error("released more often than acquired: there are {permits} permits")]
    TooOften {
        /// How many there can be.
        permits: usize,
    },
}

/// Why a party did not get through a barrier.
#[derive(Debug, thiserror::Error)]
pub enum BarrierError {
    /// It is broken: somebody died, gave up, or broke it by `abort` or
    /// `reset`. Python: `BrokenBarrierError`.
    #[error("the barrier is broken: not all will come, until it is reset")]
    Broken,
    /// Not all came in time; it is broken now. Python: `BrokenBarrierError`.
    #[error("not all came to the barrier in time")]
    TimedOut,
    /// Waiting failed; it is broken now.
    #[error(transparent)]
    Wait(#[from] WaitError),
}
