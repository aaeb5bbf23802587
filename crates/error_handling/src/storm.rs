//! A thousand tasks that all end their worker.

use std::process;

use error_handling::{Policy, supervise};
use pool_map::{Pool, Task, Workers};
use time_utils::print_line;

pub(crate) const WORKERS: Workers = Workers::new("storm", &[&LOAD]);

// ANCHOR: storm
const LOAD: Task<u32, u32> = Task::new("load", |_| {
    // As if a library were missing on this machine.
    process::exit(127)
});

pub(crate) fn show(workers: usize) -> anyhow::Result<()> {
    let pool = Pool::builder(WORKERS).workers(workers).start()?;
    let report = supervise(&pool, LOAD, 0..1000, &Policy::default());
    print_line(&report)?;
    Ok(report.ensure_complete()?)
}
// ANCHOR_END: storm
