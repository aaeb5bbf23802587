//! The ways for a worker to end, each one to be asked for.

use std::fmt;
use std::process;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use anyhow::bail;
use ipc_channel::ipc::{self, IpcSender};
use process_spawning::{Process, StartError, Target};
use serde::{Deserialize, Serialize};
use signal_hook::consts::SIGTERM;
use signal_hook::flag;
use time_utils::spin;

/// A worker that ends as its argument says.
pub const END: Target<Ending> = Target::new("end", end);

/// How a worker shall end, or be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// Its function returns.
    Return,
    /// Its function returns an error.
    Error,
    /// It panics.
    Panic,
    /// It calls `exit` with this code.
    Exit(i32),
    /// It calls `abort`: the end that no one can catch.
    Abort,
    /// It works on, until its parent terminates it.
    Terminate,
    /// It works on, until its parent kills it.
    Kill,
}

impl Ending {
    /// All of them, in the order in which a person would try them.
    pub const ALL: [Self; 7] = [
        Self::Return,
        Self::Error,
        Self::Panic,
        Self::Exit(3),
        Self::Abort,
        Self::Terminate,
        Self::Kill,
    ];

    /// Starts a worker that ends so.
    ///
    /// # Errors
    ///
    /// Where it cannot be started.
    pub fn start(self) -> Result<Process, StartError> {
        Process::target(END).name(format!("worker_{self}")).start(self)
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Return => f.pad("return"),
            Self::Error => f.pad("error"),
            Self::Panic => f.pad("panic"),
            Self::Exit(code) => f.pad(&format!("exit({code})")),
            Self::Abort => f.pad("abort"),
            Self::Terminate => f.pad("terminate"),
            Self::Kill => f.pad("kill"),
        }
    }
}

// ANCHOR: end
fn end(how: Ending) -> anyhow::Result<()> {
    match how {
        Ending::Return => Ok(()),
        Ending::Error => bail!("nothing to divide by"),
        Ending::Panic => panic!("this should not happen"),
        Ending::Exit(code) => process::exit(code),
        Ending::Abort => process::abort(),
        Ending::Terminate | Ending::Kill => work_on(),
    }
}
// ANCHOR_END: end

/// A worker that does not listen when it is terminated. It says when it has
/// stopped listening.
pub const STUBBORN: Target<IpcSender<()>> = Target::new("stubborn", |deaf| {
    // Whoever handles a signal does not die of it.
    flag::register(SIGTERM, Arc::new(AtomicBool::new(false)))?;
    deaf.send(())?;
    work_on()
});

/// Starts a [`STUBBORN`] worker, and waits until it has stopped listening.
///
/// # Errors
///
/// Where it cannot be started, or ends before that.
pub fn start_stubborn() -> anyhow::Result<Process> {
    let (deaf, has_become_deaf) = ipc::channel()?;
    let process =
        Process::target(STUBBORN).name("worker_stubborn").start(deaf)?;
    // The only sender is the worker's: its end would be an error here.
    has_become_deaf.recv()?;
    Ok(process)
}

fn work_on() -> ! {
    loop {
        spin(u64::MAX);
    }
}
