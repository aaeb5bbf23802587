//! What the system says there is to share out.

use std::io;
use std::num::NonZeroUsize;

use rustix::thread::sched_getaffinity;
use sysinfo::{CpuRefreshKind, System};

use crate::groups::Groups;
use crate::memory_limit::memory_limit;
use crate::quota::quota;
use crate::sizing::Machine;

/// Why nothing is known of the machine.
#[derive(Debug, thiserror::Error)]
pub enum MachineError {
    /// sysinfo does not support this system.
    #[error("cannot ask this system for its memory")]
    System(#[from] sysinfo::Error),
    /// How many cores there are for us, the system does not say.
    #[error("cannot ask this system for its cores")]
    Cores(#[source] io::Error),
}

impl Machine {
    /// Asks the system.
    ///
    /// # Errors
    ///
    /// [`MachineError`].
    pub fn look() -> Result<Self, MachineError> {
        let mut system = System::new()?;
        system.refresh_memory();
        system.refresh_cpu_list(CpuRefreshKind::nothing());
        let affinity = affinity().map_err(MachineError::Cores)?;
        // Where there are none, or none that we can see, nothing limits us.
        let groups = Groups::own().ok();
        let machine_bytes = system.total_memory();
        let logical_cores = NonZeroUsize::new(system.cpus().len());
        Ok(Self {
            logical_cores: logical_cores.unwrap_or(affinity),
            affinity,
            cpu_quota: groups.as_ref().and_then(quota),
            available_bytes: system.available_memory(),
            memory_limit: groups
                .and_then(|groups| memory_limit(&groups, machine_bytes)),
        })
    }
}

/// On how many cores this thread may run, and those that it starts.
fn affinity() -> io::Result<NonZeroUsize> {
    let cores = sched_getaffinity(None)?.count().try_into();
    let cores = cores.ok().and_then(NonZeroUsize::new);
    cores.ok_or_else(|| io::Error::other("there is none for us"))
}
