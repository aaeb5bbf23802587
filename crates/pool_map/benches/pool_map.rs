//! What a task costs in a pool: one by itself, and a thousand.
//!
//! ```text
//! cargo bench -p pool_map --bench pool_map
//! ```

use criterion::{Criterion, Throughput};
use pool_map::{Pool, Task, Workers};
use process_spawning::main_guard;

const SQUARE: Task<u64, u64> = Task::new("square", |n| Ok(n * n));
const WORKERS: Workers = Workers::new("workers", &[&SQUARE]);

const TASKS: u64 = 1000;

fn main() {
    main_guard(&[&WORKERS]);
    let mut criterion = Criterion::default().configure_from_args();
    let pool = Pool::builder(WORKERS).workers(2).start().expect("a pool");
    apply(&mut criterion, &pool);
    map(&mut criterion, &pool);
    criterion.final_summary();
}

fn apply(criterion: &mut Criterion, pool: &Pool) {
    criterion.bench_function("apply", |bencher| {
        bencher.iter(|| pool.apply(SQUARE, 7).expect("a result"));
    });
}

fn map(criterion: &mut Criterion, pool: &Pool) {
    let mut group = criterion.benchmark_group("map");
    group.throughput(Throughput::Elements(TASKS));
    group.bench_function("1000 tasks", |bencher| {
        bencher.iter(|| pool.map(SQUARE, 0..TASKS).expect("results"));
    });
    group.finish();
}
