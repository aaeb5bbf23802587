//! What one call costs where nobody else wants the number.
//!
//! ```text
//! cargo bench -p shared_memory_demo --bench shared_memory_demo
//! ```

use criterion::Criterion;
use process_spawning::main_guard;
use shared_memory_demo::Value;

fn main() {
    main_guard(&[]);
    let mut criterion = Criterion::default().configure_from_args();
    one_call(&mut criterion);
    criterion.final_summary();
}

fn one_call(criterion: &mut Criterion) {
    let whole = Value::new(0_i64).expect("shared memory");
    let float = Value::new(0.0).expect("shared memory");
    let mut group = criterion.benchmark_group("one call");
    group.bench_function("get", |bencher| bencher.iter(|| whole.get()));
    group.bench_function("set", |bencher| bencher.iter(|| whole.set(1)));
    group.bench_function("fetch_add, i64", |bencher| {
        bencher.iter(|| whole.fetch_add(1));
    });
    group.bench_function("fetch_add, f64", |bencher| {
        bencher.iter(|| float.fetch_add(1.0));
    });
    group.bench_function("locked", |bencher| {
        bencher.iter(|| whole.locked(|cell| cell.set(1)));
    });
}
