//! Lesson 8: numbers that several processes read and change.
//!
//! The counterpart of `multiprocessing.Value`, `multiprocessing.Array` and
//! `multiprocessing.shared_memory.SharedMemory`:
//!
//! ```no_run
//! use process_spawning::{Process, Target, main_guard};
//! use shared_memory_demo::{Array, Value};
//!
//! const WORKER: Target<(Value<f64>, Array<i32>)> =
//!     Target::new("worker", worker);
//!
//! fn worker((num, arr): (Value<f64>, Array<i32>)) -> anyhow::Result<()> {
//!     num.set(3.14);
//!     for cell in &arr {
//!         cell.set(-cell.get());
//!     }
//!     Ok(())
//! }
//!
//! fn main() -> anyhow::Result<()> {
//!     main_guard(&[&WORKER]);
//!     let num = Value::new(0.0)?;
//!     let arr = Array::new(&[0, 1, 2, 3])?;
//!     let argument = (num.clone(), arr.clone());
//!     Process::target(WORKER).start(argument)?.join()?;
//!     println!("{} {:?}", num.get(), arr.snapshot());
//!     Ok(())
//! }
//! ```
//!
//! Where to look:
//!
//! - [`value`](Value), [`array`](Array): one number, and many
//! - [`cell`](SharedCell), [`element`](Element): what a number is in shared
//!   memory, an atomic, and which types it can have
//! - `shared`: making, opening and passing on
//! - `layout`: what stands where, for whoever opens it, Python too
//! - `lock`: one at a time, for changes of more than one number
//! - `named`, `names`: memory with a name, from the crate `shared_memory`,
//!   and how no name is left behind
//! - `nameless`: memory without one, as one would do it today
//! - `memory`: all of the unsafe code
//!
//! Only atomics are given out, and never a plain slice: while another process
//! writes, reading a plain number is undefined behaviour, and no lock of ours
//! makes a stranger wait.
//!
//! Linux only. Left out: text and structures (send a message instead, lesson
//! 5); memory that grows. In production: a sealed memfd passed to whoever
//! needs it, and messages wherever they are fast enough. The crate
//! `shared_memory` has not been maintained since 2023.

mod array;
mod cell;
mod element;
mod error;
mod layout;
mod lock;
mod memory;
mod named;
mod nameless;
mod names;
mod shared;
mod value;

pub use array::Array;
pub use cell::SharedCell;
pub use element::{Element, Number};
pub use error::{CreateError, LockError, OpenError};
pub use layout::{HEADER_BYTES, MAGIC, VERSION};
pub use shared::Backing;
pub use value::Value;
