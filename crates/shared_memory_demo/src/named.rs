//! Memory with a name, from the crate `shared_memory`.
//!
//! On Linux that is a file in `/dev/shm`, which Python's `SharedMemory` opens
//! by the same name. What the crate leaves to us: to make sure that there is
//! room, that nobody opens what is half made, and that the name goes away.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::thread;
use std::time::{Duration, Instant};

use rustix::fs::{FallocateFlags, Mode, fallocate};
use rustix::io::{Errno, retry_on_intr};
use rustix::shm;
use shared_memory::{Shmem, ShmemConf, ShmemError};

use crate::error::{CreateError, OpenError};
use crate::names::{self, Claim};

/// How long an opener waits for a maker to be done.
const PATIENCE: Duration = Duration::from_secs(1);

/// Memory that has a name; in the process that owns it, the name goes with
/// it.
pub(crate) struct Named {
    pub(crate) memory: Shmem,
    /// The same memory as a file.
    pub(crate) file: File,
    /// Where this process owns the name. Dropped after `memory`, which
    /// removes it.
    pub(crate) claim: Option<Claim>,
}

/// Makes `bytes` bytes of zeros, under a name that nobody else has.
// ANCHOR: create
pub(crate) fn create(bytes: usize) -> Result<Named, CreateError> {
    let make = || {
        let (memory, claim) = names::claim(|name| {
            let memory = ShmemConf::new().size(bytes).os_id(name).create();
            memory.map_err(system_error)
        })?;
        let file = file(memory.get_os_id())?;
        // Without this a full /dev/shm would end us by SIGBUS later.
        reserve(&file, bytes)?;
        Ok(Named { memory, file, claim: Some(claim) })
    };
    make().map_err(|error| no_room(bytes, error))
}
// ANCHOR_END: create

/// Has the system find room for all of `file` now, or say that there is none.
pub(crate) fn reserve(file: &File, bytes: usize) -> io::Result<()> {
    // It takes a while, and any signal ends it.
    Ok(retry_on_intr(|| {
        fallocate(file, FallocateFlags::empty(), 0, bytes as u64)
    })?)
}

pub(crate) fn no_room(bytes: usize, source: io::Error) -> CreateError {
    let full = [Errno::NOSPC, Errno::NOMEM, Errno::FBIG, Errno::DQUOT];
    match Errno::from_io_error(&source) {
        Some(errno) if full.contains(&errno) => {
            CreateError::NoRoom { bytes, source }
        }
        _ => source.into(),
    }
}

/// Has `take` look at what is there now, and again for a moment as long as it
/// says that this is only half made.
pub(crate) fn open<T>(
    name: &str,
    mut take: impl FnMut(Named) -> Result<T, OpenError>,
) -> Result<T, OpenError> {
    names::watch();
    let deadline = Instant::now() + PATIENCE;
    loop {
        let taken = open_now(name).and_then(&mut take);
        match taken {
            // There is nothing to wait on: its maker does not know of us.
            Err(OpenError::HalfMade) if Instant::now() < deadline => {
                thread::sleep(Duration::from_millis(1));
            }
            taken => return taken,
        }
    }
}

fn open_now(name: &str) -> Result<Named, OpenError> {
    let there = file(name).and_then(|file| {
        if file.metadata()?.len() == 0 {
            return Ok(None);
        }
        let memory = ShmemConf::new().os_id(name).open();
        let memory = memory.map_err(system_error)?;
        Ok(Some(Named { memory, file, claim: None }))
    });
    match there {
        Ok(Some(named)) => Ok(named),
        // It has only just been made, and nothing cannot be mapped.
        Ok(None) => Err(OpenError::HalfMade),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            Err(OpenError::NotFound { name: name.into() })
        }
        Err(error) => Err(error.into()),
    }
}

fn file(name: &str) -> io::Result<File> {
    Ok(shm::open(name, shm::OFlags::RDWR, Mode::empty())?.into())
}

fn system_error(error: ShmemError) -> io::Error {
    match error {
        ShmemError::MapCreateFailed(errno)
        | ShmemError::MapOpenFailed(errno)
        | ShmemError::UnknownOsError(errno) => {
            io::Error::from_raw_os_error(errno.cast_signed())
        }
        ShmemError::MappingIdExists => ErrorKind::AlreadyExists.into(),
        other => io::Error::other(other),
    }
}
