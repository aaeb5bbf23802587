//! The two tables: every way to do the same tasks, and what it costs to
//! create a thread and a process.

use std::time::Duration;

use process_spawning::Process;
use threading_comparison::{
    COMPUTE, Gil, Load, creation_of_a_process, creation_of_a_thread, processes,
    sequential, thread_pool, threads, threads_with_one_lock, work_queue,
};
use time_utils::{measure, print_line};

/// How often everything is measured; the fastest time counts.
const ROUNDS: usize = 3;

type Way = (&'static str, fn(&Load) -> anyhow::Result<()>);

const WAYS: [Way; 6] = [
    ("sequential", |load| {
        sequential(load);
        Ok(())
    }),
    ("threads", threads),
    ("work queue", work_queue),
    ("thread pool", thread_pool),
    ("processes", |load| processes(load, &Process::target(COMPUTE))),
    ("threads, one lock", |load| threads_with_one_lock(load, &Gil::default())),
];

/// Measures every way, and prints a line for each.
pub(crate) fn of_ways(load: &Load) -> anyhow::Result<()> {
    let mut fastest = [Duration::MAX; WAYS.len()];
    // In turn: a machine that is busy for a while is busy for all of them.
    for _ in 0..ROUNDS {
        for ((_, way), fastest) in WAYS.iter().zip(&mut fastest) {
            let (done, time) = measure(|| way(load));
            done?;
            *fastest = time.min(*fastest);
        }
    }
    let title = format!("{} tasks, pools of {}", load.tasks, load.workers);
    print_line(format_args!("{title:<24}{:>10}{:>10}", "seconds", "speed-up"))?;
    for ((name, _), time) in WAYS.iter().zip(fastest) {
        let seconds = time.as_secs_f64();
        let speed_up = fastest[0].as_secs_f64() / seconds;
        print_line(format_args!("{name:<24}{seconds:>10.4}{speed_up:>10.2}"))?;
    }
    Ok(())
}

/// Measures what it costs to create a thread and a process, and prints a
/// line for each.
pub(crate) fn of_creation() -> anyhow::Result<()> {
    let thread = creation_of_a_thread()?;
    let process = creation_of_a_process(&Process::target(COMPUTE))?;
    let title = "to create and join one";
    print_line(format_args!("{title:<24}{:>10}{:>10}", "µs", "ratio"))?;
    for (name, time) in [("thread", thread), ("process", process)] {
        let ratio = time.as_secs_f64() / thread.as_secs_f64();
        let time = time.as_micros();
        print_line(format_args!("{name:<24}{time:>10}{ratio:>10.1}"))?;
    }
    Ok(())
}
