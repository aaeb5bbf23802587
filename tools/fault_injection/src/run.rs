//! A demonstration, its fault, and what was seen of both.

use std::ops::Range;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use lesson_check::{Family, Member, Output};
use process_spawning::{WaitError, wait_for_any};
use rustix::event::PollFlags;
use rustix::process::{
    Pid, PidfdFlags, Signal, kill_process_group, pidfd_open, pidfd_send_signal,
};

use crate::demonstrations::Demonstration;
use crate::faults::{Fault, Whom};
use crate::injection::Injection;
use crate::place::{Place, Room, Things, can_be_private};
use crate::start::{command, write_clock};
use crate::struck::{Struck, handles, has_begun, is_running, is_worker};
use workspace_build::Workspace;

/// How long is waited for a demonstration.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// Until it has ended.
    pub deadline: Duration,
    /// After its end, until nobody of it is left.
    pub linger: Duration,
}

impl Patience {
    /// A demonstration waits for a worker that does not begin for half a
    /// minute; and the promise is that nobody lingers for more than a second,
    /// but here many run at once.
    pub const USUAL: Self = Self {
        deadline: Duration::from_mins(1),
        linger: Duration::from_secs(5),
    };
}

/// When Ctrl-C comes to a demonstration that goes on until then, and at the
/// latest where it has not printed anything by then.
const ENDLESS: Range<Duration> =
    Duration::from_millis(400)..Duration::from_secs(5);

/// How long until one looks again for somebody who is not there yet.
const LOOK: Duration = Duration::from_millis(1);

/// How often the clock is set.
const JUMPS: i64 = 6;

/// What was seen of a run.
#[derive(Debug)]
pub struct Seen {
    /// Whom the fault found, if it is one that finds somebody.
    pub struck: Option<Struck>,
    /// How it ended, if it did.
    pub end: Option<ExitStatus>,
    /// How long that took.
    pub took: Duration,
    /// What it printed.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
    /// Who was there after its end or, if it did not end, at the deadline.
    pub processes: Vec<Member>,
    /// What has a name and was left behind.
    pub things: Things,
}

/// Runs a demonstration without a fault.
///
/// # Errors
///
/// Where it cannot be run, or with Ctrl-C.
pub fn undisturbed(
    demonstration: &Demonstration,
    workspace: &Workspace,
    patience: Patience,
) -> anyhow::Result<Seen> {
    let place = Place::new(Room::PLENTY)?;
    let mut running = Running::start(place, demonstration, workspace, None)?;
    if demonstration.endless {
        running.press_ctrl_c_within(ENDLESS)?;
    }
    running.finish(patience)
}

/// Runs a demonstration, which takes `usual` without a fault, and injects the
/// fault.
///
/// # Errors
///
/// Where it cannot be run, or with Ctrl-C.
pub fn disturbed(
    injection: &Injection,
    workspace: &Workspace,
    usual: Duration,
    patience: Patience,
) -> anyhow::Result<Seen> {
    let demonstration = &injection.demonstration;
    let place = Place::new(room(injection))?;
    let mut running =
        Running::start(place, demonstration, workspace, Some(injection))?;
    running.inject(injection, usual.mul_f64(injection.moment))?;
    if demonstration.endless {
        running.press_ctrl_c_within(ENDLESS)?;
    }
    running.finish(patience)
}

fn room(injection: &Injection) -> Room {
    match injection.fault {
        Fault::FullTemporary => Room { full_directory: true, ..Room::PLENTY },
        Fault::FullSharedMemory => {
            let shared_memory_bytes = 4096 * (1 + injection.scarcity % 4);
            Room { shared_memory_bytes, ..Room::PLENTY }
        }
        _ => Room::PLENTY,
    }
}

/// A demonstration that runs.
struct Running {
    program: PathBuf,
    /// Another program, that uses shared memory.
    next: PathBuf,
    place: Place,
    family: Family,
    child: Child,
    /// Readable once it has ended.
    sentinel: OwnedFd,
    started: Instant,
    stdout: Option<Output>,
    stderr: Option<Output>,
    struck: Option<Struck>,
}

