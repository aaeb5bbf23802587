//! What Linux tells of a process beyond what other systems do.
//!
//! A process may end at any moment, and some files are only for its owner:
//! whatever cannot be read is `None`, and no error.

use procfs::process::{Process, Status};

fn process(pid: u32) -> Option<Process> {
    Process::new(pid.try_into().ok()?).ok()
}

/// The file `/proc/PID/status`.
pub(crate) fn status(pid: u32) -> Option<Status> {
    process(pid)?.status().ok()
}

/// The most memory that it has ever had.
pub(crate) fn peak_bytes(status: &Status) -> Option<u64> {
    status.vmhwm.map(|kib| kib * 1024)
}

/// Its memory, where each page is divided among those who share it. The
/// kernel goes through all its pages for that: it takes a while.
pub(crate) fn proportional_bytes(pid: u32) -> Option<u64> {
    let rollup = process(pid)?.smaps_rollup().ok()?;
    let [sum] = &rollup.memory_map_rollup.0[..] else { return None };
    sum.extension.map.get("Pss").copied()
}

/// How often a thread of the process `pid` had to make room for another
/// before it was done: all threads that it has now, together.
///
/// `None` where there is no such process. The figure in `/proc/PID/status`
/// is that of the first thread alone.
#[must_use]
pub fn involuntary_switches(pid: u32) -> Option<u64> {
    let threads = process(pid)?.tasks().ok()?;
    // One that ends meanwhile has no status any more.
    let statuses = threads.flatten().filter_map(|thread| thread.status().ok());
    Some(statuses.filter_map(|s| s.nonvoluntary_ctxt_switches).sum())
}
