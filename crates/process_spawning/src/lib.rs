//! Lesson 2: start a function in a process of its own, and join it.
//!
//! The counterpart of `multiprocessing.Process` with the start method
//! `spawn`. Rust has no `fork` that carries a closure along, and must not:
//! the copy would have one thread and everybody's locks. A worker is our own
//! program, started again, that turns off at the main guard:
//!
//! ```no_run
//! use process_spawning::{Process, Target, main_guard};
//!
//! const SQUARE: Target<i64> = Target::new("square", square);
//!
//! fn square(number: i64) -> anyhow::Result<()> {
//!     time_utils::print_line(number * number)?;
//!     Ok(())
//! }
//!
//! fn main() -> anyhow::Result<()> {
//!     main_guard(&[&SQUARE]);
//!     let mut process = Process::target(SQUARE).name("squarer").start(5)?;
//!     let exit = process.join()?;
//!     println!("{} ended: {exit}", process.name());
//!     Ok(())
//! }
//! ```
//!
//! Where to look:
//!
//! - [`target`](Target): what can run in another process
//! - [`guard`](main_guard): where a worker turns off
//! - [`process`](Process): starting, joining, ending
//! - `role`: what stands in a worker's arguments
//! - `lifeline`, `starter`: why no worker outlives its parent
//! - [`cleaner`](clean_up_with): what is put away for those that were killed
//! - `handover`, [`parcel`](Parcel), [`socket`](Socket),
//!   [`descriptors`](Descriptors): how the argument gets across
//! - `interrupt`, `wait`: Ctrl-C, and [waiting](wait_for_any) for whichever
//!   comes first
//!
//! Linux only: a worker is found by `/proc/self/exe`, waited for by its pidfd,
//! and ipc-channel's packets are passed on as Linux has them. Left out: a
//! result, which comes back over a channel (lesson 5) or from a pool (lesson
//! 7); other machines. In production, `std::process::Command` with a
//! subcommand of one's own program does for a few workers.

#[cfg(not(target_os = "linux"))]
compile_error!(
    "the lessons start processes as Linux does it: \
     on Windows use WSL 2, on macOS a Linux container"
);

mod cleaner;
mod descriptors;
mod exit;
mod guard;
mod handover;
mod interrupt;
mod lifeline;
mod parcel;
mod process;
mod role;
mod socket;
mod starter;
mod target;
mod wait;

use std::any::Any;
use std::process::ExitCode;

pub use cleaner::{Ending, clean_up_with};
pub use descriptors::Descriptors;
pub use exit::Exit;
pub use guard::main_guard;
pub use handover::{
    HandoverError, is_giving_argument, refusal, refusal_to_write,
};
pub use interrupt::{
    GRACE as INTERRUPT_GRACE, Interrupted, WaitError, interrupted,
    until_interrupted, wait_for_any,
};
pub use parcel::{INLINE_BYTES, Parcel};
pub use process::{Builder, END_GRACE, Process, START_DEADLINE, StartError};
pub use role::{DEEPEST, current_name};
pub use socket::{End, Socket};
pub use target::{AnyTarget, Argument, Call, Handover, Target};
pub use wait::Source;

/// The exit code for what `main` came to: that of
/// [`time_utils::exit_code`], but 130 after Ctrl-C, and 143 after SIGTERM.
///
/// That it was interrupted needs no words; any other error has them.
#[must_use]
pub fn exit_code(result: anyhow::Result<()>) -> ExitCode {
    let Some(signal) = interrupted() else {
        return time_utils::exit_code(result);
    };
    let Err(error) = result else { return ExitCode::SUCCESS };
    if !error.chain().any(is_interruption) {
        let _ = time_utils::exit_code(Err(error));
    }
    ExitCode::from(signal.exit_code())
}

/// An error and its causes, in one line: to tell it to another process, or
/// to be a part of another error.
pub fn causes(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}

/// What a panic said, from what `catch_unwind` or `JoinHandle::join` caught.
#[must_use]
pub fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let literal = panic.downcast_ref::<&str>().copied();
    literal
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
}

fn is_interruption(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.is::<Interrupted>()
        || matches!(cause.downcast_ref(), Some(WaitError::Interrupted(_)))
        || matches!(cause.downcast_ref(), Some(StartError::Interrupted(_)))
}
