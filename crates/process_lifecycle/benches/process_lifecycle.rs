//! What it costs to end a worker that computes, from the word to its end.
//!
//! ```text
//! cargo bench -p process_lifecycle
//! ```

use criterion::{BatchSize, Criterion};
use process_lifecycle::{END, Ending};
use process_spawning::{Process, main_guard};

fn main() {
    main_guard(&[&END]);
    let mut criterion = Criterion::default().configure_from_args();
    ways_to_end_a_worker(&mut criterion);
    criterion.final_summary();
}

fn ways_to_end_a_worker(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("end a worker");
    let mut measure = |name: &str, end: fn(Process)| {
        group.bench_function(name, |bencher| {
            let start = || Ending::Kill.start().expect("a worker");
            bencher.iter_batched(start, end, BatchSize::PerIteration);
        });
    };
    measure("cut its lifeline", drop);
    measure("terminate and join", |mut process| {
        process.terminate().expect("it runs");
        process.join().expect("its end");
    });
    measure("kill and join", |mut process| {
        process.kill().expect("it runs");
        process.join().expect("its end");
    });
}
