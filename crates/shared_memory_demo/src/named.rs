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
use rustix::io::Errno;
use rustix::shm;
use shared_memory::{Shmem, ShmemConf, ShmemError};

use crate::error::{CreateError, OpenError};
use crate::names;

/// How long an opener waits for a maker to be done.
const PATIENCE: Duration = Duration::from_secs(1);

/// Memory that has a name; in the process that owns it, the name goes with
/// it.
pub(crate) struct Named {
    pub(crate) memory: Shmem,
    /// The same memory as a file.
    pub(crate) file: File,
}

/// Makes `bytes` bytes of zeros, under a name that nobody else has.
// ANCHOR: create
pub(crate) fn create(bytes: usize) -> Result<Named, CreateError> {
    let name = names::claim()?;
    let memory = ShmemConf::new().size(bytes).os_id(&name).create();
    let made = memory.map_err(system_error).and_then(|memory| {
        let file = file(&name)?;
        // Without this a full /dev/shm would end us by SIGBUS later.
        reserve(&file, bytes)?;
        Ok(Named { memory, file })
    });
    made.map_err(|error| {
        names::release(&name);
        no_room(bytes, error)
    })
}
// ANCHOR_END: create

/// Has the system find room for all of `file` now, or say that there is none.
pub(crate) fn reserve(file: &File, bytes: usize) -> io::Result<()> {
    Ok(fallocate(file, FallocateFlags::empty(), 0, bytes as u64)?)
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

/// Opens what `is_ready` says is complete; waits a moment where it is not.
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
    let memory = ShmemConf::new().os_id(name).open();
    let file = memory
        .map_err(system_error)
        .and_then(|memory| Ok(Named { memory, file: file(name)? }));
    file.map_err(|error| match Errno::from_io_error(&error) {
        Some(Errno::NOENT) => OpenError::NotFound { name: name.into() },
        // Zero bytes, which cannot be mapped: it has only just been made.
        Some(Errno::INVAL) => OpenError::HalfMade,
        _ => error.into(),
    })
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
