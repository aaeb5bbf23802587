//! What it costs to create something that runs, and to wait for its end.

use std::thread;
use std::time::Duration;

use anyhow::ensure;
use process_spawning::Builder;
use time_utils::measure;

/// Enough that one disturbance does not count.
const TIMES: usize = 21;

/// How long it takes to create a thread that does nothing, and to join it:
/// the median of several.
///
/// # Errors
///
/// Where the system refuses a thread.
pub fn creation_of_a_thread() -> anyhow::Result<Duration> {
    median(|| {
        let thread = thread::Builder::new().spawn(|| ())?;
        ensure!(thread.join().is_ok(), "the thread panicked");
        Ok(())
    })
}

/// How long it takes to start a process, made by `worker`, that goes round
/// zero times, and to join it: the median of several.
///
/// # Errors
///
/// Where one cannot be started, or does not end well.
pub fn creation_of_a_process(
    worker: &Builder<u64>,
) -> anyhow::Result<Duration> {
    median(|| {
        let exit = worker.start(0)?.join()?;
        ensure!(exit.success(), "the process ended: {exit}");
        Ok(())
    })
}

fn median(once: impl Fn() -> anyhow::Result<()>) -> anyhow::Result<Duration> {
    let mut times = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let (done, time) = measure(&once);
        done?;
        times.push(time);
    }
    times.sort_unstable();
    Ok(times[TIMES / 2])
}
