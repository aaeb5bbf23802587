//! What can go wrong with shared memory.

use std::io;

use crate::layout::VERSION;

/// Why no shared memory could be made.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// There is no room, as told by the system now. Python's `SharedMemory`
    /// is told later, by SIGBUS at the first write.
    #[error(
        "no room for {bytes} bytes of shared memory: make /dev/shm larger, or \
         remove what is in it"
    )]
    NoRoom {
        /// How many bytes it would have been.
        bytes: usize,
        /// What the system said.
        source: io::Error,
    },
    /// More numbers than a process has addresses for.
    #[error("{count} numbers are more than a process has addresses for")]
    TooMany {
        /// How many.
        count: usize,
    },
    /// The system refuses.
    #[error("the system refuses shared memory")]
    System(#[from] io::Error),
}

/// Why a name, or what a parent has passed on, cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Nothing has this name: its owner has ended, or there was a Python that
    /// attached to it and removed the name when it ended.
    #[error(
        "nothing is called `{name}`: its owner has ended, or a Python that \
         attached to it has removed the name"
    )]
    NotFound {
        /// The name.
        name: String,
    },
    /// Somebody is making it, or has died over it: it was not complete within
    /// the second that we waited.
    #[error("it is half made: whoever was making it has died, or is stopped")]
    HalfMade,
    /// It does not begin as ours do.
    #[error("it is none of ours: it was made by another program")]
    NotOurs,
    /// It is laid out in another way than we know.
    #[error(
        "its layout has version {found}, and this program knows {VERSION}: \
         build both programs from the same source"
    )]
    Version {
        /// Its version.
        found: u32,
    },
    /// It holds numbers of another type.
    #[error("it holds numbers of type `{found}`, not `{expected}`")]
    Type {
        /// The letter of its type.
        found: char,
        /// The letter of the type that was asked for.
        expected: char,
    },
    /// It does not have the size that it says: somebody has cut it off.
    #[error("it says that it holds {count} numbers, but has {bytes} bytes")]
    Size {
        /// How many bytes there are.
        bytes: usize,
        /// How many numbers there should be.
        count: u64,
    },
    /// It is an array, and not the one number of a `Value`.
    #[error("it is an array of {count} numbers, not a single value")]
    NotAValue {
        /// How many numbers it holds.
        count: usize,
    },
    /// What was passed on could shrink while we use it, which would end us
    /// by SIGBUS.
    #[error("it is not sealed against shrinking")]
    NotSealed,
    /// The system refuses.
    #[error("the system does not open it")]
    System(#[from] io::Error),
}

/// Why a change under the lock was not made.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Whoever had the lock died, or panicked, in the middle of its change:
    /// the numbers may be half changed. Put them right with `mend`. Python's
    /// lock stays locked for ever.
    #[error(
        "process {holder} died, or panicked, while it had the lock: what it \
         was changing may be half done. Put it right with `mend`"
    )]
    Abandoned {
        /// Its PID.
        holder: u32,
    },
    /// This thread has the lock already: inside of a change, use the numbers
    /// that the change was given. It is noticed for this handle and its
    /// clones; who has opened the same name twice waits for itself.
    #[error(
        "this thread has the lock already: use the numbers that the change \
         was given"
    )]
    Nested,
    /// The system refuses.
    #[error("the system does not lock")]
    System(#[from] io::Error),
}
