//! What threads cost: to create one in each of the ways of this lesson, and to
//! hold a lock.
//!
//! ```text
//! cargo bench -p threading_comparison
//! ```

use std::thread;

use criterion::Criterion;
use threading_comparison::Gil;

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    creation(&mut criterion);
    lock(&mut criterion);
    criterion.final_summary();
}

fn creation(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("create and join");
    group.bench_function("thread::spawn", |bencher| {
        bencher.iter(|| thread::spawn(|| ()).join());
    });
    group.bench_function("thread::scope", |bencher| {
        bencher.iter(|| thread::scope(|scope| scope.spawn(|| ()).join()));
    });
    // Its threads are there already: only the work is handed over.
    group.bench_function("rayon::join", |bencher| {
        bencher.iter(|| rayon::join(|| (), || ()));
    });
    group.finish();
}

fn lock(criterion: &mut Criterion) {
    let gil = Gil::default();
    criterion.bench_function("hold a lock that is free", |bencher| {
        bencher.iter(|| gil.hold(|| ()));
    });
}
