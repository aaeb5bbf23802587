//! A measurement as `figures` draws it.

use std::time::Duration;

use figures::{Axis, Chart, Kind, Level, Line, Mark, Unit};

use crate::measurement::{Measurement, Point};
use crate::model::real;

impl Measurement {
    /// Time over chunk size: measured and predicted, and beside them one
    /// thread, and threads.
    #[must_use]
    pub fn chart(&self) -> Chart {
        Chart {
            across: axis("tasks in a message", Unit::Count),
            up: axis("time for all tasks", Unit::Seconds),
            lines: vec![
                self.line("measured", Kind::Measured, |p| p.measured),
                self.line("predicted", Kind::Predicted, |p| p.predicted),
            ],
            levels: vec![
                level("one thread", self.costs.one_thread),
                level("rayon", self.threads),
            ],
            mark: Mark {
                name: "best".to_owned(),
                point: at(self.best(), self.best().measured),
            },
        }
    }

    fn line(
        &self,
        name: &str,
        kind: Kind,
        time: fn(&Point) -> Duration,
    ) -> Line {
        let points = self.points.iter().map(|point| at(point, time(point)));
        Line { name: name.to_owned(), kind, points: points.collect() }
    }
}

fn axis(name: &str, unit: Unit) -> Axis {
    Axis { name: name.to_owned(), unit }
}

fn level(name: &str, time: Duration) -> Level {
    Level { name: name.to_owned(), up: time.as_secs_f64() }
}

fn at(point: &Point, time: Duration) -> (f64, f64) {
    (real(point.chunk_size.get() as u64), time.as_secs_f64())
}
