//! What it costs to put an item and to get it: in the process that keeps the
//! queue, and through a worker that sends it back.
//!
//! ```text
//! cargo bench -p queue_ipc --bench queue_ipc
//! ```

use criterion::Criterion;
use process_spawning::{Process, Target, main_guard};
use queue_ipc::{Consumer, Producer, Queue};

const ECHO: Target<(Consumer<u64>, Producer<u64>)> =
    Target::new("echo", |(requests, replies)| {
        for request in requests.iter() {
            replies.put(&request?)?;
        }
        Ok(())
    });

fn main() {
    main_guard(&[&ECHO]);
    let mut criterion = Criterion::default().configure_from_args();
    put_and_get(&mut criterion);
    criterion.final_summary();
}

fn put_and_get(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("put and get");
    let queue = Queue::new();
    group.bench_function("in one process", |bencher| {
        bencher.iter(|| {
            queue.put(&1_u64).expect("an open queue");
            queue.get().expect("an item")
        });
    });
    let (requests, replies) = (Queue::new(), Queue::new());
    let consumer = requests.consumer().expect("a consumer");
    let producer = replies.producer().expect("a producer");
    let argument = (consumer, producer);
    let _echo = Process::target(ECHO).start(argument).expect("a worker");
    group.bench_function("to a worker and back", |bencher| {
        bencher.iter(|| {
            requests.put(&1).expect("an open queue");
            replies.get().expect("an item")
        });
    });
}
