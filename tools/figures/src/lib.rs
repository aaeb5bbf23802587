//! Draws the book's figures: a trace in, an SVG timeline out.
//!
//! - [`timeline`](Timeline): what happened, as lanes, bars and arrows, read
//!   from a trace's events
//! - [`svg`](Caption): the same as a picture that can stand inside a page
//! - [`perfetto`](to_perfetto): the same for Perfetto and `chrome://tracing`
//!
//! The picture is a fragment of HTML, not a file to link to: so its colours
//! follow the page's theme, and it can be read without a network.

mod perfetto;
mod svg;
mod timeline;

pub use perfetto::to_perfetto;
pub use svg::{Caption, draw};
pub use timeline::{Arrow, Bar, Empty, Kind, Lane, Timeline};
