//! Lesson 6: a queue between processes, with several at either end.
//!
//! The counterpart of `multiprocessing.Queue`, `SimpleQueue` and
//! `JoinableQueue`. The process that makes a [`Queue`] keeps its items;
//! others get a [`Producer`] or a [`Consumer`] as their argument:
//!
//! ```no_run
//! use process_spawning::{Process, Target, main_guard};
//! use queue_ipc::{Producer, Queue};
//!
//! const SQUARE: Target<Producer<i64>> = Target::new("square", square);
//!
//! fn square(results: Producer<i64>) -> anyhow::Result<()> {
//!     results.put(&(5 * 5))?;
//!     Ok(())
//! }
//!
//! fn main() -> anyhow::Result<()> {
//!     main_guard(&[&SQUARE]);
//!     let queue = Queue::new();
//!     let mut squarer = Process::target(SQUARE).start(queue.producer()?)?;
//!     println!("{}", queue.get()?);
//!     squarer.join()?;
//!     Ok(())
//! }
//! ```
//!
//! Where to look:
//!
//! - [`queue`](Queue): the items, in a crossbeam channel, and who keeps them
//! - [`producer`](Producer), [`consumer`](Consumer): the two ends in other
//!   processes, each with the thread that serves it
//! - `line`, `feeder`: how messages get there
//! - `item`: an item as bytes, and its arrow in the trace
//! - `entry`: an item that finds its way back when its consumer dies
//! - `tally`: which tasks are still to be done, for `join`
//! - [`interruption`](interruption()), [`ending`](ending()): Ctrl-C, and the end of something,
//!   for whoever waits for a crossbeam channel
//!
//! Python's queue is a pipe and a lock: who dies with the lock takes the
//! queue along. Here nobody holds anything for the others: each process talks
//! to the keeper over pipes of its own (lesson 5).
//!
//! Left out: a queue that outlives its keeper, or spans several machines. In
//! production that is a message broker such as NATS or Redis; inside one
//! process it is `crossbeam::channel`, which this lesson stands on.

mod consumer;
mod ending;
mod entry;
mod error;
mod feeder;
mod interruption;
mod item;
mod line;
mod producer;
mod queue;
mod tally;

pub use consumer::Consumer;
pub use ending::ending;
pub use error::{GetError, JoinError, PutError, QueueError};
pub use interruption::{interrupted_by, interruption};
pub use producer::Producer;
pub use queue::Queue;
