//! A program and all processes that come from it, also those that left its
//! process group or lost their parent.

use std::ffi::OsStr;
use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use procfs::process::{Process, all_processes};
use rustix::process::{Pid, Signal, kill_process};

/// The variable that every member inherits.
const VARIABLE: &str = "LESSON_CHECK_FAMILY";

/// The processes that carry one mark in their environment.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    mark: String,
}

/// One of them, as it was when we looked.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its number.
    pub pid: u32,
    /// The number of its parent.
    pub parent: u32,
    /// One letter: `R` runs, `S` sleeps, `T` is stopped, `Z` is a zombie.
    pub state: char,
    /// What it was started with.
    pub command: String,
}

impl Family {
    pub(crate) fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        Self { mark: format!("{}-{number}", std::process::id()) }
    }

    pub(crate) fn variable(&self) -> (&'static str, &str) {
        (VARIABLE, &self.mark)
    }

    /// Everyone who is alive, and the zombies among their children.
    pub(crate) fn members(&self) -> Vec<Member> {
        let everyone: Vec<_> = all_processes()
            .expect("/proc lists the processes")
            .filter_map(Result::ok)
            .collect();
        let alive: Vec<_> =
            everyone.iter().filter(|process| self.includes(process)).collect();
        let is_ours =
            |pid: i32| alive.iter().any(|process| process.pid() == pid);
        // A zombie has no environment any more: its parent tells.
        let zombies = everyone.iter().filter(|process| {
            process
                .stat()
                .is_ok_and(|stat| stat.state == 'Z' && is_ours(stat.ppid))
        });
        let members = alive.iter().copied().chain(zombies);
        members.filter_map(Member::look_at).collect()
    }

    fn includes(&self, process: &Process) -> bool {
        process.environ().is_ok_and(|environment| {
            environment
                .get(OsStr::new(VARIABLE))
                .is_some_and(|mark| *mark == *self.mark)
        })
    }

    /// Waits until nobody is left, but no longer than `patience`. Who is
    /// left then comes back, and has been killed.
    pub(crate) fn outlived_by(&self, patience: Duration) -> Vec<Member> {
        let deadline = Instant::now() + patience;
        loop {
            let members = self.members();
            if members.is_empty() || Instant::now() >= deadline {
                self.kill();
                return members;
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// Kills everyone, and those whom they start meanwhile.
    pub(crate) fn kill(&self) {
        for _ in 0..100 {
            let members = self.members();
            let alive = members.iter().filter(|member| member.state != 'Z');
            let pids = alive.map(|member| member.pid).collect::<Vec<_>>();
            if pids.is_empty() {
                return;
            }
            for pid in pids {
                let pid = Pid::from_raw(pid.cast_signed());
                let _ = pid.map(|pid| kill_process(pid, Signal::KILL));
            }
            sleep(Duration::from_millis(10));
        }
    }
}

impl Member {
    fn look_at(process: &Process) -> Option<Self> {
        let stat = process.stat().ok()?;
        let command = process.cmdline().unwrap_or_default().join(" ");
        Some(Self {
            pid: stat.pid.cast_unsigned(),
            parent: stat.ppid.cast_unsigned(),
            state: stat.state,
            command,
        })
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, parent, state, command } = self;
        write!(f, "PID {pid}, child of {parent}, state {state}: {command}")
    }
}
