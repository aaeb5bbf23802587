//! What the system knows of this process.

use std::fs::{read_dir, read_to_string};
use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::process::Pid;

/// What a pool may leave behind.
#[derive(Debug, PartialEq)]
pub(crate) struct Belongings {
    descriptors: usize,
    threads: usize,
    children: usize,
}

impl Belongings {
    pub(crate) fn now() -> io::Result<Self> {
        Ok(Self {
            // One of them is the directory that is being read.
            descriptors: read_dir("/proc/self/fd")?.count() - 1,
            threads: read_dir("/proc/self/task")?.count(),
            children: children()?.len(),
        })
    }

    /// Sees that there are no others now; a thread that has been joined may
    /// be seen for a moment.
    pub(crate) fn ensure_unchanged(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(2);
        loop {
            let now = Self::now()?;
            if now == *self {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "{self:?}, and now {now:?}");
            sleep(Duration::from_millis(1));
        }
    }
}

/// The children of all our threads, zombies too.
pub(crate) fn children() -> io::Result<Vec<Pid>> {
    let mut children = Vec::new();
    for task in read_dir("/proc/self/task")? {
        // A thread may end while we look.
        let Ok(listed) = read_to_string(task?.path().join("children")) else {
            continue;
        };
        let pids = listed.split_whitespace().filter_map(|pid| pid.parse().ok());
        children.extend(pids.filter_map(Pid::from_raw));
    }
    children.sort_unstable_by_key(|pid| pid.as_raw_pid());
    Ok(children)
}

/// Waits until `process` is in this state: `T` is stopped, `Z` a zombie.
pub(crate) fn until(process: Pid, state: char) -> io::Result<()> {
    let stat = format!("/proc/{}/stat", process.as_raw_pid());
    while !read_to_string(&stat)?.contains(&format!(") {state} ")) {
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// The most memory that this process has ever had, in KiB.
pub(crate) fn peak_kib() -> anyhow::Result<u64> {
    let status = read_to_string("/proc/self/status")?;
    let mut lines = status.lines();
    let peak = lines.find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.split_whitespace().next());
    Ok(kib.context("no VmHWM")?.parse()?)
}
