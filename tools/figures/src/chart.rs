//! A measurement, as plain data: lines of points over two axes.
//!
//! It is written down as JSON, by whatever program has measured it.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// Lines of points. Both axes are logarithmic: from one step to the next it
/// is so many *times* as much. What is not above zero has no place on them,
/// nor what is immensely large or small.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chart {
    /// What is told from left to right.
    pub across: Axis,
    /// What is told from bottom to top.
    pub up: Axis,
    /// What was measured at each point, and what was predicted.
    pub lines: Vec<Line>,
    /// What is the same all the way across.
    pub levels: Vec<Level>,
    /// The point to look at.
    pub mark: Mark,
}

/// What is told in one direction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Axis {
    /// What it is: `tasks in a message`.
    pub name: String,
    /// What its numbers are.
    pub unit: Unit,
}

/// What numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// So many.
    Count,
    /// So long; shown as milliseconds where that suits.
    Seconds,
}

/// Points that belong together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// What it shows.
    pub name: String,
    /// Where its numbers come from.
    pub kind: Kind,
    /// Across and up, from left to right.
    pub points: Vec<(f64, f64)>,
}

/// Where the numbers of a [`Line`] come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// From a clock: a solid line with its points.
    Measured,
    /// From a model: a dashed line.
    Predicted,
}

/// What is the same all the way across.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// What it shows.
    pub name: String,
    /// How high it is.
    pub up: f64,
}

/// The point to look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Why: `best`.
    pub name: String,
    /// Where it is.
    pub point: (f64, f64),
}

impl Chart {
    /// Whether there is nothing that could be drawn.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.iter().all(|line| line.placed().next().is_none())
    }

    /// The chart in a sentence: where its lines begin and end, its levels,
    /// and its mark.
    #[must_use]
    pub fn summary(&self) -> String {
        let mut summary = String::new();
        for line in &self.lines {
            let (first, last) = (line.placed().next(), line.placed().last());
            let (Some(first), Some(last)) = (first, last) else { continue };
            let (first, last) = (self.told(first), self.told(last));
            let _ = write!(summary, "{}: {first}, {last}; ", line.name);
        }
        for Level { name, up } in &self.levels {
            let _ = write!(summary, "{name}: {}; ", self.up.unit.told(*up));
        }
        let Mark { name, point } = &self.mark;
        summary + &format!("{name}: {}", self.told(*point))
    }

    /// The numbers as a table in Markdown: a line for each place across, and a
    /// column for each line of the chart.
    #[must_use]
    pub fn table(&self) -> String {
        let names = self.lines.iter().map(|line| line.name.as_str());
        let names: Vec<_> =
            [self.across.name.as_str()].into_iter().chain(names).collect();
        let rule = vec!["---:"; names.len()];
        let mut places: Vec<f64> =
            self.lines.iter().flat_map(Line::across).collect();
        places.sort_by(f64::total_cmp);
        places.dedup();
        let rows = places.into_iter().map(|place| {
            let up = self.lines.iter().map(|line| line.up_at(place));
            let told = |up: Option<f64>| up.map(|up| self.up.unit.told(up));
            let told = up.map(|up| told(up).unwrap_or_default());
            let place = self.across.unit.told(place);
            [place].into_iter().chain(told).collect::<Vec<_>>().join(" | ")
        });
        let lines = [names.join(" | "), rule.join(" | ")];
        let lines: Vec<_> = lines.into_iter().chain(rows).collect();
        format!("| {} |\n", lines.join(" |\n| "))
    }

    /// A point in words: `31.2 ms at 200`.
    pub(crate) fn told(&self, (across, up): (f64, f64)) -> String {
        let (across, up) =
            (self.across.unit.told(across), self.up.unit.told(up));
        format!("{up} at {across}")
    }
}

impl Line {
    fn across(&self) -> impl Iterator<Item = f64> {
        self.points.iter().map(|(across, _)| *across)
    }

    /// How high the line is there, if it has a point.
    fn up_at(&self, place: f64) -> Option<f64> {
        let mut points = self.points.iter();
        points
            .find(|(across, _)| across.total_cmp(&place).is_eq())
            .map(|it| it.1)
    }

    /// The points that have a place.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (f64, f64)> {
        let points = self.points.iter().copied();
        points.filter(|(x, y)| has_place(*x) && has_place(*y))
    }
}

impl Mark {
    /// Its point, if that has a place.
    pub(crate) fn placed(&self) -> Option<(f64, f64)> {
        Some(self.point).filter(|(x, y)| has_place(*x) && has_place(*y))
    }
}

/// Whether a logarithmic scale has a place for it. Zero is infinitely far
/// away, and nobody measures what is beyond these.
pub(crate) fn has_place(number: f64) -> bool {
    (1e-15..=1e15).contains(&number)
}
