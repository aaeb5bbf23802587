//! A thousand tasks that are next to nothing: with one, with sixteen, and
//! with 256 in a message; by rayon; and by one thread.
//!
//! ```text
//! cargo bench -p task_granularity --bench task_granularity
//! ```

use std::num::NonZeroUsize;

use criterion::{Criterion, Throughput};
use process_spawning::main_guard;
use rayon::prelude::*;
use task_granularity::{Crew, WORKERS, Way, compute};

const TASKS: usize = 1000;
const WORKER_COUNT: NonZeroUsize = NonZeroUsize::new(2).unwrap();
const SIXTEEN: NonZeroUsize = NonZeroUsize::new(16).unwrap();
const MANY: NonZeroUsize = NonZeroUsize::new(256).unwrap();

fn main() {
    main_guard(&[&WORKERS]);
    let mut criterion = Criterion::default().configure_from_args();
    chunks(&mut criterion);
    criterion.final_summary();
}

fn chunks(criterion: &mut Criterion) {
    let crew = Crew::start(WORKER_COUNT, NonZeroUsize::MIN).expect("a crew");
    let lengths = vec![1; TASKS];
    let mut group = criterion.benchmark_group("1000 tiny tasks");
    group.throughput(Throughput::Elements(TASKS as u64));
    for (name, way) in [
        ("processes, 1 a message", Way::Processes(NonZeroUsize::MIN)),
        ("processes, 16 a message", Way::Processes(SIXTEEN)),
        ("processes, 256 a message", Way::Processes(MANY)),
        ("rayon", Way::Threads),
        ("one thread", Way::OneThread),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| crew.time(way, &lengths).expect("a time"));
        });
    }
    // Rayon's own word for a chunk.
    group.bench_function("rayon, 256 or more a piece", |bencher| {
        let tasks = lengths.par_iter().copied().with_min_len(MANY.get());
        bencher.iter(|| -> Vec<u64> { tasks.clone().map(compute).collect() });
    });
    group.finish();
}
