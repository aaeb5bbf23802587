//! What a run may take. Whoever takes more is ended.
//!
//! Left out: root. For root the system limits no number of processes, so a
//! program that starts them faster than they are found is not ended.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::str::FromStr;
use std::thread::{self, available_parallelism};
use std::time::Duration;

use procfs::WithCurrentSystemInfo as _;
use procfs::process::{Process, all_processes};
use rustix::process::{
    Pid, Resource, Rlimit, getrlimit, getuid, prlimit, setpriority_process,
    setrlimit,
};

use crossbeam::channel::{RecvTimeoutError, bounded};
use lesson_check::{Family, Member};
use serde::{Deserialize, Serialize};

use crate::event::Limit;

/// How long cargo may compile it, with all that it stands on.
pub const BUILD_TIME: Duration = Duration::from_mins(10);
/// How much address space each process may have, which is more than memory:
/// stacks and files count in full.
const ADDRESS_SPACE_BYTES: u64 = 16 * GIB;

const GIB: u64 = 1024 * 1024 * 1024;

/// How often processes are looked at.
pub(crate) const LOOK: Duration = Duration::from_millis(40);

/// How many threads a process may have, on an average.
const THREADS: u64 = 4;

/// How many threads there may be at least, as others of this user start some,
/// too.
const LEAST: u64 = 128;

/// How many files each process may have open, as in a terminal.
const DESCRIPTORS: u64 = 1024;

/// How far a run stands back behind everybody else, as by `nice`.
const NICE: i32 = 5;

/// What a demonstration may take; it may declare others than these.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Limits {
    /// How long it may run.
    pub seconds: u64,
    /// How much it may print.
    pub output_bytes: usize,
    /// How much memory all its processes may have.
    pub memory_bytes: u64,
    /// How many processes it may have at once.
    pub processes: usize,
    /// How long each file may grow.
    pub file_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self {
            seconds: 120,
            output_bytes: 256 * 1024,
            memory_bytes: 2 * GIB,
            // More than a pool of as many workers as there are cores has, and
            // few enough to get by, should all of them compute.
            processes: 16 + 8 * cores,
            file_bytes: 64 * 1024 * 1024,
        }
    }
}

/// As a keeper is given them: in JSON.
impl FromStr for Limits {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text)
    }
}

impl Limits {
    /// What a check may take, with all that cargo compiles for it. Its time is
    /// seen to by the check itself.
    pub(crate) fn of_a_check() -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        Self {
            processes: 128 + 8 * cores,
            memory_bytes: (2 + cores as u64) * GIB,
            file_bytes: GIB,
            ..Self::default()
        }
    }

    /// Does `work`, and meanwhile looks at the `family` that comes of it: where
    /// that takes too much, `on_limit` is told, and all of them are killed.
    pub(crate) fn hold<T>(
        &self,
        family: &Family,
        on_limit: impl FnOnce(Limit) + Send,
        work: impl FnOnce() -> T,
    ) -> T {
        let (working, end) = bounded::<()>(0);
        thread::scope(|scope| {
            scope.spawn(move || {
                while end.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                    let exceeded = self.exceeded_by(&family.members());
                    if let Some(limit) = exceeded {
                        on_limit(limit);
                        family.kill();
                        return;
                    }
                }
            });
            let done = work();
            drop(working);
            done
        })
    }

    /// How long it may run.
    #[must_use]
    pub(crate) fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// What the system itself sees to: from now on for this process, and for all
    /// that it starts.
    pub(crate) fn impose(&self) {
        let threads = threads_of_this_user();
        let threads = threads + LEAST.max(THREADS * self.processes as u64);
        let limits = [
            (Resource::Core, 0),
            // The server's own are for a thousand browsers.
            (Resource::Nofile, DESCRIPTORS),
            (Resource::Fsize, self.file_bytes),
            (Resource::As, ADDRESS_SPACE_BYTES),
            (Resource::Nproc, threads),
        ];
        for (resource, most) in limits {
            let Rlimit { maximum, .. } = getrlimit(resource);
            let most = Some(maximum.map_or(most, |it| it.min(most)));
            // To less than is allowed one may always go.
            let _ =
                setrlimit(resource, Rlimit { current: most, maximum: most });
        }
    }

    /// How long the run `pid` may compute, and each process that it starts from
    /// now on.
    pub(crate) fn impose_on(&self, pid: u32) {
        let most = Some(self.seconds);
        let limit = Rlimit { current: most, maximum: most };
        // Whoever has ended needs none.
        let pid = Pid::from_raw(pid.cast_signed());
        let _ = prlimit(pid, Resource::Cpu, limit);
    }

    /// Which limit the processes are beyond, if they are.
    pub(crate) fn exceeded_by(&self, members: &[Member]) -> Option<Limit> {
        if members.len() > self.processes {
            return Some(Limit::Processes);
        }
        let memory: u64 = members.iter().filter_map(memory_of).sum();
        (memory > self.memory_bytes).then_some(Limit::Memory)
    }
}

/// Starts something that stands back behind everybody else, with all that
/// comes of it; then, where this process may, it comes before others itself.
/// Who has to end a run must not wait for it.
pub(crate) fn behind_us<T: Send>(start: impl FnOnce() -> T + Send) -> T {
    // Each thread has a place of its own, which its children inherit.
    let started = thread::scope(|scope| {
        let thread = scope.spawn(|| {
            let _ = setpriority_process(None, NICE);
            start()
        });
        thread.join()
    });
    let _ = setpriority_process(None, -NICE);
    started.unwrap_or_else(|panic| resume_unwind(panic))
}

/// The system counts all threads of a user, whoever started them.
fn threads_of_this_user() -> u64 {
    let me = getuid().as_raw();
    let all = all_processes().into_iter().flatten().flatten();
    let mine = all.filter(|process| process.uid().is_ok_and(|uid| uid == me));
    let threads = mine.filter_map(|process| process.stat().ok());
    threads.map(|stat| stat.num_threads.unsigned_abs()).sum()
}

/// What it has in memory. Pages that several share count for each: that is
/// too much rather than too little.
fn memory_of(member: &Member) -> Option<u64> {
    let process = Process::new(member.pid.cast_signed()).ok()?;
    Some(process.stat().ok()?.rss_bytes().get())
}
