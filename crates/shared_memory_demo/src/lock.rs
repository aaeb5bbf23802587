//! One at a time: for changes of more than one number.
//!
//! A file lock on the memory itself. The kernel keeps it, and takes it back
//! when its holder dies, however that was; it is in the standard library, and
//! works on every system. A word in the memory says who holds it: whoever
//! gets the lock and finds that word set knows that the last holder died in
//! the middle.
//!
//! Left out: a deadline, and speed; a file lock costs two system calls. The
//! lock of the next lesson has both.

use std::fs::{File, TryLockError};
use std::io;
use std::process;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::{AcqRel, Release};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread::{self, ThreadId};

use time_utils::trace;

use crate::error::LockError;

/// The lock of a piece of shared memory, in one process.
#[derive(Debug)]
pub(crate) struct Lock {
    file: File,
    /// The threads of this process, which share `file`, take turns before it.
    turn: Mutex<()>,
    inside: Mutex<Option<ThreadId>>,
}

impl Lock {
    /// The lock on `file`, which nobody else in this process uses.
    pub(crate) fn new(file: File) -> Self {
        Self { file, turn: Mutex::new(()), inside: Mutex::new(None) }
    }

    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    /// Calls `change` while no other process or thread has the lock. `holder`
    /// is the word that says who has it.
    ///
    /// # Errors
    ///
    /// [`LockError::Abandoned`], with `change` not called, where the last
    /// holder died; unless `mend` says that this is the time to mend that.
    // ANCHOR: locked
    pub(crate) fn locked<R>(
        &self,
        holder: &AtomicU32,
        mend: bool,
        change: impl FnOnce() -> R,
    ) -> Result<R, LockError> {
        let _held = self.hold()?;
        let dead = holder.swap(process::id(), AcqRel);
        if dead != 0 && !mend {
            holder.store(dead, Release);
            return Err(LockError::Abandoned { holder: dead });
        }
        // Where this panics, or the process dies, the word stays.
        let result = change();
        holder.store(0, Release);
        Ok(result)
    }
    // ANCHOR_END: locked

    fn hold(&self) -> Result<Held<'_>, LockError> {
        if *self.inside() == Some(thread::current().id()) {
            return Err(LockError::Nested);
        }
        let turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.lock_file()?;
        *self.inside() = Some(thread::current().id());
        Ok(Held { lock: self, _turn: turn })
    }

    fn lock_file(&self) -> io::Result<()> {
        match self.file.try_lock() {
            Ok(()) => Ok(()),
            Err(TryLockError::WouldBlock) => {
                let _wait = trace::span(trace::Category::Wait, "lock");
                self.file.lock()
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    fn inside(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.inside.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The lock is held, until this is dropped.
struct Held<'l> {
    lock: &'l Lock,
    /// Given back last.
    _turn: MutexGuard<'l, ()>,
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        *self.lock.inside() = None;
        // It can fail only for want of a descriptor, and we have one.
        let _ = self.lock.file.unlock();
    }
}
