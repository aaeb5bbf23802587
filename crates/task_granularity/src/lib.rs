//! Lesson 11: how large a task should be.
//!
//! The same work, cut into messages of one task, of two, of five, and so on:
//! each is measured, and each is predicted by a model of three costs. Then
//! one can see why small messages are slow, why too large ones are, too, and
//! when no size is worth it.
//!
//! | Python                            | here                         |
//! | --------------------------------- | ---------------------------- |
//! | `[f(x) for x in xs]`              | [`Way::OneThread`]           |
//! | `ThreadPool.map`, without the GIL | [`Way::Threads`], by rayon   |
//! | `Pool.map(f, xs, chunksize=n)`    | [`Way::Processes`]           |
//!
//! Where to look:
//!
//! - [`work`](Work): what there is to do, and chunks of it
//! - [`crew`](Crew): who does it: one thread, threads, processes
//! - [`model`](Costs): what everything costs, and what follows from that
//! - `probes`: measuring what everything costs
//! - [`measurement`](Measurement): all of it measured, in turns
//! - `chart`: the measurement as [`figures`] draws it
//! - [`verdict`](Verdict): whether it paid, and why not
//!
//! Left out: tasks whose arguments or results are large. Then bytes cost
//! more than messages do, and shared memory (lesson 8) is the answer. In
//! production nobody sweeps: take [`pool_map::automatic_chunk_size`], or
//! rayon, which divides its work by itself while it is at it.

mod chart;
mod crew;
mod measurement;
mod model;
mod probes;
mod verdict;
mod work;

pub use crew::{Crew, WORKERS, Way};
pub use measurement::{Measurement, Plan, Point};
pub use model::Costs;
pub use verdict::{Reason, Verdict};
pub use work::{Work, chunk_sizes, compute};
