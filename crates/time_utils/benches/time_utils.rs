//! What an event of the trace costs: with the trace off, and with it on.
//!
//! ```text
//! cargo bench -p time_utils
//! ```
//!
//! Whether a process traces is settled at its first event, so the bench runs
//! itself a second time, with the variable set, for the other half.

use std::env;
use std::hint::black_box;
use std::process::Command;

use criterion::Criterion;
use time_utils::trace::{Category, VARIABLE, is_on, span};

fn main() {
    let state = if is_on() { "on" } else { "off" };
    let mut criterion = Criterion::default().configure_from_args();
    criterion.bench_function(&format!("span, trace {state}"), |bencher| {
        bencher.iter(|| span(Category::Task, black_box("task")));
    });
    criterion.final_summary();
    if !is_on() {
        run_again_with_trace();
    }
}

fn run_again_with_trace() {
    let bench = env::current_exe().expect("the path of this bench");
    let status = Command::new(bench)
        .args(env::args().skip(1))
        // Every event is really written, to where it takes no room.
        .env(VARIABLE, "/dev/null")
        .status();
    assert!(status.is_ok_and(|status| status.success()));
}
