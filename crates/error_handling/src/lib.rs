//! Lesson 10: what fails in another process is a value here, and somebody
//! decides what to do about it.
//!
//! Python has `try … except` inside the worker, and outside of it an exception
//! that a pool raises again in the parent, unless the worker is gone: then
//! there is none. In Rust an error is a value. A [`TaskError`] of lesson 7
//! says which task it was, which worker had it, and what happened: an error
//! with its causes, a panic with its place, an exit code, a signal, or a
//! deadline.
//!
//! What is left is to decide, and that is what a supervisor does:
//!
//! ```no_run
//! use error_handling::{Policy, supervise};
//! use pool_map::{Pool, Task, Workers};
//! use process_spawning::main_guard;
//!
//! const SQUARE: Task<i64, i64> = Task::new("square", |number| {
//!     Ok(number * number)
//! });
//! const WORKERS: Workers = Workers::new("workers", &[&SQUARE]);
//!
//! fn main() -> anyhow::Result<()> {
//!     main_guard(&[&WORKERS]);
//!     let pool = Pool::new(WORKERS)?;
//!     let report = supervise(&pool, SQUARE, 1..=5, &Policy::default());
//!     for outcome in report.outcomes() {
//!         println!("{:?} after {} tries", outcome.result, outcome.tries);
//!     }
//!     println!("{report}");
//!     Ok(report.ensure_complete()?)
//! }
//! ```
//!
//! Where to look:
//!
//! - [`policy`](Policy): what is tried again, how often, and after how long
//! - [`supervisor`](supervise()): asking, trying again, giving up
//! - [`lost`](Lost): a task that was given up, and all its failures
//! - [`report`](Report): what became of every task, and the summary
//!
//! How long a task may take is the pool's to know:
//! [`task_deadline`](pool_map::Builder::task_deadline).
//!
//! Left out: which errors are worth another try (here all that were returned
//! are, and panics are not), a random part in the pauses, and a record of what
//! is done that outlives the program. In production that is a job queue, or
//! the supervisor of the system, such as systemd.
//!
//! [`TaskError`]: pool_map::TaskError

mod lost;
mod policy;
mod report;
mod supervisor;

pub use lost::{Lost, Reason};
pub use policy::Policy;
pub use report::{Incomplete, Outcome, Report, Stop};
pub use supervisor::supervise;
