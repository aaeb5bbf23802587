//! Runs every demonstration of the course while something goes wrong, and
//! looks from outside at what becomes of it: it must end in time, in the right
//! way and with a word for people, and leave nothing behind.
//!
//! - [`demonstrations`]: what is run, and where cargo put it
//! - [`faults`]: what can go wrong
//! - [`injection`]: one fault for one demonstration, drawn from a seed
//! - [`place`]: where a run takes place, apart from all others
//! - [`run`]: the demonstration and its fault, and what was seen; `start` how
//!   it begins, and [`struck`] whom the fault finds
//! - [`verdict`]: what was wrong with that
//! - [`suite`]: many of them at once, and [`report`] the table of what became of
//!   them

pub mod demonstrations;
pub mod faults;
pub mod injection;
pub mod place;
pub mod report;
pub mod run;
mod start;
pub mod struck;
pub mod suite;
pub mod verdict;
