//! A thousand tasks that all end their worker.

use std::process;
use std::time::Duration;

use error_handling::{Policy, supervise};
use pool_map::{Pool, Task, Workers};
use time_utils::print_line;

pub(crate) const WORKERS: Workers = Workers::new("storm", &[&LOAD]);

// ANCHOR: storm
const LOAD: Task<u32, u32> = Task::new("load", |_| {
    // As if a library were missing on this machine.
    process::exit(127)
});

pub(crate) fn show(workers: usize, deadline: Duration) -> anyhow::Result<()> {
    let pool = Pool::builder(WORKERS)
        .workers(workers)
        .task_deadline(deadline)
        .start()?;
    let report = supervise(&pool, LOAD, 0..1000, &Policy::default());
    let told = print_line(&report);
    report.ensure_complete()?;
    Ok(told?)
}
// ANCHOR_END: storm
