//! The three helpers of the seed: `timed`, `timestamp` and `kill_time`.

use std::hint::black_box;
use std::time::{Duration, Instant};

use jiff::Zoned;

use crate::output::{OutputError, print_line};

/// How often Python's `kill_time` goes round: `range(10**8)`.
pub const SEED_ITERATIONS: u64 = 100_000_000;

/// Runs `work`, prints how long it took, and hands its result back.
///
/// The counterpart of the decorator `@get_time`: a decorator is a function
/// that takes a function, and so is this. The line has four decimals:
///
/// ```
/// let sum = time_utils::timed("sum", || (1..=10).sum::<u32>())?;
/// // Time taken by sum: 0.0000 seconds
/// assert_eq!(sum, 55);
/// # Ok::<(), time_utils::OutputError>(())
/// ```
///
/// # Errors
///
/// Where the line cannot be printed (see [`print_line`]). The work is done
/// then, and its result is dropped.
#[doc(alias = "get_time")]
// ANCHOR: timed
pub fn timed<T>(
    name: &str,
    work: impl FnOnce() -> T,
) -> Result<T, OutputError> {
    let (result, elapsed) = measure(work);
    report(name, elapsed)?;
    Ok(result)
}
// ANCHOR_END: timed

/// Prints how long `name` took: the line of [`timed`].
///
/// For work that can fail: [`measure`] it, look at its result, and report
/// only then. A failure counts, also where nobody reads the line.
///
/// # Errors
///
/// Where the line cannot be printed (see [`print_line`]).
pub fn report(name: &str, elapsed: Duration) -> Result<(), OutputError> {
    let seconds = elapsed.as_secs_f64();
    print_line(format_args!("Time taken by {name}: {seconds:.4} seconds"))
}

/// Runs `work` and hands back its result and how long it took.
///
/// [`Instant`] is what Python calls `perf_counter`: it never goes backwards,
/// whatever happens to the clock on the wall.
///
/// ```
/// use std::time::Duration;
///
/// let pause = Duration::from_millis(5);
/// let ((), elapsed) = time_utils::measure(|| std::thread::sleep(pause));
/// assert!(elapsed >= pause);
/// ```
#[doc(alias = "get_time")]
#[doc(alias = "perf_counter")]
// ANCHOR: measure
pub fn measure<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}
// ANCHOR_END: measure

/// The local time of day as `HH:MM:SS`.
///
/// Python: `datetime.now().strftime("%H:%M:%S")`.
#[must_use]
// ANCHOR: timestamp
pub fn timestamp() -> String {
    Zoned::now().strftime("%H:%M:%S").to_string()
}
// ANCHOR_END: timestamp

/// Keeps one core busy: goes round 100,000,000 times and does nothing.
///
/// Stands for any task that computes. See [`spin`] for another count.
pub fn kill_time() {
    spin(SEED_ITERATIONS);
}

/// Keeps one core busy: goes round `iterations` times and does nothing.
///
/// Python does just what the loop says. Rust's optimiser sees that nothing
/// comes of it and removes it, unless each number passes through
/// [`black_box`], whose result the optimiser must not guess.
#[doc(alias = "kill_time")]
// ANCHOR: spin
pub fn spin(iterations: u64) {
    for i in 0..iterations {
        black_box(i);
    }
}
// ANCHOR_END: spin
