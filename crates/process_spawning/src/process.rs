//! A function at work in another process.

use std::ffi::OsString;
use std::marker::PhantomData;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, io};

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal};
use time_utils::trace;

use crate::causes;
use crate::cleaner::{Ending, clean_up};
use crate::exit::Exit;
use crate::handover::{self, HandoverError};
use crate::interrupt::{Interrupted, WaitError, interrupted, readable_in_time};
use crate::lifeline::{self, Reply};
use crate::role::{self, DEEPEST, Role};
use crate::starter;
use crate::target::{Argument, Target};
use crate::wait::first_ready;

/// How long a worker has to take its argument before [`Builder::start`]
/// gives up on it. Far more than it needs: a machine may be busy.
pub const START_DEADLINE: Duration = Duration::from_secs(30);

/// How long a worker has to end after its lifeline is cut, before it is
/// killed.
pub const END_GRACE: Duration = Duration::from_secs(1);

/// The running program, also when its file has been replaced meanwhile, as
/// `cargo build` does: the path that was ours may be another's by now.
const OWN_PROGRAM: &str = "/proc/self/exe";

/// A process that is about to be started: its target, its name, its program.
///
/// Made by [`Process::target`]. It can be started any number of times.
#[derive(Clone, Debug)]
#[must_use = "a process runs once it is started"]
pub struct Builder<A> {
    target: &'static str,
    argument: PhantomData<fn(A)>,
    name: Option<String>,
    program: Option<PathBuf>,
    environment: Vec<(OsString, OsString)>,
    start_deadline: Duration,
}

impl<A: Argument> Builder<A> {
    /// The name that the worker goes by: in
    /// [`current_name`](crate::current_name), `ps`, and the trace.
    /// Without one it is `Process-1`, `Process-2`, … as in Python.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The program that is started. Without one it is the running program.
    /// Its main guard must list the target.
    ///
    /// A test passes the path of a built binary: the program that runs a
    /// test is the test harness, which would run all tests again.
    ///
    /// Python: `multiprocessing.set_executable`.
    pub fn program(mut self, path: impl Into<PathBuf>) -> Self {
        self.program = Some(path.into());
        self
    }

    /// A variable in the worker's environment, which is ours otherwise. What
    /// the worker starts inherits it.
    ///
    /// For libraries that look there, such as rayon at `RAYON_NUM_THREADS`; a
    /// worker's own business belongs into its argument. Python: set
    /// `os.environ` before `start`.
    pub fn env(
        mut self,
        name: impl Into<OsString>,
        value: impl Into<OsString>,
    ) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// How long the worker has to take its argument; [`START_DEADLINE`]
    /// without this.
    pub fn start_deadline(mut self, deadline: Duration) -> Self {
        self.start_deadline = deadline;
        self
    }

    /// Starts the worker, and returns when it has taken its `argument`.
    ///
    /// The worker shares standard output and standard error with us; its
    /// standard input is empty.
    ///
    /// # Errors
    ///
    /// [`StartError`]. There is no worker then: where one was started, it
    /// has been ended and waited for.
    pub fn start(&self, argument: A) -> Result<Process, StartError> {
        let depth = role::depth() + 1;
        if role::guard_is_missing() {
            return Err(StartError::NoGuard);
        }
        if depth > DEEPEST {
            return Err(StartError::TooDeep);
        }
        let role = Role {
            target: self.target.to_owned(),
            name: self.name.clone().unwrap_or_else(next_name),
            depth,
        };
        let process = self.spawn(role)?;
        process.hand_over(self, argument)
    }

    fn spawn(&self, role: Role) -> Result<Process, StartError> {
        let (lifeline, theirs) = lifeline::new()?;
        let (program, shown_as) = match &self.program {
            Some(path) => (path.clone(), path.clone().into()),
            None => (OWN_PROGRAM.into(), own_name()),
        };
        let mut command = Command::new(&program);
        command.arg0(shown_as).args(role.to_arguments()).stdin(theirs);
        let variables = self.environment.iter().map(|(name, to)| (name, to));
        command.envs(variables);
        if !trace::is_on() {
            // Where our trace cannot be written, theirs cannot either.
            command.env_remove(trace::VARIABLE);
        }
        let child = starter::start(command)
            .map_err(|source| StartError::Program { program, source })?;
        Process::running(role.name, child, lifeline)
    }
}

