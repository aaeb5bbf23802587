//! The solutions pass again and again, also on a machine that is very busy.
//!
//! Minutes of work: `cargo test -p solutions --test steady`.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;

use solutions::tasks;

const TIMES: usize = 20;

/// For each core, so many threads that compute beside the solutions.
const LOAD: usize = 2;

#[test]
fn every_solution_passes_twenty_times_on_a_busy_machine() {
    let tasks = tasks().expect("they are built");
    let cores = thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let enough = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..cores * LOAD {
            scope.spawn(|| while !enough.load(Relaxed) {});
        }
        // Also where something panics, or the scope would wait for ever.
        let load = Load { enough: &enough };
        let failures: Vec<_> = tasks.iter().flat_map(failures).collect();
        drop(load);
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    });
}

/// The threads that compute; they end when this is dropped.
struct Load<'a> {
    enough: &'a AtomicBool,
}

impl Drop for Load<'_> {
    fn drop(&mut self) {
        self.enough.store(true, Relaxed);
    }
}

fn failures(task: &solutions::Task) -> Vec<String> {
    let solution = task.answer("solution").expect("there is one");
    let verdicts = (0..TIMES).map(|_| task.check(solution).expect("it runs"));
    let failed = verdicts.filter(|verdict| !verdict.passed);
    let failed: Vec<_> =
        failed.map(|it| format!("{}: {}", task.name, it.output)).collect();
    eprintln!("{}: {} of {TIMES} times wrong", task.name, failed.len());
    failed
}
