//! What it costs to create something that runs, and to wait for its end:
//! a thread, the smallest program there is, and a worker process.
//!
//! ```text
//! cargo bench -p process_spawning
//! ```
//!
//! A bench that starts processes needs a `main` of its own: the workers are
//! this very program, and turn off at the guard.

use std::process::Command;
use std::thread;

use criterion::Criterion;
use process_spawning::{Process, Target, main_guard};

const NOTHING: Target<()> = Target::new("nothing", |()| Ok(()));

fn main() {
    main_guard(&[&NOTHING]);
    let mut criterion = Criterion::default().configure_from_args();
    create_and_join(&mut criterion);
    criterion.final_summary();
}

fn create_and_join(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("create and join");
    group.bench_function("thread", |bencher| {
        bencher.iter(|| thread::spawn(|| ()).join());
    });
    group.bench_function("true", |bencher| {
        bencher.iter(|| Command::new("true").status());
    });
    group.bench_function("process", |bencher| {
        bencher.iter(|| {
            let started = Process::target(NOTHING).start(());
            started.expect("a worker").join().expect("its end")
        });
    });
    group.finish();
}
