//! Lesson 7: a function for many values, on all cores, whatever happens to a
//! worker.
//!
//! The counterpart of `multiprocessing.Pool`. A [`Task`] is a function that
//! workers can be asked to run; [`Workers`] lists them, for the main guard:
//!
//! ```no_run
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
//!     let squares = pool.map(SQUARE, 1..=5)?;
//!     assert_eq!(squares, [1, 4, 9, 16, 25]);
//!     Ok(())
//! }
//! ```
//!
//! Where to look:
//!
//! - [`task`](Task): what workers can be asked to run
//! - [`workers`](Workers): their list, and the life of a worker
//! - [`pool`](Pool): starting them, and every way of asking
//! - `results`: asking ahead, and putting results in order
//! - [`async_result`](AsyncResult): a result to wait for later
//! - [`completions`](Completions): results as they come, while one asks for more
//! - `tender`: the thread that looks after one worker, to its end and beyond
//! - `worker`, [`seat`](WorkerStatus): a worker as its parent sees it, and its
//!   place
//! - `job`, `message`, `writing`: what waits for a worker, what it is told,
//!   and how that is written
//! - [`chunks`](automatic_chunk_size): how many tasks in one message
//! - [`error`](TaskError): which task, which worker, and what happened
//!
//! Python's pool has one queue for all its workers, and a worker that is
//! killed takes its task along unnoticed: `map` never returns. Here each
//! worker has a thread in the parent, and pipes of its own (lesson 5). Its
//! end is the end of a pipe: the task it was at becomes an error, what it had
//! not begun goes to others, and a fresh worker takes its place.
//!
//! Left out: tasks that start tasks, priorities, and trying again (lesson 10).
//! Where no isolation is needed, rayon is the answer:
//! the demonstration puts it beside.

mod async_result;
mod chunks;
mod completions;
mod error;
mod job;
mod message;
mod pool;
mod results;
mod seat;
mod task;
mod tender;
mod worker;
mod workers;
mod writing;

pub use async_result::AsyncResult;
pub use chunks::automatic_chunk_size;
pub use completions::{Completion, Completions};
pub use error::{Cause, PoolError, TaskError};
pub use pool::{Builder, Mapper, Pool, default_workers};
pub use results::Results;
pub use seat::WorkerStatus;
pub use task::{AnyTask, Task};
pub use workers::Workers;
