//! Draws the book's timelines: what the processes of a program did, and when.
//!
//! - [`timeline`](Timeline): the events of a trace, put together to lanes,
//!   bars and arrows
//! - [`svg`](Caption): the picture of a timeline, to stand inside a page
//! - [`perfetto`](perfetto()): the same events for Perfetto and `chrome://tracing`
//!
//! ```no_run
//! use figures::{Caption, Timeline, WIDTH};
//! use time_utils::trace;
//!
//! # fn main() -> anyhow::Result<()> {
//! let timeline = Timeline::from_events(&trace::read("trace.jsonl")?);
//! let caption = Caption {
//!     id: "two-workers",
//!     title: "Two workers",
//!     description: "Both work at the same time.",
//! };
//! std::fs::write("two_workers.svg", timeline.to_svg(&caption, WIDTH))?;
//! # Ok(())
//! # }
//! ```
//!
//! Left out: scrolling, zooming and searching, which Perfetto does.

mod axis;
mod layout;
mod perfetto;
mod svg;
mod text;
mod timeline;
mod trace;

pub use perfetto::perfetto;
pub use svg::{Caption, WIDTH};
pub use timeline::{Arrow, Bar, Death, Lane, Stop, Timeline};
