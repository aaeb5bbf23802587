//! What the lessons' tests are written with: a program is run as a person
//! would run it, under a deadline, and watched from outside.
//!
//! - [`program`](Program): run it, wait for a line, send it a signal; at the
//!   end nothing may be left behind
//! - `manners`: what every program owes the person who runs it
//! - [`family`](Family): the program and all processes that come from it;
//!   [`brand`](Brand): a mark that they cannot lose
//! - [`names`](shared_memory_names): of what is left, and whose they are
//! - [`output`](Output): what it prints, read while it runs
//! - [`port`](take_port): one for a server
//! - [`trouble`](Trouble): what can be wrong with a run
//! - [`transcript`](Transcript): compare what it printed, with what differs
//!   from run to run masked
//!
//! What is wrong is a panic, as in any test, with what was seen in it.
//! Looks into `/proc`, so it runs on Linux only.

mod brand;
mod family;
mod manners;
mod names;
mod output;
mod port;
mod program;
mod transcript;
mod trouble;

pub use brand::Brand;
pub use family::{Family, Member, list};
pub use names::shared_memory_names;
pub use output::Output;
pub use port::take_port;
pub use program::{Program, Run, Running};
pub use rustix::process::Signal;
pub use transcript::Transcript;
pub use trouble::Trouble;
