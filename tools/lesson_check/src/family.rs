//! A program and all processes that come from it, also those that left its
//! process group or lost their parent.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt;
use std::fs::{read_dir, read_link, read_to_string};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use procfs::process::{Process, Stat, all_processes};
use procfs::{Current as _, Uptime};
use rustix::process::{Pid, Signal, getuid, kill_process};

use crate::brand::Brand;
use crate::names::remove_shared_memory_of;

/// How long whoever is asked to end may take to put things away.
const GRACE: Duration = Duration::from_millis(500);

/// How long a process may take to begin, on a busy machine.
const BEGINNING: Duration = Duration::from_secs(1);

/// The variable that every member inherits.
const VARIABLE: &str = "LESSON_CHECK_FAMILY";

/// The processes that carry one mark in their environment, or one brand, or
/// are in one session, or in one mount namespace: whoever leaves one of them
/// is still known by another.
#[derive(Clone, Debug)]
pub struct Family {
    mark: String,
    brand: Option<Brand>,
    session: Option<i32>,
    place: Option<Place>,
}

/// A mount namespace, and the process that keeps it.
#[derive(Clone, Debug)]
struct Place {
    namespace: PathBuf,
    keeper: i32,
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

impl Default for Family {
    fn default() -> Self {
        Self::new()
    }
}

impl Family {
    /// A family without a member yet, with a mark of its own. Who begins one
    /// and is a member of another makes it a part of that: whoever ends the
    /// outer family ends the inner one too.
    #[must_use]
    pub fn new() -> Self {
        static LAST: AtomicU32 = AtomicU32::new(0);
        let number = LAST.fetch_add(1, Ordering::Relaxed);
        let mut mark = format!("{}-{number}", std::process::id());
        if let Ok(outer) = std::env::var(VARIABLE) {
            mark = format!("{outer}/{mark}");
        }
        Self { mark, brand: None, session: None, place: None }
    }

    /// A family without a member yet, and whoever else has the `brand`; not
    /// this process, which may have it.
    #[must_use]
    pub fn branded(brand: Brand) -> Self {
        Self { brand: Some(brand), ..Self::new() }
    }

    /// The mark: the name and the value of a variable for the environment of
    /// the first member, which all others inherit.
    #[must_use]
    pub fn variable(&self) -> (&'static str, &str) {
        (VARIABLE, &self.mark)
    }

    /// From now on also whoever is in the session that the process `leader`
    /// began.
    pub fn adopt_session(&mut self, leader: u32) {
        self.session = Some(leader.cast_signed());
    }

    /// From now on also whoever is in the mount namespace of the process
    /// `keeper`, which is no member itself.
    ///
    /// # Panics
    ///
    /// Where there is no such process.
    pub fn adopt_namespace(&mut self, keeper: u32) {
        let keeper = keeper.cast_signed();
        let namespace = mount_namespace(keeper).expect("the keeper runs");
        self.place = Some(Place { namespace, keeper });
    }

    /// Everyone who is alive, and the zombies among their children.
    ///
    /// # Panics
    ///
    /// Where `/proc` cannot be read.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        let mut members = Vec::new();
        let mut zombies = Vec::new();
        // Each process that is held is an open file: few are held at once.
        let everyone = all_processes().expect("/proc lists the processes");
        for process in everyone.flatten() {
            let Ok(stat) = process.stat() else { continue };
            if stat.state == 'Z' {
                zombies.push(Member::new(&process, &stat));
            } else if self.includes(&process, &stat) {
                members.push(Member::new(&process, &stat));
            }
        }
        // Nothing else is left to know a zombie by: its parent tells.
        let ours: HashSet<_> = members.iter().map(|it| it.pid).collect();
        zombies.retain(|it| ours.contains(&it.parent));
        members.append(&mut zombies);
        members
    }

    /// Whether a process that is no zombie is one of us.
    fn includes(&self, process: &Process, stat: &Stat) -> bool {
        // What takes least time comes first: there may be very many.
        self.session == Some(stat.session)
            || self.is_branded(process)
            || self.is_marked(process, stat)
            || self.is_in_place(process)
    }

    fn is_branded(&self, process: &Process) -> bool {
        let is_us = process.pid().cast_unsigned() == std::process::id();
        self.brand.is_some_and(|brand| !is_us && brand.is_on(process))
    }

    fn is_marked(&self, process: &Process, stat: &Stat) -> bool {
        if is_beginning(stat) {
            wait_until_begun(process);
        }
        process.environ().is_ok_and(|environment| {
            let mark = environment.get(OsStr::new(VARIABLE));
            mark.is_some_and(|mark| self.has_inside(mark))
        })
    }

    /// Whether this mark is ours, or that of a family inside of ours.
    fn has_inside(&self, mark: &OsStr) -> bool {
        let mark = mark.as_encoded_bytes();
        let rest = mark.strip_prefix(self.mark.as_bytes());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
    }

    fn is_in_place(&self, process: &Process) -> bool {
        let Some(place) = &self.place else { return false };
        let pid = process.pid();
        pid != place.keeper
            && mount_namespace(pid).as_ref() == Some(&place.namespace)
    }

