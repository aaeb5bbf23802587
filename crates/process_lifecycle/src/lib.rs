//! Lesson 4: every way for a process to end, and what its parent sees.
//!
//! | Python                                | here                         |
//! | ------------------------------------- | ---------------------------- |
//! | `join(t)`, `terminate()`, `kill()` by hand | [`end_within`]          |
//! | `exitcode`                            | [`Exit`](process_spawning::Exit), [`Ending`] |
//! | `daemon=True`                         | what a `Process` does anyway |
//! | `daemon=False`: joined at exit        | [`JoinOnDrop`]               |
//! | `ps`, `psutil`                        | [`look_at`]                  |
//!
//! Started and not waited for, a process becomes a zombie when it ends;
//! without a parent it becomes an orphan. The demonstration shows both, made
//! with the standard library alone, and then how lesson 2's
//! [`Process`](process_spawning::Process) has neither.
//!
//! Left out: daemons in the system's sense, that outlive their session. In
//! production, a service manager such as systemd starts and restarts those.

mod ending;
mod escalation;
mod on_drop;
mod sight;

pub use ending::{END, Ending, STUBBORN, start_stubborn};
pub use escalation::{LastResort, end_within};
pub use on_drop::JoinOnDrop;
pub use sight::{Sight, children_of, look_at};
