//! What the system knows of this process.

use std::fs::{read_dir, read_to_string};
use std::io;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};

/// What a pool may leave behind.
#[derive(Debug)]
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

    fn fits(&self, before: &Self) -> bool {
        self.descriptors <= before.descriptors
            && self.threads <= before.threads
            && self.children <= before.children
    }

    /// Sees that there are no more now; a thread that is about to end may be
    /// seen for a moment.
    pub(crate) fn ensure_no_more(&self) -> anyhow::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(2);
        loop {
            let now = Self::now()?;
            if now.fits(self) {
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

/// Waits until `process` is stopped.
pub(crate) fn until_stopped(process: Pid) -> io::Result<()> {
    let stat = format!("/proc/{}/stat", process.as_raw_pid());
    while !read_to_string(&stat)?.contains(") T ") {
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Kills `process`, and waits until all its threads have ended: before that
/// its pipes may still be open.
pub(crate) fn kill(process: Pid) -> io::Result<()> {
    let descriptor = pidfd_open(process, PidfdFlags::empty())?;
    pidfd_send_signal(&descriptor, Signal::KILL)?;
    poll(&mut [PollFd::new(&descriptor, PollFlags::IN)], None)?;
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
