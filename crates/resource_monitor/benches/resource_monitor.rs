//! What a look costs: at one worker and at several, with the proportional
//! set size and without it, and where the workers hold more memory.
//!
//! ```text
//! cargo bench -q -p resource_monitor --bench resource_monitor
//! ```

use std::sync::OnceLock;

use anyhow::anyhow;
use criterion::Criterion;
use pool_map::{Pool, Workers};
use process_spawning::main_guard;
use resource_monitor::{Machine, Monitor};

/// What a worker holds for as long as it lives.
static HELD: OnceLock<Vec<u8>> = OnceLock::new();

const WORKERS: Workers<usize> = Workers::with_initializer(
    "workers",
    |bytes| HELD.set(vec![1; bytes]).map_err(|_| anyhow!("it holds some")),
    &[],
);

fn main() {
    main_guard(&[&WORKERS]);
    let mut criterion = Criterion::default().configure_from_args();
    for (workers, mebibytes) in [(1, 0), (8, 0), (8, 64)] {
        look(&mut criterion, workers, mebibytes);
    }
    criterion.bench_function("Machine::look", |bencher| {
        bencher.iter(|| Machine::look().expect("a machine"));
    });
    criterion.final_summary();
}

fn look(criterion: &mut Criterion, workers: usize, mebibytes: usize) {
    let pool = Pool::builder_with(WORKERS, move || mebibytes << 20);
    let pool = pool.workers(workers).start().expect("a pool");
    let name = format!("workers: {workers}, MiB in each: {mebibytes}");
    let mut group = criterion.benchmark_group(name);
    let monitor = || Monitor::new().expect("a monitor");
    for (which, mut monitor) in
        [("a look without PSS", monitor().without_pss()), ("a look", monitor())]
    {
        group.bench_function(which, |bencher| {
            bencher.iter(|| monitor.look(pool.status()));
        });
    }
}
