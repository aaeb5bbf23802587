//! Lesson 1: measure a piece of work, tell the time, burn some.
//!
//! The counterpart of the small Python module `time_utils.py` that every
//! script of the guide imports:
//!
//! | Python                | here                                   |
//! | --------------------- | -------------------------------------- |
//! | `@get_time`           | [`timed`], or [`measure`] for the number |
//! | `timestamp()`         | [`timestamp`]                          |
//! | `kill_time()`         | [`kill_time`], [`spin`] for a given count |
//! | `print(…)`            | [`print_line`]                         |
//!
//! Beside them stands the [`trace`]: what each process of a program did and
//! when, written to one file. All later lessons draw their timelines from it.
//!
//! Left out: statistics. One measurement says little; for a figure to rely
//! on, use [criterion](https://docs.rs/criterion), as this crate's bench does.

mod clock;
mod output;
pub mod trace;

pub use clock::{
    SEED_ITERATIONS, kill_time, measure, report, spin, timed, timestamp,
};
pub use output::{OutputError, exit_code, exit_status, print_line};
