//! Whom a fault finds.

use std::fs;
use std::path::Path;
use std::time::Duration;

use lesson_check::Member;
use procfs::process::Process;
use rustix::process::Signal;

/// Whom a fault found.
#[derive(Clone, Debug)]
pub struct Struck {
    /// When, since the start.
    pub after: Duration,
    /// Who it was; the demonstration's own process, if all of them.
    pub who: Member,
    /// Whether it was the demonstration's own process.
    pub is_parent: bool,
    /// Whether it handled the last signal that it got, just before that.
    pub handled: bool,
}

/// Whether it runs `program`, and not yet what comes before that, or
/// something else.
pub(crate) fn is_running(program: &Path, member: &Member) -> bool {
    let running = fs::read_link(format!("/proc/{}/exe", member.pid));
    running.is_ok_and(|running| running == program)
}

/// Whether it is a worker whose main guard has run. One that is stopped before
/// that knows nothing of its parent yet, and another program, such as a
/// Python, never does: outside of a terminal's session, where the system ends
/// whoever is stopped and left alone, it stays for ever.
pub(crate) fn has_begun(member: &Member) -> bool {
    is_worker(member) && handles(member, Signal::INT)
}

/// Whether it is a worker, as `ps` shows it, and no longer what each is for a
/// moment: a copy of its parent, which may be a worker too.
pub(crate) fn is_worker(member: &Member) -> bool {
    let parent = Process::new(member.parent.cast_signed());
    let parent = parent.and_then(|parent| parent.cmdline());
    member.command.contains(" --mp-worker ")
        && parent.is_ok_and(|parent| parent.join(" ") != member.command)
}

/// Whether it does not leave to the system what `signal` does.
pub(crate) fn handles(who: &Member, signal: Signal) -> bool {
    let process = Process::new(who.pid.cast_signed());
    let status = process.and_then(|process| process.status());
    let bit = 1 << (signal.as_raw() - 1);
    status.is_ok_and(|status| (status.sigcgt | status.sigign) & bit != 0)
}
