//! Draws the book's timelines: what the processes of a program did, and when;
//! and its charts: how long something took, and with how much of what.
//!
//! - [`timeline`](Timeline): the events of a trace, put together to lanes,
//!   bars and arrows; `svg`, `layout` and `axis` draw them
//! - [`chart`](Chart): lines of points, as a measurement is written down;
//!   `plot` and `scale` draw them
//! - [`bars`](Bars): the tables of what something costs, as the benchmarks
//!   print them
//! - [`picture`](Caption): what all pictures have in common
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
mod bars;
mod chart;
mod layout;
mod perfetto;
mod picture;
mod plot;
mod scale;
mod svg;
mod text;
mod timeline;
mod trace;

pub use bars::{Bars, Row, UnreadableRow};
pub use chart::{Axis, Chart, Kind, Level, Line, Mark, Unit};
pub use perfetto::perfetto;
pub use picture::{Caption, WIDTH};
pub use timeline::{Arrow, Bar, Death, Lane, Stop, Timeline};
