//! Names of what is left, and whose they are.

use std::collections::{BTreeSet, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs::{read_dir, remove_file};
use std::path::{Path, PathBuf};

use procfs::process::{FDTarget, MMapPath, Process, Stat, all_processes};

/// Where shared memory has its names.
const SHARED_MEMORY: &str = "/dev/shm";

/// What is in a directory; nothing where it cannot be read.
pub(crate) fn names_in(directory: impl AsRef<Path>) -> BTreeSet<OsString> {
    let entries = read_dir(directory).into_iter().flatten();
    entries.flatten().map(|entry| entry.file_name()).collect()
}

/// What has a name in `/dev/shm`, but for what Python's own programs, of
/// other tests, have there, and ours whose owner is alive: that is theirs to
/// remove.
#[must_use]
pub fn shared_memory_names() -> BTreeSet<OsString> {
    let mut names = names_in(SHARED_MEMORY);
    names.retain(|name| !is_pythons(name) && !has_an_owner(name));
    names
}

fn is_pythons(name: &OsStr) -> bool {
    let name = name.as_encoded_bytes();
    name.starts_with(b"sem.mp-") || name.starts_with(b"psm_")
}

fn has_an_owner(name: &OsStr) -> bool {
    Owner::named(name).is_some_and(Owner::is_alive)
}

/// Removes what these had in `/dev/shm`: killed, they could not.
pub(crate) fn remove_shared_memory_of(owners: &HashSet<Owner>) {
    let is_theirs = |name: &OsString| {
        Owner::named(name).is_some_and(|it| owners.contains(&it))
    };
    for name in names_in(SHARED_MEMORY).iter().filter(|name| is_theirs(name)) {
        // Another program may have been faster.
        let _ = remove_file(path(name));
    }
}

/// Whether a process has the shared memory open, or in its own.
pub(crate) fn is_in_use(name: &OsStr) -> bool {
    let file = path(name);
    let everyone = all_processes().into_iter().flatten().flatten();
    everyone.into_iter().any(|process| {
        let opened = process.fd().into_iter().flatten().flatten();
        let mapped = process.maps().into_iter().flatten();
        opened
            .into_iter()
            .any(|fd| matches!(fd.target, FDTarget::Path(it) if it == file))
            || mapped.into_iter().any(
                |map| matches!(map.pathname, MMapPath::Path(it) if it == file),
            )
    })
}

fn path(name: &OsStr) -> PathBuf {
    Path::new(SHARED_MEMORY).join(name)
}

/// A process, as the lesson on shared memory knows it: by its PID, which is
/// soon given to another one, and by when it began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Owner {
    pid: i32,
    /// In clock ticks since the machine was started.
    started: u64,
}

impl Owner {
    /// Who owns this name, which that lesson has made of it:
    /// `mp-<PID namespace>-<PID>-<start time>-<number>`.
    fn named(name: &OsStr) -> Option<Self> {
        let mut parts = name.to_str()?.strip_prefix("mp-")?.split('-').skip(1);
        let pid = parts.next()?.parse().ok()?;
        let started = parts.next()?.parse().ok()?;
        Some(Self { pid, started })
    }

    fn is_alive(self) -> bool {
        let stat = Process::new(self.pid).and_then(|process| process.stat());
        stat.is_ok_and(|stat| stat.state != 'Z' && Self::from(&stat) == self)
    }
}

impl From<&Stat> for Owner {
    fn from(stat: &Stat) -> Self {
        Self { pid: stat.pid, started: stat.starttime }
    }
}
