//! What a run may take. Whoever takes more is ended.

use std::num::NonZero;
use std::thread::available_parallelism;
use std::time::Duration;

use procfs::WithCurrentSystemInfo as _;
use procfs::process::{Process, all_processes};
use rustix::process::{Resource, Rlimit, getrlimit, getuid, setrlimit};

use lesson_check::Member;

use crate::event::Limit;

/// How long a demonstration may run.
pub const TIME: Duration = Duration::from_mins(2);
/// How long cargo may compile it, with all that it stands on.
pub const BUILD_TIME: Duration = Duration::from_mins(10);
/// How much it may print, and how much it may trace.
pub const OUTPUT_BYTES: usize = 256 * 1024;
/// How much memory all its processes may have.
pub const MEMORY_BYTES: u64 = 2 * 1024 * 1024 * 1024;
/// How much address space each of them may have, which is more than memory:
/// stacks and files count in full.
const ADDRESS_SPACE_BYTES: u64 = 16 * 1024 * 1024 * 1024;
/// How long each file may grow.
const FILE_BYTES: u64 = 64 * 1024 * 1024;

/// How many processes it may have at once: some for each core, as a pool has
/// as many workers as there are cores.
#[must_use]
pub fn processes() -> usize {
    64 + 2 * available_parallelism().map_or(1, NonZero::get)
}

/// What the system itself sees to: from now on for this process, and for all
/// that it starts.
pub(crate) fn impose() {
    let seconds = TIME.as_secs();
    let limits = [
        (Resource::Core, 0),
        (Resource::Fsize, FILE_BYTES),
        (Resource::As, ADDRESS_SPACE_BYTES),
        (Resource::Cpu, seconds),
        (Resource::Nproc, threads_of_this_user() + 16 * processes() as u64),
    ];
    for (resource, most) in limits {
        let Rlimit { maximum, .. } = getrlimit(resource);
        let most = Some(maximum.map_or(most, |it| it.min(most)));
        // To less than is allowed one may always go.
        let _ = setrlimit(resource, Rlimit { current: most, maximum: most });
    }
}

/// The system counts all threads of a user, whoever started them.
fn threads_of_this_user() -> u64 {
    let me = getuid().as_raw();
    let all = all_processes().into_iter().flatten().flatten();
    let mine = all.filter(|process| process.uid().is_ok_and(|uid| uid == me));
    let threads = mine.filter_map(|process| process.stat().ok());
    threads.map(|stat| stat.num_threads.unsigned_abs()).sum()
}

/// Which limit the processes are beyond, if they are.
pub(crate) fn exceeded_by(members: &[Member]) -> Option<Limit> {
    if members.len() > processes() {
        return Some(Limit::Processes);
    }
    let memory: u64 = members.iter().filter_map(memory_of).sum();
    (memory > MEMORY_BYTES).then_some(Limit::Memory)
}

/// What it has in memory. Pages that several share count for each: that is
/// too much rather than too little.
fn memory_of(member: &Member) -> Option<u64> {
    let process = Process::new(member.pid.cast_signed()).ok()?;
    Some(process.stat().ok()?.rss_bytes().get())
}
