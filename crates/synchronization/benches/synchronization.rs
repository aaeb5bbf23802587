//! What it costs to acquire and release what nobody else wants.
//!
//! ```text
//! cargo bench -p synchronization --bench synchronization
//! ```

use criterion::Criterion;
use process_spawning::main_guard;
use synchronization::{Barrier, Event, Lock, RLock, Semaphore};

fn main() {
    main_guard(&[]);
    let mut criterion = Criterion::default().configure_from_args();
    alone(&mut criterion);
    criterion.final_summary();
}

fn alone(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("alone");
    let lock = Lock::new().expect("a lock");
    group.bench_function("Lock", |bencher| {
        bencher.iter(|| lock.acquire().expect("nobody holds it"));
    });
    let rlock = RLock::new().expect("a lock");
    group.bench_function("RLock", |bencher| {
        bencher.iter(|| rlock.acquire().expect("nobody holds it"));
    });
    let semaphore = Semaphore::new(1).expect("a semaphore");
    group.bench_function("Semaphore", |bencher| {
        bencher.iter(|| semaphore.acquire().expect("nobody has it"));
    });
    let event = Event::new().expect("an event");
    group.bench_function("Event", |bencher| {
        bencher.iter(|| {
            event.set();
            event.wait().expect("it is set");
            event.clear();
        });
    });
    let barrier = Barrier::new(1).expect("a barrier");
    group.bench_function("Barrier", |bencher| {
        bencher.iter(|| barrier.wait().expect("all are there"));
    });
}
