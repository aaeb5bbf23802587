//! What a result costs, an error, a panic, and a worker that ends.
//!
//! ```text
//! cargo bench -p error_handling --bench error_handling
//! ```

use std::process;

use anyhow::bail;
use criterion::Criterion;
use pool_map::{Pool, Task, Workers};
use process_spawning::main_guard;
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Serialize, Deserialize)]
enum Way {
    Return,
    Fail,
    Panic,
    Exit,
}

const ACT: Task<Way, u32> = Task::new("act", |way| match way {
    Way::Return => Ok(7),
    Way::Fail => bail!("as asked"),
    Way::Panic => panic!("as asked"),
    Way::Exit => process::exit(3),
});
const WORKERS: Workers = Workers::new("workers", &[&ACT]);

fn main() {
    main_guard(&[&WORKERS]);
    let mut criterion = Criterion::default().configure_from_args();
    let pool = Pool::builder(WORKERS).workers(1).start().expect("a pool");
    for (name, way) in [
        ("a result", Way::Return),
        ("an error", Way::Fail),
        ("a panic", Way::Panic),
        ("the end of the worker", Way::Exit),
    ] {
        let once = || pool.apply(ACT, way).is_ok();
        criterion.bench_function(name, |bencher| bencher.iter(once));
    }
    criterion.final_summary();
}
