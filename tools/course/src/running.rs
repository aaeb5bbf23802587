//! A program that runs, and all that comes from it.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::process::{Child, Command, ExitStatus};
use std::time::Instant;

use anyhow::Context as _;
use lesson_check::Family;
use process_spawning::wait_for_any;
use rustix::event::PollFlags;
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use tempfile::TempDir;

use crate::lines::Lines;

/// A program, such as cargo, and its family, which ends when this is dropped.
#[derive(Debug)]
pub struct Running {
    child: Child,
    family: Family,
    /// Readable once the program has ended.
    sentinel: OwnedFd,
    stdout: Lines,
    stderr: Lines,
    /// Where the family puts its temporary files: whoever is ended cannot
    /// remove them.
    _temporary: TempDir,
}

/// What was waited for, and came first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// Who asked for it does not want it any more.
    Cancelled,
    /// What came on standard output.
    Stdout(Vec<String>),
    /// What came on standard error.
    Stderr(Vec<String>),
    /// The program has ended, and all that it said is read.
    End,
    /// The deadline is over.
    TimedOut,
}

impl Running {
    /// Starts `command`, whose output is piped, as the first of `family`.
    ///
    /// # Errors
    ///
    /// Where it cannot be run, or there is no room for its temporary files.
    pub fn start(mut command: Command, family: Family) -> anyhow::Result<Self> {
        let temporary = tempfile::Builder::new().prefix("course-").tempdir();
        let temporary =
            temporary.context("cannot make a temporary directory")?;
        let (name, mark) = family.variable();
        command.env(name, mark).env("TMPDIR", temporary.path());
        let mut child = command.spawn().with_context(|| {
            format!("cannot run {}", command.get_program().display())
        })?;
        let sentinel = sentinel(&mut child)?;
        Ok(Self {
            stdout: Lines::of(child.stdout.take()),
            stderr: Lines::of(child.stderr.take()),
            child,
            family,
            sentinel,
            _temporary: temporary,
        })
    }

    /// Waits for whatever comes first; `cancel` is where it becomes readable.
    ///
    /// # Errors
    ///
    /// Where this program is asked to end.
    pub fn wait(
        &mut self,
        cancel: Option<BorrowedFd<'_>>,
        deadline: Instant,
    ) -> anyhow::Result<Awaited> {
        let first = self.first_ready(cancel, deadline)?;
        // What it said just before its end may have come meanwhile.
        let first = match first {
            Some(Source::Sentinel) => {
                self.first_ready(cancel, Instant::now())?
            }
            first => first,
        };
        Ok(match first {
            Some(Source::Cancel) => Awaited::Cancelled,
            Some(Source::Stdout) => Awaited::Stdout(self.stdout.read()),
            Some(Source::Stderr) => Awaited::Stderr(self.stderr.read()),
            Some(Source::Sentinel) => Awaited::End,
            None => Awaited::TimedOut,
        })
    }

    fn first_ready(
        &self,
        cancel: Option<BorrowedFd<'_>>,
        deadline: Instant,
    ) -> anyhow::Result<Option<Source>> {
        // The end comes last: somebody may hold the pipes open for longer than
        // cargo runs, but what cargo said is read first.
        let sources = [
            (cancel, Source::Cancel),
            (self.stdout.source(), Source::Stdout),
            (self.stderr.source(), Source::Stderr),
            (Some(self.sentinel.as_fd()), Source::Sentinel),
        ];
        let open =
            sources.into_iter().filter_map(|(it, what)| Some((it?, what)));
        let (descriptors, whats): (Vec<_>, Vec<_>) =
            open.map(|(it, what)| ((it, PollFlags::IN), what)).unzip();
        let ready = wait_for_any(&descriptors, Some(deadline))?;
        Ok(ready.first().map(|at| whats[*at]))
    }

    /// How the program ended, once it has.
    ///
    /// # Errors
    ///
    /// None is known, as it is our child.
    pub fn status(&mut self) -> io::Result<ExitStatus> {
        self.child.wait()
    }

    /// The number of its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The program and all that come from it.
    #[must_use]
    pub fn family(&self) -> &Family {
        &self.family
    }
}

#[derive(Clone, Copy)]
enum Source {
    Cancel,
    Stdout,
    Stderr,
    Sentinel,
}

/// What becomes readable when `child` ends. Without it nobody could wait for
/// the child: then it is ended at once.
fn sentinel(child: &mut Child) -> io::Result<OwnedFd> {
    let sentinel = pidfd_open(Pid::from_child(child), PidfdFlags::empty());
    if sentinel.is_err() {
        child.kill()?;
        child.wait()?;
    }
    Ok(sentinel?)
}

impl Drop for Running {
    fn drop(&mut self) {
        self.family.end();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
