//! What the book relies on when it shows a timeline.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

mod bars;
mod chart;
mod events;
mod odd_traces;
mod perfetto;
mod picture;
mod program;
mod timeline;
