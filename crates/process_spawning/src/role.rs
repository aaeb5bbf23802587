//! Who this process is: the main process, or somebody's worker.
//!
//! A worker's role stands in its arguments, so that `ps` shows it:
//!
//! ```text
//! process_spawning --mp-worker worker_task Process_1 1
//! ```
//!
//! Not in the environment, which whatever a worker starts would inherit.

use std::env;
use std::ffi::OsStr;
use std::sync::OnceLock;

/// The first argument of every worker.
const FLAG: &str = "--mp-worker";

/// How deep workers may start workers. Nobody needs it; a program that
/// starts itself without end meets it.
pub const DEEPEST: u32 = 8;

static ROLE: OnceLock<Role> = OnceLock::new();

/// What a worker is told at its start.
#[derive(Debug)]
pub(crate) struct Role {
    /// The target that it runs.
    pub(crate) target: String,
    /// Its name, chosen by its parent.
    pub(crate) name: String,
    /// How many parents it has above it.
    pub(crate) depth: u32,
}

impl Role {
    /// The role that this process was started in; `None` where it is no
    /// worker.
    pub(crate) fn from_arguments() -> Option<Result<Self, &'static str>> {
        if !started_as_worker() {
            return None;
        }
        let rest: Vec<_> = env::args_os().skip(2).collect();
        Some(Self::parse(&rest).ok_or("incomplete arguments"))
    }

    fn parse(rest: &[impl AsRef<OsStr>]) -> Option<Self> {
        let text = |at: usize| rest.get(at)?.as_ref().to_str();
        let depth = text(2)?.parse().ok()?;
        let (target, name) = (text(0)?.to_owned(), text(1)?.to_owned());
        Some(Self { target, name, depth })
    }

    /// The arguments of a process that shall have this role.
    pub(crate) fn to_arguments(&self) -> [String; 4] {
        let Self { target, name, depth } = self;
        [FLAG.into(), target.clone(), name.clone(), depth.to_string()]
    }

    /// Makes this the role of this process.
    pub(crate) fn assume(self) -> &'static Self {
        ROLE.get_or_init(|| self)
    }
}

/// The name of this process: what its parent called it, or `MainProcess`.
///
/// Python: `multiprocessing.current_process().name`.
#[doc(alias = "current_process")]
#[must_use]
pub fn current_name() -> &'static str {
    ROLE.get().map_or("MainProcess", |role| &role.name)
}

/// How many parents this process has above it.
pub(crate) fn depth() -> u32 {
    ROLE.get().map_or(0, |role| role.depth)
}

/// Started as a worker, but its `main` went past the main guard.
pub(crate) fn guard_is_missing() -> bool {
    started_as_worker() && ROLE.get().is_none()
}

fn started_as_worker() -> bool {
    env::args_os().nth(1).is_some_and(|argument| argument == FLAG)
}
