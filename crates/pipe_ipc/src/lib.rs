//! Lesson 5: typed messages between processes, and an end that comes by
//! itself.
//!
//! The counterpart of `multiprocessing.Pipe`. A pipe has two ends; each is a
//! value that can be given to another process as its argument:
//!
//! ```no_run
//! use pipe_ipc::{Connection, pipe};
//! use process_spawning::{Process, Target, main_guard};
//!
//! const SQUARE: Target<Connection<i64, i64>> = Target::new("square", square);
//!
//! fn square(parent: Connection<i64, i64>) -> anyhow::Result<()> {
//!     let number = parent.recv()?;
//!     parent.send(number * number)?;
//!     Ok(())
//! }
//!
//! fn main() -> anyhow::Result<()> {
//!     main_guard(&[&SQUARE]);
//!     let (ours, theirs) = pipe()?;
//!     let _squarer = Process::target(SQUARE).start(theirs)?;
//!     ours.send(5)?;
//!     println!("{}", ours.recv()?);
//!     Ok(())
//! }
//! ```
//!
//! Where to look:
//!
//! - [`typed`](one_way): [`Sender`] and [`Receiver`], one way
//! - [`connection`](pipe): [`Connection`], both ways
//! - [`bytes`](bytes_pipe): bytes without serialisation, the fast way
//! - [`wait`](wait()): several pipes and processes at once
//! - `error`: what can go wrong, and who is to blame
//! - `arrow`: the messages in the trace
//!
//! It stands on ipc-channel, which carries values with channels in them, and
//! keeps its rough edges away: a message never blocks halfway, the death of
//! the other side is an end of file, and every wait can have a deadline.
//! Left out: pipes with a name that strangers can open (Python's `Listener`
//! and `Client`). In production, `interprocess` has those, and a plain
//! `UnixStream` with frames of one's own does for two programs.

mod arrow;
mod bytes;
mod connection;
mod error;
mod typed;
mod wait;

pub use bytes::{
    BytesReceiver, BytesSender, bytes_pipe, bytes_pipe_without_arrows,
};
pub use connection::{Connection, pipe};
pub use error::{RecvError, SendError};
pub use typed::{Receiver, Sender, one_way};
pub use wait::{Ready, wait};