    /// Waits until nobody is left, but no longer than `patience`, and says who
    /// is left then.
    ///
    /// # Panics
    ///
    /// As [`members`](Self::members).
    #[must_use]
    pub fn left_after(&self, patience: Duration) -> Vec<Member> {
        let deadline = Instant::now() + patience;
        loop {
            // Asked first: at least one look is later than that.
            let is_late = Instant::now() >= deadline;
            let members = self.members();
            if members.is_empty() || is_late {
                return members;
            }
            sleep(Duration::from_millis(10));
        }
    }

    /// Ends everyone: asks first, so that they can put their things away, and
    /// kills those who are still there half a second later.
    ///
    /// # Panics
    ///
    /// As [`members`](Self::members).
    pub fn end(&self) {
        self.signal(Signal::TERM);
        let _deaf = self.left_after(GRACE);
        self.kill();
    }

    /// Kills everyone, and those whom they start meanwhile: first they are
    /// stopped, as whoever is stopped starts nobody. Whoever is killed can put
    /// nothing away: the names of their shared memory are removed.
    ///
    /// # Panics
    ///
    /// As [`members`](Self::members).
    pub fn kill(&self) {
        let mut killed = HashSet::new();
        for round in 0..100 {
            let alive = self.alive();
            if alive.is_empty() {
                break;
            }
            let is_running = |it: &Stat| it.state != 'T';
            // Some cannot be stopped: those who wait for a disk.
            if round % 10 < 9 && alive.iter().any(is_running) {
                for it in alive.iter().filter(|it| is_running(it)) {
                    send(it.pid, Signal::STOP);
                }
            } else {
                for it in &alive {
                    send(it.pid, Signal::KILL);
                    killed.insert(it.into());
                }
                sleep(Duration::from_millis(10));
            }
        }
        remove_shared_memory_of(&killed);
    }

    /// Sends a signal to everyone.
    ///
    /// # Panics
    ///
    /// As [`members`](Self::members).
    pub fn signal(&self, signal: Signal) {
        for it in self.alive() {
            send(it.pid, signal);
        }
    }

    /// Everyone but the zombies, with little looked at: there may be many.
    fn alive(&self) -> Vec<Stat> {
        let everyone = all_processes().expect("/proc lists the processes");
        let ours = everyone.flatten().filter_map(|process| {
            let stat = process.stat().ok()?;
            let is_ours = stat.state != 'Z' && self.includes(&process, &stat);
            is_ours.then_some(stat)
        });
        ours.collect()
    }
}

/// Whoever has ended meanwhile needs no signal.
fn send(pid: i32, signal: Signal) {
    let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, signal));
}

/// Whether it has just been started, and has no environment yet. What we may
/// not look at, and the kernel's own, look alike.
fn is_beginning(stat: &Stat) -> bool {
    if stat.vsize == 0 || stat.env_end != Some(0) {
        return false;
    }
    let millis = stat.starttime * 1000 / procfs::ticks_per_second();
    Uptime::current().is_ok_and(|uptime| {
        let age = uptime.uptime_duration();
        age.saturating_sub(Duration::from_millis(millis)) < BEGINNING
    })
}

/// Waits for one of this user's; of others nobody here comes.
fn wait_until_begun(process: &Process) {
    let me = getuid().as_raw();
    let is_mine = process.uid().is_ok_and(|uid| uid == me);
    while is_mine && process.stat().is_ok_and(|stat| is_beginning(&stat)) {
        sleep(Duration::from_millis(1));
    }
}

fn mount_namespace(pid: i32) -> Option<PathBuf> {
    read_link(format!("/proc/{pid}/ns/mnt")).ok()
}

impl Member {
    fn new(process: &Process, stat: &Stat) -> Self {
        Self {
            pid: stat.pid.cast_unsigned(),
            parent: stat.ppid.cast_unsigned(),
            state: stat.state,
            command: process.cmdline().unwrap_or_default().join(" "),
        }
    }

    /// Sends it a signal; one that has ended meanwhile needs none.
    pub fn signal(&self, signal: Signal) {
        send(self.pid.cast_signed(), signal);
    }

    /// What its parent called it, where it is a worker as lesson 2 starts
    /// them, with its name among its arguments.
    #[must_use]
    pub fn worker_name(&self) -> Option<&str> {
        let mut words = self.command.split(' ').skip(1);
        let is_worker = words.next() == Some("--mp-worker");
        words.nth(1).filter(|_| is_worker)
    }

    /// Whether it has a thread of this name now: a sign of how far it is.
    #[must_use]
    pub fn has_thread(&self, name: &str) -> bool {
        let threads = read_dir(format!("/proc/{}/task", self.pid));
        let mut names =
            threads.into_iter().flatten().flatten().filter_map(|thread| {
                read_to_string(thread.path().join("comm")).ok()
            });
        names.any(|its_name| its_name.trim_end() == name)
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pid, parent, state, command } = self;
        write!(f, "PID {pid}, child of {parent}, state {state}: {command}")
    }
}

/// One line for each.
#[must_use]
pub fn list(members: &[Member]) -> String {
    let lines: Vec<_> = members.iter().map(Member::to_string).collect();
    lines.join("\n")
}
