//! What can go wrong.

use std::process::{Command, Stdio};
use std::sync::LazyLock;

use clap::ValueEnum;
use rustix::process::Signal;

use crate::place;

/// Something that goes wrong while a demonstration runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Fault {
    /// One of its processes is killed.
    Kill,
    /// One of its processes is asked to end.
    Terminate,
    /// One of its processes, alone, gets the signal of Ctrl-C.
    Interrupt,
    /// Ctrl-C, as a terminal sends it: to all of them.
    CtrlC,
    /// One of its processes stops, and is killed a while after.
    StopThenKill,
    /// One of its processes stops, and goes on a while after.
    StopThenContinue,
    /// A worker stops, and then Ctrl-C comes.
    StopThenCtrlC,
    /// A worker stops, and then the parent of all is killed.
    StopThenKillParent,
    /// Standard input is closed from the start.
    ClosedStdin,
    /// Standard output is closed from the start.
    ClosedStdout,
    /// Standard error is closed from the start.
    ClosedStderr,
    /// Who reads standard output goes away meanwhile.
    StdoutReaderGone,
    /// Who reads standard error goes away meanwhile.
    StderrReaderGone,
    /// The disk that standard output goes to is full.
    FullStdout,
    /// The disk that standard error goes to is full.
    FullStderr,
    /// The disk that the trace goes to is full.
    FullTrace,
    /// The disk of the temporary and the working directory is full.
    FullTemporary,
    /// There is next to no room in `/dev/shm`.
    FullSharedMemory,
    /// There are few descriptors.
    FewDescriptors,
    /// There are few processes and threads.
    FewProcesses,
    /// The working directory is one in which nobody can make a file.
    ReadOnlyDirectory,
    /// All run on one core, and give way to everybody else.
    SlowMachine,
    /// The wall clock is set, forwards and backwards.
    ClockJumps,
}

/// Who can be the victim of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    /// Anyone of the processes that are there then.
    Anyone,
    /// Anyone but the demonstration's own process, once its main guard has
    /// run.
    Worker,
    /// The same as before.
    TheSame,
    /// The demonstration's own process.
    Parent,
    /// The whole process group.
    Group,
}

impl Fault {
    /// All of them.
    #[must_use]
    pub fn all() -> &'static [Self] {
        Self::value_variants()
    }

    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The signals that it consists of, one after the other.
    #[must_use]
    pub fn signals(self) -> &'static [(Whom, Signal)] {
        use Whom::{Anyone, Group, Parent, TheSame, Worker};
        match self {
            Self::Kill => &[(Anyone, Signal::KILL)],
            Self::Terminate => &[(Anyone, Signal::TERM)],
            Self::Interrupt => &[(Anyone, Signal::INT)],
            Self::CtrlC => &[(Group, Signal::INT)],
            Self::StopThenKill => {
                &[(Anyone, Signal::STOP), (TheSame, Signal::KILL)]
            }
            Self::StopThenContinue => {
                &[(Anyone, Signal::STOP), (TheSame, Signal::CONT)]
            }
            Self::StopThenCtrlC => {
                &[(Worker, Signal::STOP), (Group, Signal::INT)]
            }
            Self::StopThenKillParent => {
                &[(Worker, Signal::STOP), (Parent, Signal::KILL)]
            }
            _ => &[],
        }
    }

    /// What it needs that is not there; `None` where it can be injected.
    #[must_use]
    pub fn misses(self) -> Option<&'static str> {
        match self {
            // The library for the clock has names in `/dev/shm` for a while.
            Self::FullTemporary | Self::FullSharedMemory | Self::ClockJumps
                if !place::can_be_private() =>
            {
                Some("needs unshare, and the right to mount")
            }
            Self::FewProcesses if !can_be_another_user() => {
                Some("needs setpriv, and the right to be another user")
            }
            Self::ClockJumps if clock_library().is_none() => {
                Some("needs libfaketime")
            }
            _ => None,
        }
    }

    /// Whether it needs more than cargo and an ordinary user's rights.
    #[must_use]
    pub fn is_privileged(self) -> bool {
        matches!(
            self,
            Self::FullTemporary
                | Self::FullSharedMemory
                | Self::FewProcesses
                | Self::ClockJumps
        )
    }
}

/// The library that shows another wall clock to whom it is loaded into;
/// `faketime` knows where it is.
pub(crate) fn clock_library() -> Option<&'static str> {
    static LIBRARY: LazyLock<Option<String>> = LazyLock::new(|| {
        let mut command = Command::new("faketime");
        command.args(["now", "sh", "-c", "printf %s \"$LD_PRELOAD\""]);
        let output = command.stderr(Stdio::null()).output().ok()?;
        String::from_utf8(output.stdout).ok().filter(|path| !path.is_empty())
    });
    LIBRARY.as_deref()
}

/// Whom a limit on processes binds: it is one for each user, and none for
/// root.
pub(crate) const OTHER_USERS: u32 = 1_000_000;

fn can_be_another_user() -> bool {
    static CAN: LazyLock<bool> = LazyLock::new(|| {
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={OTHER_USERS}")).arg("--clear-groups");
        // It must also get as far as to our programs.
        let program = std::env::current_exe().unwrap_or_default();
        command.args(["test", "-x"]).arg(program).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    });
    *CAN
}