impl Running {
    fn start(
        place: Place,
        demonstration: &Demonstration,
        workspace: &Workspace,
        injection: Option<&Injection>,
    ) -> anyhow::Result<Self> {
        let program = workspace.program(demonstration.program)?;
        let mut family = Family::new();
        place.adopt_all_here(&mut family);
        let mut command = command(&place, demonstration, program, injection)?;
        let (name, mark) = family.variable();
        let mut child = command.env(name, mark).spawn()?;
        family.adopt_session(child.id());
        let sentinel =
            pidfd_open(Pid::from_child(&child), PidfdFlags::empty())?;
        let stdout = child.stdout.take().map(Output::of);
        let stderr = child.stderr.take().map(Output::of);
        let (started, struck) = (Instant::now(), None);
        Ok(Self {
            program: program.to_owned(),
            next: workspace.program("shared_memory_demo")?.to_owned(),
            place,
            family,
            child,
            sentinel,
            started,
            stdout,
            stderr,
            struck,
        })
    }

    /// Injects what is not there from the start.
    fn inject(
        &mut self,
        injection: &Injection,
        moment: Duration,
    ) -> anyhow::Result<()> {
        match injection.fault {
            Fault::StdoutReaderGone => {
                self.strike_reader_at(moment, |this| this.stdout = None)
            }
            Fault::StderrReaderGone => {
                self.strike_reader_at(moment, |this| this.stderr = None)
            }
            Fault::ClockJumps => self.set_the_clock(injection),
            fault => self.send(fault.signals(), injection, moment),
        }
    }

    fn strike_reader_at(
        &mut self,
        moment: Duration,
        leave: impl FnOnce(&mut Self),
    ) -> anyhow::Result<()> {
        if !self.has_ended_by(self.started + moment)? {
            self.struck = self.parent().map(|who| self.struck_now(who));
            leave(self);
        }
        Ok(())
    }

    fn set_the_clock(&mut self, injection: &Injection) -> anyhow::Result<()> {
        for jump in 0..JUMPS {
            if self.has_ended_by(Instant::now() + injection.pause / 4)? {
                break;
            }
            self.struck = self.parent().map(|who| self.struck_now(who));
            let hours = if jump % 2 == 0 { jump + 1 } else { -jump };
            write_clock(&self.place, hours)?;
        }
        Ok(())
    }

    fn send(
        &mut self,
        signals: &[(Whom, Signal)],
        injection: &Injection,
        moment: Duration,
    ) -> anyhow::Result<()> {
        let mut at = self.started + moment;
        let mut victim = None;
        for (whom, signal) in signals {
            if self.has_ended_by(at)? {
                break;
            }
            let who = match whom {
                Whom::TheSame => victim.clone(),
                _ => self.find(*whom, injection.victim)?,
            };
            let Some(who) = who else { break };
            self.strike(*whom, &who, *signal);
            if *whom == Whom::Worker && self.is_orphan(&who) {
                // Too late: nobody could wake it any more.
                self.strike(Whom::TheSame, &who, Signal::CONT);
                self.struck = None;
                break;
            }
            victim = Some(who);
            at = Instant::now() + injection.pause;
        }
        Ok(())
    }

    /// Waits until there is somebody of this kind; `None` where it ends first.
    fn find(
        &self,
        whom: Whom,
        victim: usize,
    ) -> Result<Option<Member>, WaitError> {
        loop {
            let found = self.choose(whom, victim);
            if found.is_some() || self.has_ended_by(Instant::now() + LOOK)? {
                return Ok(found);
            }
        }
    }

    /// Who of those that are there now.
    fn choose(&self, whom: Whom, victim: usize) -> Option<Member> {
        let parent = self.child.id();
        let mut members = self.family.members();
        members.retain(|member| member.state != 'Z');
        members.retain(|member| match whom {
            Whom::Worker => member.pid != parent && has_begun(member),
            Whom::Parent | Whom::Group => member.pid == parent,
            Whom::Anyone | Whom::TheSame => true,
        });
        members.sort_by_key(|member| member.pid);
        let place = victim.checked_rem(members.len())?;
        Some(members.swap_remove(place))
    }

    fn strike(&mut self, whom: Whom, who: &Member, signal: Signal) {
        let pid = Pid::from_raw(who.pid.cast_signed());
        let Some(pid) = pid else { return };
        let is_parent = who.pid == self.child.id();
        let has_begun = if is_parent {
            is_running(&self.program, who)
        } else {
            is_worker(who)
        };
        let handled = has_begun && handles(who, signal);
        let sent = if whom == Whom::Group {
            kill_process_group(pid, signal)
        } else {
            // By its descriptor: its number may be another's by now.
            pidfd_open(pid, PidfdFlags::empty())
                .and_then(|it| pidfd_send_signal(it, signal))
        };
        if sent.is_ok() {
            let struck = self.struck_now(who.clone());
            self.struck = Some(Struck { handled, ..struck });
        }
    }

