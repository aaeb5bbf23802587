//! Two threads that count one variable up: in Python numbers get lost, in
//! Rust it does not compile.
//!
//! A thread that may outlive what it borrows (E0373):
//!
//! ```compile_fail,E0373
//! let mut count = 0;
//! let thread = std::thread::spawn(|| count += 1);
//! thread.join().unwrap();
//! ```
//!
//! Two threads that may write at once (E0499):
//!
#![doc = "```compile_fail,E0499"]
#![doc = include_str!("races/two_writers.rs")]
#![doc = "```"]
//!
//! An atomic may be written by both, and nothing is lost:
//!
//! ```
//! use std::sync::atomic::{AtomicU32, Ordering};
//!
//! let count = AtomicU32::new(0);
//! std::thread::scope(|scope| {
//!     for _ in 0..2 {
//!         scope.spawn(|| {
//!             for _ in 0..10_000 {
//!                 count.fetch_add(1, Ordering::Relaxed);
//!             }
//!         });
//!     }
//! });
//! assert_eq!(count.into_inner(), 20_000);
//! ```
