//! The live book: served at the loopback address, its pages run the lessons
//! and check the exercises on the reader's own machine.
//!
//! - [`server`](Server) answers at its [`port`](PortInUse); `pages` has the
//!   book
//! - `guard` is whom it lets in, and `keys` by which secrets
//! - `api` is what the pages can ask for; `page/` has their script and style
//! - [`demonstration`](Demonstrations) is what may be run, and with what
//! - `keeping` does one run or check at a time, by a process of its own, the
//!   [`keeper`](keep()); `run` is what that does, with `compile`, `tail`,
//!   `orders` and [`limits`]; [`event`] is what it tells, by `telling`
//! - `saves` tells that a learner has saved an exercise
//!
//! Served by anything else, the same book shows the captured runs, and the
//! commands to copy.

mod api;
mod compile;
mod demonstration;
pub mod event;
mod guard;
mod keeper;
mod keeping;
mod keys;
pub mod limits;
mod orders;
mod pages;
mod port;
mod run;
mod saves;
mod server;
mod tail;
mod telling;

pub use demonstration::{
    Choice, Choosable, Chosen, Demonstration, Demonstrations, NotDeclared,
};
pub use keeper::{Work, keep};
pub use port::PortInUse;
pub use server::Server;