fn next_name() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    format!("Process-{}", LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

/// What `ps` shows as our name.
fn own_name() -> OsString {
    env::args_os().next().unwrap_or_else(|| "worker".into())
}

/// A function at work in another process: `multiprocessing.Process`.
///
/// | Python                    | here                                  |
/// | ------------------------- | ------------------------------------- |
/// | `Process(target=f, name=n, args=(a,))` | `Process::target(F).name(n)` |
/// | `.start()`                | [`.start(a)`](Builder::start)         |
/// | `.join()`                 | [`.join()`](Self::join)               |
/// | `.join(timeout)`          | [`.join_timeout(t)`](Self::join_timeout) |
/// | `.is_alive()`             | [`.is_alive()`](Self::is_alive)       |
/// | `.exitcode`               | [`.exit()`](Self::exit)               |
/// | `.pid`, `.name`           | [`.pid()`](Self::pid), [`.name()`](Self::name) |
/// | `.terminate()`, `.kill()` | the same                              |
/// | `.sentinel`               | [`.as_fd()`](AsFd::as_fd)             |
/// | `.close()`                | `drop(process)`                       |
///
/// A process that goes out of scope is ended and waited for, on every path
/// out of the scope. Python's would go on until its parent ends and leave a
/// zombie until then; to let it finish, [`join`](Self::join) it.
///
/// When the parent is killed, its workers end too, within moments.
#[derive(Debug)]
#[must_use = "a process that nobody keeps is ended at once: bind it, and join it"]
pub struct Process {
    name: String,
    child: Child,
    /// Dropped to end the worker.
    lifeline: Option<OwnedFd>,
    /// Readable once the worker has ended.
    sentinel: OwnedFd,
    exit: Option<Exit>,
}

impl Process {
    /// A process that will run `target`.
    pub fn target<A: Argument>(target: Target<A>) -> Builder<A> {
        Self::listed(target.name)
    }

    /// A process that will run the target that the main guard lists under
    /// this name, and that takes an argument of type `A`: for a target that
    /// is no [`Target`], but another [`AnyTarget`](crate::AnyTarget).
    pub fn listed<A: Argument>(target: &'static str) -> Builder<A> {
        Builder {
            target,
            argument: PhantomData,
            name: None,
            program: None,
            environment: Vec::new(),
            start_deadline: START_DEADLINE,
        }
    }

    fn running(
        name: String,
        mut child: Child,
        lifeline: OwnedFd,
    ) -> Result<Self, StartError> {
        match sentinel(&child) {
            Ok(sentinel) => Ok(Self {
                name,
                child,
                lifeline: Some(lifeline),
                sentinel,
                exit: None,
            }),
            Err(error) => {
                // Not yet a `Process`, whose drop would see to it.
                let _ = child.kill();
                let _ = child.wait();
                Err(error.into())
            }
        }
    }

    /// Passes the argument, and waits until the worker has it.
    fn hand_over<A: Argument>(
        mut self,
        how: &Builder<A>,
        argument: A,
    ) -> Result<Self, StartError> {
        trace::sent("argument", &self.pid().to_string());
        let _until_the_worker_has_its_own = match self.give(argument) {
            Ok(argument) => argument,
            // Its answer, below, is then the end of the file.
            Err(error) if error.peer_is_gone() => None,
            Err(error) => {
                let name = self.name.clone();
                return Err(StartError::Argument { name, why: causes(error) });
            }
        };
        match self.take_reply(how.start_deadline)? {
            Some(Reply::Started) => Ok(self),
            Some(Reply::UnknownTarget { listed }) => {
                Err(StartError::UnknownTarget {
                    target: how.target,
                    listed: listed.join(", "),
                })
            }
            Some(Reply::NoArgument { why }) => {
                let name = self.name.clone();
                Err(StartError::Argument { name, why })
            }
            None => {
                // It has let go of the lifeline; it may still be there.
                let exit = self.end()?;
                // Ctrl-C goes to the whole family, and a worker that has not
                // come to its guard yet dies of it.
                if let Some(interrupted) = interrupted() {
                    return Err(interrupted.into());
                }
                let name = self.name.clone();
                Err(StartError::EndedEarly { name, exit })
            }
        }
    }

    /// What comes back is what is left of the argument here.
    fn give<A: Argument>(
        &self,
        argument: A,
    ) -> Result<Option<A>, HandoverError> {
        let Some(lifeline) = &self.lifeline else {
            return Ok(None);
        };
        handover::give(argument, lifeline.as_fd())
    }

    /// The worker's answer, or `None` where it ended without one.
    fn take_reply(
        &self,
        patience: Duration,
    ) -> Result<Option<Reply>, StartError> {
        let Some(lifeline) = &self.lifeline else {
            return Ok(None);
        };
        let deadline = Instant::now().checked_add(patience);
        if readable_in_time(lifeline.as_fd(), deadline)? {
            return Ok(lifeline::take_reply(lifeline)?);
        }
        let name = self.name.clone();
        Err(StartError::Silent { name, patience })
    }

    /// The name of the worker.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The number that the system knows the worker by.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Waits until the worker has ended, and says how it did. Joining it
    /// again says the same again, at once.
    ///
    /// # Errors
    ///
    /// [`WaitError`], when Ctrl-C comes first. The worker is then still
    /// there, until this `Process` goes out of scope.
    pub fn join(&mut self) -> Result<Exit, WaitError> {
        self.join_until(None)?;
        Ok(self.reap()?)
    }

    /// Waits until the worker has ended, but no longer than `patience`.
    /// `None` where it has not: it keeps running.
    ///
    /// Python: `join(timeout)`, which returns `None` in either case; one has
    /// to look at `exitcode` after it.
    ///
    /// # Errors
    ///
    /// As [`join`](Self::join).
    pub fn join_timeout(
        &mut self,
        patience: Duration,
    ) -> Result<Option<Exit>, WaitError> {
        let deadline = Instant::now().checked_add(patience);
        if self.join_until(deadline)? {
            return Ok(Some(self.reap()?));
        }
        Ok(None)
    }

    fn join_until(&self, deadline: Option<Instant>) -> Result<bool, WaitError> {
        if self.exit.is_some() {
            return Ok(true);
        }
        let name = format!("join {}", self.name);
        let _wait = trace::span(trace::Category::Wait, &name);
        readable_in_time(self.sentinel.as_fd(), deadline)
    }

    /// How the worker ended; `None` while it is still there.
    ///
    /// # Errors
    ///
    /// Where the system does not say, as when somebody else has waited for
    /// the worker.
    #[doc(alias = "exitcode")]
    pub fn exit(&mut self) -> io::Result<Option<Exit>> {
        if self.exit.is_none()
            && let Some(status) = self.child.try_wait()?
        {
            self.note(status.into());
        }
        Ok(self.exit)
    }

    /// Whether the worker is still there.
    ///
    /// # Errors
    ///
    /// As [`exit`](Self::exit).
    pub fn is_alive(&mut self) -> io::Result<bool> {
        Ok(self.exit()?.is_none())
    }

    /// Asks the worker to end (SIGTERM). It is not waited for: join it.
    /// A worker that has ended already is no error.
    ///
    /// # Errors
    ///
    /// Where the system refuses.
    pub fn terminate(&self) -> io::Result<()> {
        self.send(Signal::TERM)
    }

    /// Ends the worker at once (SIGKILL), whatever it does. It is not waited
    /// for: join it. A worker that has ended already is no error.
    ///
    /// # Errors
    ///
    /// Where the system refuses.
    pub fn kill(&self) -> io::Result<()> {
        self.send(Signal::KILL)
    }

    /// By its descriptor: its number may be somebody else's by now.
    fn send(&self, signal: Signal) -> io::Result<()> {
        match pidfd_send_signal(&self.sentinel, signal) {
            Ok(()) | Err(Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits for the worker, which has ended or is about to.
    fn reap(&mut self) -> io::Result<Exit> {
        if let Some(exit) = self.exit {
            return Ok(exit);
        }
        let exit = self.child.wait()?.into();
        self.note(exit);
        Ok(exit)
    }

    fn note(&mut self, exit: Exit) {
        self.exit = Some(exit);
        self.lifeline = None;
        trace::ended(self.pid(), &exit);
        if !exit.success() {
            clean_up(Ending::Worker);
        }
    }
}

// ANCHOR: drop
impl Drop for Process {
    fn drop(&mut self) {
        // Nobody can be told of an error here.
        let _ = self.end();
    }
}

impl Process {
    /// Cuts the lifeline, waits up to [`END_GRACE`], kills, and waits for the
    /// end: what going out of scope does, but it says how the worker ended.
    ///
    /// # Errors
    ///
    /// As [`exit`](Self::exit).
    pub fn end(&mut self) -> io::Result<Exit> {
        if let Some(exit) = self.exit {
            return Ok(exit);
        }
        self.lifeline = None;
        let deadline = Instant::now().checked_add(END_GRACE);
        let ended = first_ready(&[self.sentinel.as_fd()], deadline);
        if !matches!(ended, Ok(Some(_))) {
            // Stopped, or it never listened: now it has no say.
            self.kill()?;
        }
        self.reap()
    }
}
// ANCHOR_END: drop

/// Becomes readable once the worker has ended, so that one wait can cover
/// several workers. Python: `Process.sentinel`.
impl AsFd for Process {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.sentinel.as_fd()
    }
}

fn sentinel(child: &Child) -> io::Result<OwnedFd> {
    Ok(pidfd_open(Pid::from_child(child), PidfdFlags::empty())?)
}

/// Why a worker could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A worker ran past where the main guard belongs.
    #[error(
        "this process was started as a worker, but `main` did not begin with \
         the main guard: make `main_guard(&[…])` its first line"
    )]
    NoGuard,
    /// A worker of a worker of a worker … wants to start one more.
    #[error(
        "processes start processes, {DEEPEST} deep: \
         is there an end to it? Stopped here"
    )]
    TooDeep,
    /// The program cannot be started.
    #[error("cannot start {}", program.display())]
    Program {
        /// The program.
        program: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The program's main guard does not list the target.
    #[error(
        "the main guard does not list the target `{target}`, only [{listed}]: \
         add it there"
    )]
    UnknownTarget {
        /// The name of the target.
        target: &'static str,
        /// What is listed.
        listed: String,
    },
    /// The argument cannot be written, or the worker cannot read it.
    #[error("cannot pass its argument to {name}: {why}")]
    Argument {
        /// The worker's name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The worker ended before it had taken its argument.
    #[error(
        "{name} ended ({exit}) before it took its argument: \
         does `main` begin with the main guard?"
    )]
    EndedEarly {
        /// The worker's name.
        name: String,
        /// How it ended.
        exit: Exit,
    },
    /// The worker is there, but did not take its argument in time.
    #[error(
        "{name} did not take its argument within {patience:?}: \
         does `main` begin with the main guard?"
    )]
    Silent {
        /// The worker's name.
        name: String,
        /// How long it had.
        patience: Duration,
    },
    /// Ctrl-C came first.
    #[error(transparent)]
    Interrupted(#[from] Interrupted),
    /// The system has no socket or descriptor left, for instance.
    #[error("the system refuses a new process")]
    System(#[from] io::Error),
}

impl From<WaitError> for StartError {
    fn from(error: WaitError) -> Self {
        match error {
            WaitError::Interrupted(interrupted) => interrupted.into(),
            WaitError::System(error) => error.into(),
        }
    }
}
