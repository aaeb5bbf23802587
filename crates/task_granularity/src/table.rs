//! What was measured, as a person reads it.

use std::time::Duration;

use task_granularity::{Measurement, Point};
use time_utils::print_line;

use crate::bar::Bars;

/// Prints what things cost, a line for each chunk size with its bar, and the
/// verdict.
pub(crate) fn print(measurement: &Measurement) -> anyhow::Result<()> {
    print_costs(measurement)?;
    print_line("")?;
    print_points(measurement)?;
    print_line("")?;
    Ok(print_line(measurement.verdict())?)
}

fn print_costs(measurement: &Measurement) -> anyhow::Result<()> {
    let (costs, tasks) = (&measurement.costs, measurement.work.tasks);
    let (workers, cores) = (costs.workers, costs.cores);
    let title = format!("{tasks} tasks, {workers} workers, {cores:.2} cores");
    print_line(format_args!("{title:<42}{:>10}", "µs each"))?;
    let (task, message) = (costs.task, costs.message);
    for (name, seconds) in [
        ("a task, by one thread", measurement.one_task_seconds()),
        ("to pass a task on", task.as_secs_f64()),
        ("to report, and wait for the next message", message.as_secs_f64()),
    ] {
        let microseconds = seconds * 1e6;
        print_line(format_args!("{name:<42}{microseconds:>10.3}"))?;
    }
    Ok(())
}

/// What stands before the bar.
const COLUMNS: u16 = 62;

fn print_points(measurement: &Measurement) -> anyhow::Result<()> {
    let (best, automatic) = (measurement.best(), &measurement.automatic);
    let all = || measurement.points.iter().chain([automatic]);
    let times = all().flat_map(|point| [point.measured, point.predicted]);
    let times =
        times.chain([measurement.costs.one_thread, measurement.threads]);
    let bars = Bars::behind(COLUMNS, times.max().unwrap_or_default());
    print_line(format_args!(
        "{:>10}{:>10}{:>10}{:>11}{:>8}{:>10}",
        "chunk", "messages", "ms", "predicted", "ratio", "speed-up"
    ))?;
    for point in &measurement.points {
        let mark = if point == best { "best" } else { "" };
        print_point(mark, point, measurement, &bars)?;
    }
    print_point("auto", automatic, measurement, &bars)?;
    print_way("one thread", measurement.costs.one_thread, measurement, &bars)?;
    print_way("threads (rayon)", measurement.threads, measurement, &bars)
}

fn print_point(
    mark: &str,
    point: &Point,
    measurement: &Measurement,
    bars: &Bars,
) -> anyhow::Result<()> {
    let Point { chunk_size, messages, measured, predicted } = *point;
    let (ratio, speed_up) = (point.ratio(), measurement.speed_up(measured));
    let (time, expected) = (milliseconds(measured), milliseconds(predicted));
    let bar = bars.draw(measured, Some(predicted));
    Ok(print_line(format_args!(
        "{mark:<4}{chunk_size:>6}{messages:>10}{time:>10.3}{expected:>11.3}\
         {ratio:>8.2}{speed_up:>10.2}   {bar}"
    ))?)
}

fn print_way(
    name: &str,
    time: Duration,
    measurement: &Measurement,
    bars: &Bars,
) -> anyhow::Result<()> {
    let (speed_up, bar) = (measurement.speed_up(time), bars.draw(time, None));
    let time = milliseconds(time);
    Ok(print_line(format_args!(
        "{name:<20}{time:>10.3}{:>19}{speed_up:>10.2}   {bar}",
        ""
    ))?)
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
