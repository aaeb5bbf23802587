//! Memory without a name: a sealed memfd, as one would share memory on Linux
//! today.
//!
//! Whoever shall have it is passed a descriptor. When the last one is gone,
//! however its process ended, so is the memory: nothing can be left behind.
//! The seal keeps everybody from making it smaller, which would end whoever
//! uses it by SIGBUS.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, OwnedFd};

use memmap2::MmapRaw;
use procfs::{Current as _, Meminfo};
use rustix::fs::{
    MemfdFlags, SealFlags, fcntl_add_seals, fcntl_get_seals, memfd_create,
};
use rustix::io::Errno;

use crate::error::{CreateError, OpenError};
use crate::named::{no_room, reserve};

/// Memory that has no name.
pub(crate) struct Nameless {
    pub(crate) memory: MmapRaw,
    /// The same memory as a file.
    pub(crate) file: File,
}

/// Makes `bytes` bytes of zeros.
// ANCHOR: create
pub(crate) fn create(bytes: usize) -> Result<Nameless, CreateError> {
    let make = || {
        ensure_memory(bytes)?;
        let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
        let file = File::from(memfd_create("shared_memory_demo", flags)?);
        file.set_len(bytes as u64)?;
        reserve(&file, bytes)?;
        let seals = SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL;
        fcntl_add_seals(&file, seals)?;
        map(file)
    };
    make().map_err(|error| no_room(bytes, error))
}
// ANCHOR_END: create

/// A memfd has no limit of its own: asked for more than there is, the system
/// would look for room until it kills somebody.
fn ensure_memory(bytes: usize) -> io::Result<()> {
    let memory = Meminfo::current().map_err(io::Error::other)?;
    match memory.mem_available {
        Some(available) if bytes as u64 > available => Err(Errno::NOMEM.into()),
        _ => Ok(()),
    }
}

/// Opens what another process has passed on.
pub(crate) fn open(descriptor: OwnedFd) -> Result<Nameless, OpenError> {
    let seals = fcntl_get_seals(&descriptor).unwrap_or(SealFlags::empty());
    if !seals.contains(SealFlags::SHRINK) {
        return Err(OpenError::NotSealed);
    }
    // Opened anew here too: it was passed on perhaps to several of us.
    Ok(map(reopen(descriptor)?)?)
}

/// The same memory, opened anew. A file lock belongs to who has opened the
/// file, and all copies of a descriptor are one: passed on as it is, the lock
/// would be held by all of us together.
pub(crate) fn reopen(descriptor: impl AsFd) -> io::Result<File> {
    let path = format!("/proc/self/fd/{}", descriptor.as_fd().as_raw_fd());
    File::options().read(true).write(true).open(path)
}

fn map(file: File) -> io::Result<Nameless> {
    let memory = MmapRaw::map_raw(&file)?;
    Ok(Nameless { memory, file })
}
