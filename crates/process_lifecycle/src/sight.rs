//! What the system says of a process, whoever's child it is.

use std::fmt;

use sysinfo::{
    Pid, ProcessRefreshKind, ProcessStatus, ProcessesToUpdate, System,
};

/// What can be seen of a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// There is no such process.
    Gone,
    /// It has ended, and nobody has waited for it: only its number and its
    /// exit code are left.
    Zombie,
    /// It lives.
    Alive {
        /// Whose child it is.
        parent: u32,
    },
}

impl fmt::Display for Sight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Gone => f.write_str("gone"),
            Self::Zombie => f.write_str("a zombie"),
            Self::Alive { parent } => {
                write!(f, "alive, child of PID {parent}")
            }
        }
    }
}

/// Looks at the process `pid`. Python needs `psutil` for it, or `ps`.
///
/// # Errors
///
/// Where the system does not tell of its processes.
pub fn look_at(pid: u32) -> Result<Sight, sysinfo::Error> {
    let pid = Pid::from_u32(pid);
    let system = refreshed(ProcessesToUpdate::Some(&[pid]))?;
    let Some(process) = system.process(pid) else {
        return Ok(Sight::Gone);
    };
    Ok(match process.status() {
        ProcessStatus::Zombie | ProcessStatus::Dead => Sight::Zombie,
        _ => Sight::Alive { parent: process.parent().map_or(0, Pid::as_u32) },
    })
}

/// The children of the process `pid`, zombies included.
///
/// # Errors
///
/// As [`look_at`].
pub fn children_of(pid: u32) -> Result<Vec<u32>, sysinfo::Error> {
    let system = refreshed(ProcessesToUpdate::All)?;
    let parent = Some(Pid::from_u32(pid));
    let processes = system.processes().values();
    Ok(processes
        .filter(|process| process.parent() == parent)
        .map(|process| process.pid().as_u32())
        .collect())
}

fn refreshed(
    processes: ProcessesToUpdate<'_>,
) -> Result<System, sysinfo::Error> {
    let mut system = System::new()?;
    let only_state = ProcessRefreshKind::nothing().without_tasks();
    system.refresh_processes_specifics(processes, true, only_state);
    Ok(system)
}
