//! What can be wrong with a program's run.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::process::ExitStatus;

use crate::family::{Member, list};

/// Why a run is not as it must be, whatever the program is for.
#[derive(Debug, thiserror::Error)]
pub enum Trouble {
    /// It has not ended before the deadline.
    #[error("it hangs")]
    Hangs,
    /// It has not printed a line with this text.
    #[error("it never printed `{0}`")]
    Silent(String),
    /// It has not had so many descendants at once.
    #[error("it never had {0} descendants")]
    Alone(usize),
    /// It has not had a worker of this name.
    #[error("it never had a worker named {0}")]
    Missing(String),
    /// It has printed more than it may.
    #[error("it prints without end")]
    Flood,
    /// It has ended, and processes that come from it have not.
    #[error(
        "processes are left behind after the program's end ({status}):\n{}",
        list(left)
    )]
    Processes {
        /// How the program itself ended.
        status: ExitStatus,
        /// Who was still there a second later.
        left: Vec<Member>,
    },
    /// It has ended, and these files are in its temporary directory.
    #[error("temporary files are left: {0:?}")]
    Files(BTreeSet<OsString>),
    /// It has ended, and these names are in `/dev/shm`.
    #[error("left in /dev/shm: {0:?}")]
    SharedMemory(BTreeSet<OsString>),
    /// It has ended, and somebody who is no member holds its output open.
    #[error("somebody still holds its output open")]
    HeldOpen,
}