    /// Whether its parent has ended.
    fn is_orphan(&self, worker: &Member) -> bool {
        let members = self.family.members();
        let of = |pid: u32| members.iter().find(|member| member.pid == pid);
        let parent = of(worker.pid).and_then(|worker| of(worker.parent));
        parent.is_none_or(|parent| parent.state == 'Z')
    }

    fn struck_now(&self, who: Member) -> Struck {
        let is_parent = who.pid == self.child.id();
        let after = self.started.elapsed();
        Struck { after, who, is_parent, handled: false }
    }

    /// The demonstration's own process, while it is there.
    fn parent(&self) -> Option<Member> {
        self.choose(Whom::Parent, 0)
    }

    /// Presses Ctrl-C, but not before the program listens to it: on a slow
    /// machine there may be no process group yet that it could go to. And it
    /// has time to print what it usually prints.
    fn press_ctrl_c_within(
        &mut self,
        time: Range<Duration>,
    ) -> anyhow::Result<()> {
        let mut at = self.started + time.start;
        while !self.has_ended_by(at)? {
            let listens = self.parent().is_some_and(|parent| {
                is_running(&self.program, &parent)
                    && handles(&parent, Signal::INT)
            });
            let is_late = self.started.elapsed() >= time.end;
            if listens && (is_late || self.has_printed()) {
                kill_process_group(Pid::from_child(&self.child), Signal::INT)?;
                break;
            }
            at = Instant::now() + LOOK;
        }
        Ok(())
    }

    fn has_printed(&mut self) -> bool {
        let stdout = self.stdout.as_mut();
        stdout.is_none_or(|stdout| !stdout.so_far().is_empty())
    }

    /// Waits, and says whether it has ended.
    fn has_ended_by(&self, deadline: Instant) -> Result<bool, WaitError> {
        let end = [(self.sentinel.as_fd(), PollFlags::IN)];
        Ok(!wait_for_any(&end, Some(deadline))?.is_empty())
    }

    fn finish(mut self, patience: Patience) -> anyhow::Result<Seen> {
        let Patience { deadline, linger } = patience;
        let has_ended = self.has_ended_by(self.started + deadline)?;
        let took = self.started.elapsed();
        let (end, processes) = if has_ended {
            (Some(self.child.wait()?), self.family.left_after(linger))
        } else {
            (None, self.family.members())
        };
        // Before they are killed: a socket goes with its process.
        let mut things = self.place.left();
        self.family.kill();
        // Where the place is not apart, it may be another run's.
        let is_excused = self.was_killed(end) || !can_be_private();
        if is_excused && !things.shared_memory.is_empty() {
            self.run_the_next()?;
            things = self.place.left();
        }
        let [stdout, stderr] =
            [&mut self.stdout, &mut self.stderr].map(|output| {
                let output = output.as_mut().map(Output::rest);
                output.map_or_else(String::new, |rest| {
                    rest.unwrap_or_else(|seen| seen)
                })
            });
        let struck = self.struck.take();
        Ok(Seen { struck, end, took, stdout, stderr, processes, things })
    }

    /// Whether it was the demonstration's own process that a signal ended.
    fn was_killed(&self, end: Option<ExitStatus>) -> bool {
        let struck = self.struck.as_ref();
        struck.is_some_and(|struck| struck.is_parent)
            && end.is_some_and(|end| end.signal().is_some())
    }

    /// Runs another program, in the same place, that uses shared memory: it
    /// puts away what somebody has left who was killed when he was alone.
    fn run_the_next(&self) -> anyhow::Result<()> {
        let mut words = self.place.enter();
        words.push((&self.next).into());
        let mut next = Command::new(&words[0]);
        next.args(&words[1..]).stdin(Stdio::null());
        next.output().context("cannot run the next program")?;
        Ok(())
    }
}

/// Ctrl-C, and what fails on the way, leaves nothing behind either.
impl Drop for Running {
    fn drop(&mut self) {
        self.family.kill();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
