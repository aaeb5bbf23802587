//! A worker's place in the pool, where the pool can reach whoever has it.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use process_spawning::Process;
use rustix::process::{Signal, pidfd_send_signal};

/// A worker of a pool, and what it is at. See
/// [`Pool::status`](crate::Pool::status).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkerStatus {
    /// Its name, such as `Worker-1`.
    pub name: String,
    /// The number that the system knows it by: soon after its end, perhaps
    /// another process.
    pub pid: u32,
    /// For how many tasks it has told the result, or the error.
    pub tasks_done: usize,
    /// How many tasks it has before it, the one that it is at included. At 0
    /// it is idle.
    pub tasks_ahead: usize,
}

/// A worker's place: its tender fills it, the pool may clear it for good.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    occupant: Mutex<Occupant>,
}

#[derive(Debug, Default)]
enum Occupant {
    #[default]
    Nobody,
    /// A worker, by its descriptor, and what it is at.
    Worker(OwnedFd, WorkerStatus),
    /// Nobody, and nobody shall come.
    Stopped,
}

impl Seat {
    fn occupant(&self) -> MutexGuard<'_, Occupant> {
        self.occupant.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives it to a worker; where it is stopped, kills the worker.
    pub(crate) fn give_to(&self, worker: &Process) -> io::Result<()> {
        let descriptor = worker.as_fd().try_clone_to_owned()?;
        let mut occupant = self.occupant();
        if matches!(*occupant, Occupant::Stopped) {
            return worker.kill();
        }
        let status = WorkerStatus {
            name: worker.name().to_owned(),
            pid: worker.pid(),
            tasks_done: 0,
            tasks_ahead: 0,
        };
        *occupant = Occupant::Worker(descriptor, status);
        Ok(())
    }

    /// The worker has ended.
    pub(crate) fn clear(&self) {
        let mut occupant = self.occupant();
        if matches!(*occupant, Occupant::Worker(..)) {
            *occupant = Occupant::Nobody;
        }
    }

    /// Kills the worker, if there is one; there shall be no other.
    pub(crate) fn stop(&self) {
        let mut occupant = self.occupant();
        if let Occupant::Worker(descriptor, _) = &*occupant {
            // It may have ended already.
            let _ = pidfd_send_signal(descriptor, Signal::KILL);
        }
        *occupant = Occupant::Stopped;
    }

    /// Its worker has so many tasks before it, and is done with `done` more.
    pub(crate) fn note(&self, ahead: usize, done: usize) {
        if let Occupant::Worker(_, status) = &mut *self.occupant() {
            status.tasks_ahead = ahead;
            status.tasks_done += done;
        }
    }

    /// What its worker is at; `None` where there is none.
    pub(crate) fn status(&self) -> Option<WorkerStatus> {
        match &*self.occupant() {
            Occupant::Worker(_, status) => Some(status.clone()),
            Occupant::Nobody | Occupant::Stopped => None,
        }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        matches!(*self.occupant(), Occupant::Stopped)
    }
}
