//! The main guard: the first line of every `main`.

use std::ffi::CString;
use std::io::{self, Write as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::process;

use anyhow::{Context as _, anyhow};
use time_utils::{exit_status, trace};

use crate::interrupt;
use crate::lifeline::{self, Reply};
use crate::role::Role;
use crate::starter;
use crate::target::{AnyTarget, Call, Handover};

/// The first line of every `main` that starts processes: in a worker it runs
/// the target and never returns; in the main process it does next to nothing.
///
/// A worker is our own program, started again from the top. The guard is
/// where it turns off, as Python's worker turns off at
/// `if __name__ == "__main__":`. `targets` is everything that a worker of
/// this program can be asked to run.
///
/// ```no_run
/// use process_spawning::{Process, Target, main_guard};
///
/// const GREET: Target<String> = Target::new("greet", |whom| {
///     time_utils::print_line(format_args!("hello, {whom}"))?;
///     Ok(())
/// });
///
/// fn main() -> anyhow::Result<()> {
///     main_guard(&[&GREET]);
///     let mut greeter = Process::target(GREET).start("you".into())?;
///     greeter.join()?;
///     Ok(())
/// }
/// ```
///
/// In a worker the target's result becomes the exit code: 0, or 1 with the
/// error and its causes on standard error, or 101 for a panic. Ctrl-C is left
/// to the parent, standard input is empty, and when the parent is gone, the
/// worker ends within moments, whatever it does.
///
/// In the main process Ctrl-C and SIGTERM become the error
/// [`Interrupted`](crate::Interrupted) of whatever waits.
///
/// Without the guard a worker would run the whole `main` and start workers
/// itself: [`Builder::start`](crate::Builder::start) refuses that.
#[doc(alias = "freeze_support")]
pub fn main_guard(targets: &[&dyn AnyTarget]) {
    let refused = match Role::from_arguments() {
        None => be_parent().context("cannot watch for Ctrl-C").err(),
        Some(Err(why)) => {
            refuse(2, &anyhow!("{why} for a worker: only a parent starts one"))
        }
        Some(Ok(role)) => work(role.assume(), targets).err(),
    };
    if let Some(error) = refused {
        refuse(1, &error);
    }
}

fn refuse(code: i32, error: &anyhow::Error) -> ! {
    let _ = io::stderr().write_all(format!("error: {error:#}\n").as_bytes());
    process::exit(code);
}

fn be_parent() -> io::Result<()> {
    trace::name_process("MainProcess");
    interrupt::watch()
}

/// The life of a worker. Returns only with the reason why it has none.
fn work(role: &Role, targets: &[&dyn AnyTarget]) -> anyhow::Result<()> {
    let Some(lifeline) = lifeline::grasp()? else {
        let why = "this is how a worker is started, but there is no parent: \
                   leave out the arguments";
        refuse(2, &anyhow!(why));
    };
    starter::wake_without_parent()?;
    interrupt::leave_to_parent()?;
    show_name(&role.name);
    let life = trace::span(trace::Category::Process, &role.name);
    let call = take_argument(role, targets, &lifeline);
    lifeline::watch(lifeline)?;
    let result = call();
    drop(life);
    let status = exit_status(&format!("Error in {}", role.name), result);
    process::exit(status.into());
}

/// Takes the target's argument and tells the parent so; where there is none
/// to take, tells the parent that, who tells the person, and ends.
fn take_argument(
    role: &Role,
    targets: &[&dyn AnyTarget],
    lifeline: &OwnedFd,
) -> Call {
    let taken = find(role, targets).and_then(|target| {
        let handover = Handover::through(lifeline.as_fd());
        target.take(handover).map_err(Reply::no_argument)
    });
    let (call, reply) = match taken {
        Ok(call) => {
            trace::received("argument", &process::id().to_string());
            (Some(call), Reply::Started)
        }
        Err(refusal) => (None, refusal),
    };
    match (lifeline::reply(lifeline, &reply), call) {
        (Ok(()), Some(call)) => call,
        // No work, or no parent any more.
        _ => process::exit(2),
    }
}

fn find<'t>(
    role: &Role,
    targets: &[&'t dyn AnyTarget],
) -> Result<&'t dyn AnyTarget, Reply> {
    let mut all = targets.iter().copied();
    all.find(|target| target.name() == role.target).ok_or_else(|| {
        let names = targets.iter().map(|target| target.name().to_owned());
        Reply::UnknownTarget { listed: names.collect() }
    })
}

/// Shows the worker's name in `top` and in its lane of the trace.
fn show_name(name: &str) {
    trace::name_process(name);
    if let Ok(name) = CString::new(name) {
        // The system keeps fifteen bytes of it; without any we live on.
        let _ = rustix::thread::set_name(&name);
    }
}
