//! What the system says there is to share out.

use std::io;
use std::num::NonZeroUsize;
use std::process;

use rustix::thread::sched_getaffinity;
use sysinfo::{CpuRefreshKind, Pid, ProcessRefreshKind};
use sysinfo::{ProcessesToUpdate, System};

use crate::quota::own_quota;
use crate::sizing::{Machine, MemoryLimit};

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
    // ANCHOR: look
    pub fn look() -> Result<Self, MachineError> {
        let mut system = System::new()?;
        system.refresh_memory();
        system.refresh_cpu_list(CpuRefreshKind::nothing());
        let affinity = affinity().map_err(MachineError::Cores)?;
        let logical_cores = NonZeroUsize::new(system.cpus().len());
        Ok(Self {
            logical_cores: logical_cores.unwrap_or(affinity),
            affinity,
            cpu_quota: own_quota(),
            available_bytes: system.available_memory(),
            memory_limit: own_limit(&mut system),
        })
    }
    // ANCHOR_END: look
}

/// On how many cores this thread may run, and those that it starts.
fn affinity() -> io::Result<NonZeroUsize> {
    let cores = sched_getaffinity(None)?.count().try_into();
    let cores = cores.ok().and_then(NonZeroUsize::new);
    cores.ok_or_else(|| io::Error::other("there is none for us"))
}

/// The memory limit of our control groups. One that is higher than what the
/// machine has is none.
fn own_limit(system: &mut System) -> Option<MemoryLimit> {
    let pid = Pid::from_u32(process::id());
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[pid]),
        false,
        ProcessRefreshKind::nothing().without_tasks(),
    );
    let limits = system.process(pid)?.cgroup_limits()?;
    let limit_bytes = limits.total_memory;
    let left_bytes = limits.free_memory;
    let limits_us = limit_bytes < system.total_memory();
    limits_us.then_some(MemoryLimit { limit_bytes, left_bytes })
}
