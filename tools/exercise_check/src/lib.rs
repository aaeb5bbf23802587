//! What the exercises' checks are written with: the learner's program is run
//! as a person would run it, and what is wrong with it is explained.
//!
//! ```no_run
//! # const BUILT: &str = "";
//! # macro_rules! program { () => { exercise_check::Program::new(BUILT) } }
//! #[test]
//! fn the_square_of_the_number_is_printed() {
//!     let run = program!().arg("5").run().success();
//!     run.require(
//!         run.stdout == "25\n",
//!         "it did not print the square of 5",
//!         "one line, 25",
//!         "the parent prints what it gets from the queue",
//!     );
//! }
//! ```
//!
//! - [`program`](Program): run it, or start it and do something to it
//! - [`run`](Run): how it ended, what it printed, and what is required of it
//! - [`span`](Span): who ran when, from the trace
//! - [`memory`](shared_numbers): what stands in memory that processes share
//! - [`message`](Message): who sent to whom, from the trace
//! - `advice`: how a failure reads
//! - `hang`: who waits for what in a program that does not end, and why
//!   probably; `wait` asks the system
//!
//! Every program has a deadline, may print only so much, and is ended with
//! all that came from it, also what left its process group. A check never
//! ends in a bare assertion.
//!
//! Looks into `/proc`, so it runs on Linux only.

mod advice;
mod hang;
mod memory;
mod message;
mod program;
mod run;
mod span;
mod wait;

pub use lesson_check::{Member, Signal};
pub use memory::shared_numbers;
pub use message::Message;
pub use program::{Program, Running};
pub use run::Run;
pub use span::Span;

/// The environment variable that names another program to check, instead of
/// the package's own.
pub const VARIABLE: &str = "EXERCISE_PROGRAM";

/// The [`Program`] under check: the binary of the package whose test this
/// is, or the one that [`VARIABLE`] names.
#[macro_export]
macro_rules! program {
    () => {
        $crate::Program::new(env!(concat!(
            "CARGO_BIN_EXE_",
            env!("CARGO_PKG_NAME")
        )))
    };
}
