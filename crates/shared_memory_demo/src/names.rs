//! Names in `/dev/shm`, and how none is left behind.
//!
//! A name says who owns it: `mp-<PID namespace>-<PID>-<start time>-<number>`.
//! The owner removes it. Where the owner was killed, whoever of its family is
//! left and has memory of this kind does so at once, and else the next program
//! that has. Nobody else's name is touched.

use std::collections::BTreeSet;
use std::io;
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::{fs, mem, process};

use process_spawning::{Ending, clean_up_with};
use procfs::process::{ProcState, Process, StatFlags};
use rustix::shm;

/// What all our names begin with.
const PREFIX: &str = "mp";

/// The names that this process owns.
static OWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

fn own() -> MutexGuard<'static, BTreeSet<String>> {
    OWN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A name that this process owns, and has to remove. Dropped when that is
/// done, and not before.
#[derive(Debug)]
pub(crate) struct Claim(String);

impl Drop for Claim {
    fn drop(&mut self) {
        own().remove(&self.0);
    }
}

/// Has `make` make something under a name that nobody has had and nobody will
/// have.
pub(crate) fn claim<T>(
    make: impl FnOnce(&str) -> io::Result<T>,
) -> io::Result<(T, Claim)> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    watch();
    let owner = Owner::this_process()?;
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("{owner}-{number}");
    // Held until it is made: who cleans up meanwhile would not find it yet.
    let mut own = own();
    let memory = make(&name)?;
    own.insert(name.clone());
    Ok((memory, Claim(name)))
}

/// From now on this process puts away what others could not; and at once,
/// what was left by those that had nobody.
pub(crate) fn watch() {
    static ONCE: LazyLock<()> = LazyLock::new(|| {
        clean_up_with(clean);
        sweep();
    });
    LazyLock::force(&ONCE);
}

fn clean(ending: Ending) {
    if ending == Ending::ThisProcess {
        let own = own();
        for name in &*own {
            remove(name);
        }
        // Never unlocked: no other thread makes one more before the end.
        mem::forget(own);
    }
    sweep();
}

/// Removes the names whose owners are gone.
// ANCHOR: sweep
fn sweep() {
    let Ok(entries) = fs::read_dir("/dev/shm") else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let owner = Owner::from_str(name);
        if owner.is_ok_and(|owner| owner.is_gone()) {
            remove(name);
        }
    }
}
// ANCHOR_END: sweep

fn remove(name: &str) {
    // Somebody else may have been faster, and there is nobody to be told.
    let _ = shm::unlink(name);
}

/// A process, as no other one can be called: a PID alone is soon given to
/// another process.
#[derive(Debug, PartialEq, Eq)]
struct Owner {
    namespace: u64,
    pid: i32,
    /// In clock ticks since the machine was started.
    started: u64,
}

impl Owner {
    fn this_process() -> io::Result<Self> {
        let process = Process::myself().map_err(io::Error::other)?;
        let stat = process.stat().map_err(io::Error::other)?;
        let namespace = namespace()
            .ok_or_else(|| io::Error::other("no PID namespace in /proc"))?;
        let pid = process::id().cast_signed();
        Ok(Self { namespace, pid, started: stat.starttime })
    }

    /// Whether it has ended, or will not come back from ending. Whom we cannot
    /// see, in another container perhaps, is not gone, as far as we know.
    fn is_gone(&self) -> bool {
        if !proc_is_ours() || namespace() != Some(self.namespace) {
            return false;
        }
        let stat = match Process::new(self.pid).and_then(|p| p.stat()) {
            Ok(stat) => stat,
            Err(procfs::ProcError::NotFound(_)) => return true,
            Err(_) => return false,
        };
        let ended =
            matches!(stat.state(), Ok(ProcState::Zombie | ProcState::Dead));
        let ending = stat
            .flags()
            .is_ok_and(|flags| flags.contains(StatFlags::PF_EXITING));
        ended || ending || stat.starttime != self.started
    }
}

/// Whether `/proc` knows processes by the PIDs that we know them by.
fn proc_is_ours() -> bool {
    let link = fs::read_link("/proc/self");
    link.is_ok_and(|link| {
        link.as_os_str() == process::id().to_string().as_str()
    })
}

/// The number of the PID namespace that we are in.
fn namespace() -> Option<u64> {
    let link = fs::read_link("/proc/self/ns/pid").ok()?;
    let link = link.to_str()?;
    link.strip_prefix("pid:[")?.strip_suffix(']')?.parse().ok()
}

impl std::fmt::Display for Owner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { namespace, pid, started } = self;
        write!(f, "{PREFIX}-{namespace}-{pid}-{started}")
    }
}

/// The owner of a name; an error where it is none of ours.
impl FromStr for Owner {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        let mut parts = name.split('-');
        if parts.next() != Some(PREFIX) {
            return Err(());
        }
        let mut number = || parts.next()?.parse::<u64>().ok();
        let mut owner = || {
            let namespace = number()?;
            let pid = i32::try_from(number()?).ok()?;
            let started = number()?;
            let _which = number()?;
            Some(Self { namespace, pid, started })
        };
        let owner = owner().ok_or(())?;
        if parts.next().is_none() { Ok(owner) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg_attr(miri, ignore = "looks into /proc")]
    fn a_name_says_who_owns_it() {
        let owner = Owner::this_process().unwrap();
        let (name, claim) = claim(|name| Ok(name.to_owned())).unwrap();
        assert_eq!(name.parse(), Ok(owner));
        assert!(own().contains(&name));
        drop(claim);
        assert!(!own().contains(&name));
    }

    #[test]
    #[cfg_attr(miri, ignore = "looks into /proc")]
    fn a_name_under_which_nothing_was_made_is_nobodys() {
        let mut tried = String::new();
        let failed = claim(|name| {
            name.clone_into(&mut tried);
            Err::<(), _>(io::ErrorKind::Other.into())
        });
        assert!(failed.is_err() && !own().contains(&tried));
    }

    #[test]
    fn names_of_others_are_none_of_ours() {
        for name in ["mp-1-2", "mp-1-2-3", "psm_1234", "mp-1-2-3-4-5", ""] {
            assert_eq!(Owner::from_str(name), Err(()), "{name}");
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "looks into /proc")]
    fn a_process_that_runs_is_not_gone() {
        assert!(!Owner::this_process().unwrap().is_gone());
    }

    #[test]
    #[cfg_attr(miri, ignore = "looks into /proc")]
    fn another_process_with_the_same_pid_is_another() {
        let mut owner = Owner::this_process().unwrap();
        owner.started -= 1;
        assert!(owner.is_gone());
    }

    #[test]
    #[cfg_attr(miri, ignore = "looks into /proc")]
    fn what_is_in_another_container_is_left_alone() {
        let mut owner = Owner::this_process().unwrap();
        owner.started -= 1;
        owner.namespace += 1;
        assert!(!owner.is_gone());
    }
}
