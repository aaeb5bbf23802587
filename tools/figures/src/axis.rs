//! The axis of time: where it has numbers, and which.

use std::time::Duration;

use crate::text::{milliseconds, rounded};

/// Round times from zero to `length` with their labels, so that the axis has
/// `parts` parts at most, itself eight or fewer.
pub(crate) fn ticks(
    length: Duration,
    parts: f64,
) -> impl Iterator<Item = (Duration, String)> {
    let step = step(length, parts);
    let times = (0..).map(move |tick| step * tick);
    let times = times.take_while(move |time| *time <= length);
    times.map(move |time| (time, label(time, length)))
}

/// One, two or five, with zeros, of microseconds.
fn step(length: Duration, parts: f64) -> Duration {
    let powers = (0..19).map(|zeros| 10_u64.pow(zeros));
    let mut steps = powers
        .flat_map(|power| [power, 2 * power, 5 * power])
        .map(Duration::from_micros);
    steps
        .find(|step| step.as_secs_f64() * parts >= length.as_secs_f64())
        .unwrap_or(length)
}

/// In the unit that suits the whole. Of eight parts of it, each is more than a
/// tenth: one decimal is enough.
fn label(time: Duration, length: Duration) -> String {
    if length >= Duration::from_secs(1) {
        format!("{} s", rounded(time.as_secs_f64()))
    } else if length >= Duration::from_millis(1) {
        format!("{} ms", milliseconds(time))
    } else {
        format!("{} µs", time.as_micros())
    }
}
