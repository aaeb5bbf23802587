//! What the reader of the live book relies on, tried without a browser: the
//! program serves a small workspace of its own, and is talked to over TCP.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

mod client;
mod ends;
mod guard;
mod limits;
mod manners;
mod nonsense;
mod place;
