//! A worker's place in the pool, where the pool can reach whoever has it.

use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::{Mutex, MutexGuard, PoisonError};

use process_spawning::Process;
use rustix::process::{Signal, pidfd_send_signal};

/// A worker's place: its tender fills it, the pool may clear it for good.
#[derive(Debug, Default)]
pub(crate) struct Seat {
    occupant: Mutex<Occupant>,
}

#[derive(Debug, Default)]
enum Occupant {
    #[default]
    Nobody,
    /// A worker, by its descriptor.
    Worker(OwnedFd),
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
        *occupant = Occupant::Worker(descriptor);
        Ok(())
    }

    /// The worker has ended.
    pub(crate) fn clear(&self) {
        let mut occupant = self.occupant();
        if matches!(*occupant, Occupant::Worker(_)) {
            *occupant = Occupant::Nobody;
        }
    }

    /// Kills the worker, if there is one; there shall be no other.
    pub(crate) fn stop(&self) {
        let mut occupant = self.occupant();
        if let Occupant::Worker(descriptor) = &*occupant {
            // It may have ended already.
            let _ = pidfd_send_signal(descriptor, Signal::KILL);
        }
        *occupant = Occupant::Stopped;
    }

    pub(crate) fn is_stopped(&self) -> bool {
        matches!(*self.occupant(), Occupant::Stopped)
    }
}
