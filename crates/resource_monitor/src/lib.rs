//! Lesson 12: what workers use, seen from outside, and how many of them to
//! start.
//!
//! | Python                               | here                          |
//! | ------------------------------------ | ----------------------------- |
//! | `psutil.Process(pid)`, `top`         | [`Monitor`]                   |
//! | `cpu_percent()`, `memory_info().rss` | [`Figures`]                   |
//! | `memory_full_info().pss`             | [`Figures::pss_bytes`]        |
//! | `Pool(os.cpu_count())`               | [`choose`]                    |
//! | `len(os.sched_getaffinity(0))`       | [`Machine::affinity`]         |
//! | `OMP_NUM_THREADS=1`                  | `.env("RAYON_NUM_THREADS", "1")` |
//!
//! ```no_run
//! use pool_map::{Pool, Workers};
//! use resource_monitor::{Demand, Machine, Monitor, choose};
//!
//! # fn run(listed: Workers) -> anyhow::Result<()> {
//! let size = choose(&Machine::look()?, &Demand::default());
//! println!("{size}");
//! let pool = Pool::builder(listed).workers(size.workers.get()).start()?;
//! let mut monitor = Monitor::new()?;
//! for worker in monitor.look(pool.status()).workers {
//!     println!("{worker}");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Where to look:
//!
//! - [`monitor`](Monitor): looking at workers, again and again
//! - [`sample`](Sample): what one look has seen
//! - `linux`: what Linux tells beyond other systems
//! - [`summary`](Summary): what all looks together have seen
//! - [`sizing`](choose): how many workers, and why
//! - [`machine`](Machine), `quota`, `memory_limit`, `groups`: what there is
//!   to share out
//! - [`screen`](Screen), [`table`](Header): telling a person, or a program
//!
//! Left out: what the disk, the network and the cache do, and which function
//! the time goes into. In production, `perf` or samply say the latter; a
//! service has its control group's figures collected, as cAdvisor and the
//! process exporter of Prometheus do.

mod groups;
mod linux;
mod machine;
mod memory_limit;
mod monitor;
mod quota;
mod sample;
mod screen;
mod sizing;
mod summary;
mod table;

pub use linux::involuntary_switches;
pub use machine::MachineError;
pub use monitor::{Monitor, Watched};
pub use sample::{Figures, Reading, Sample, State};
pub use screen::Screen;
pub use sizing::{
    Because, Demand, Limit, Machine, MemoryLimit, PoolSize, Resource, choose,
};
pub use summary::{Summary, WorkerSummary};
pub use table::Header;
