//! A chart as a picture.
//!
//! No meaning hangs on colour alone: what was measured is solid and has its
//! points, what was predicted is dashed, a level is dotted and has its name
//! on it, the mark is a diamond.

use std::iter::repeat;

use crate::chart::{Chart, Kind, Level, Line, Mark, has_place};
use crate::picture::{
    Caption, LINE, MESSAGE, SPACE, TASK, TEXT, WAIT, head, words,
};
use crate::scale::{Scale, Tick};
use crate::text::{self, escape, rounded};

/// A row of words.
const ROW: f64 = 20.0;
/// Above the plot: the legend, and what is told upwards.
const TOP: f64 = 2.0 * ROW + SPACE;
/// Below the plot: the numbers, and what is told across.
const BOTTOM: f64 = 2.0 * ROW + SPACE;
/// From one number to the next, at least: side by side, and above each other.
const ASIDE: f64 = 40.0;
const ABOVE: f64 = 20.0;
/// A piece of a line, in the legend.
const SAMPLE: f64 = 28.0;

impl Chart {
    /// Draws the chart, `width` pixels wide at most: it shrinks with its
    /// page, letters and all. For a phone, draw another one of some 360.
    #[must_use]
    pub fn to_svg(&self, caption: &Caption<'_>, width: u32) -> String {
        let plot = Plot::of(self, f64::from(width));
        let head = head(caption, plot.width, plot.bottom + BOTTOM);
        let (legend, axes) = (plot.legend(), plot.axes());
        let lines = self.lines.iter().map(|line| plot.line(line));
        let lines: String = lines.collect();
        let (levels, mark) = (plot.levels(), plot.mark(&self.mark));
        format!("{head}{legend}{axes}{levels}{lines}{mark}</svg>\n")
    }
}

/// Where the parts of a chart have their places, in pixels.
struct Plot<'c> {
    chart: &'c Chart,
    width: f64,
    left: f64,
    right: f64,
    bottom: f64,
    across: Scale,
    up: Scale,
}

impl<'c> Plot<'c> {
    fn of(chart: &'c Chart, width: f64) -> Self {
        let bottom = TOP + rounded(width * 0.4).clamp(160.0, 320.0);
        let points = || chart.lines.iter().flat_map(Line::placed);
        let placed = || points().chain(chart.mark.placed());
        let levels = chart.levels.iter().map(|level| level.up);
        let up = placed().map(|(_, up)| up).chain(levels);
        let up = Scale::around(up, (bottom, TOP));
        let numbers = up.ticks(ABOVE).into_iter();
        let numbers = numbers.map(|tick| chart.up.unit.told(tick.number()));
        let left =
            numbers.map(|number| text::width(&number)).fold(0.0, f64::max);
        let (left, right) = (left + 2.0 * SPACE, width - ASIDE / 2.0);
        let across = placed().map(|(across, _)| across);
        let across = Scale::around(across, (left, right));
        Self { chart, width, left, right, bottom, across, up }
    }

    /// Where the middle of a word is that should be at `x`, and must not
    /// reach over the edge.
    fn inside(&self, x: f64, word: &str) -> f64 {
        let half = text::width(word) / 2.0;
        x.min(self.width - half).max(half)
    }

    fn place(&self, (across, up): (f64, f64)) -> (f64, f64) {
        (self.across.place(across), self.up.place(up))
    }

    /// Which line is which.
    fn legend(&self) -> String {
        let mut end = 0.0;
        let entries =
            self.chart.lines.iter().map(|Line { name, kind, .. }| {
                let (from, to, y) = (end, end + SAMPLE, ROW / 2.0);
                end = to + 4.0 * SPACE + text::width(name);
                let style = style(*kind);
                let name = anchored("start", to + SPACE, y, name);
                format!("<path d='M{from} {y}H{to}' style='{style}'/>{name}\n")
            });
        entries.collect()
    }

    fn axes(&self) -> String {
        let names = [
            anchored("start", 0.0, 1.5 * ROW, &self.chart.up.name),
            anchored(
                "end",
                self.right,
                self.bottom + 1.5 * ROW,
                &self.chart.across.name,
            ),
        ];
        let names = names.map(|name| name + "\n").concat();
        let up = self.up.ticks(ABOVE).into_iter();
        let up: String = up.map(|tick| self.tick_up(tick)).collect();
        let across = self.across.ticks(self.room_aside()).into_iter();
        let across = across.map(|tick| self.tick_across(tick));
        names + &up + &across.collect::<String>()
    }

    /// From one number across to the next. Wide ones take more, above all
    /// the outermost, which keep inside the picture.
    fn room_aside(&self) -> f64 {
        let [first, last] = self.across.range();
        let width = |tick: Tick| {
            text::width(&self.chart.across.unit.told(tick.number()))
        };
        ASIDE.max(1.5 * width(first).max(width(last)))
    }

    fn tick_up(&self, tick: Tick) -> String {
        let (y, Self { left, right, .. }) =
            (self.up.place(tick.number()), self);
        let label = self.chart.up.unit.told(tick.number());
        let label = anchored("end", left - SPACE, y, &label);
        format!(
            "<path d='M{left} {y}H{right}' style='stroke:{LINE}'/>{label}\n"
        )
    }

    fn tick_across(&self, tick: Tick) -> String {
        let (x, bottom) = (self.across.place(tick.number()), self.bottom);
        let label = self.chart.across.unit.told(tick.number());
        let middle = self.inside(x, &label);
        let label =
            anchored("middle", middle, bottom + ROW / 2.0 + 2.0, &label);
        format!(
            "<path d='M{x} {TOP}V{bottom}' style='stroke:{LINE}'/>{label}\n"
        )
    }

    fn levels(&self) -> String {
        let mut levels: Vec<_> = self.chart.levels.iter().collect();
        levels.retain(|level| has_place(level.up));
        levels.sort_by(|one, other| other.up.total_cmp(&one.up));
        // Of two that are close to each other, the names are not.
        let sides = [-ROW / 2.0].into_iter().chain(repeat(ROW / 2.0));
        let levels = levels.into_iter().zip(sides);
        levels.map(|(level, side)| self.level(level, side)).collect()
    }

    fn level(&self, Level { name, up }: &Level, side: f64) -> String {
        let (y, told) = (self.up.place(*up), self.chart.up.unit.told(*up));
        let has_room = y + ROW < self.bottom;
        let side = if has_room { side } else { -side.abs() };
        let x = self.free_of_lines(y + side, text::width(name) / 2.0);
        let (label, told) =
            (anchored("middle", x, y + side, name), escape(&told));
        let (name, Self { left, right, .. }) = (escape(name), self);
        format!(
            "<g><title>{name}: {told}</title>\
             <path d='M{left} {y}H{right}' style='stroke:{WAIT};\
             stroke-width:1.5;stroke-dasharray:1 3'/>{label}</g>\n"
        )
    }

    /// Where, at this height, the lines are furthest away from a word that
    /// reaches `half` its width to either side.
    fn free_of_lines(&self, y: f64, half: f64) -> f64 {
        let points = self.chart.lines.iter().flat_map(Line::placed);
        let places: Vec<_> = points.map(|point| self.place(point)).collect();
        let distance = |x: f64| {
            let near = places.iter().filter(|p| (p.0 - x).abs() < half + SPACE);
            near.map(|p| (p.1 - y).abs()).fold(f64::MAX, f64::min)
        };
        let (first, last) =
            (self.left + SPACE + half, self.right - SPACE - half);
        let middle = f64::midpoint(first, last);
        let candidates = [last, middle, first].into_iter();
        candidates
            .max_by(|one, other| distance(*one).total_cmp(&distance(*other)))
            .unwrap_or(first)
    }

    fn line(&self, line: &Line) -> String {
        let places: Vec<_> =
            line.placed().map(|point| self.place(point)).collect();
        let path = places.iter().map(|(x, y)| format!("{x} {y}"));
        let path = path.collect::<Vec<_>>().join("L");
        let style = style(line.kind);
        let path = format!("<path d='M{path}' style='fill:none;{style}'/>\n");
        if line.kind == Kind::Predicted || places.is_empty() {
            return path;
        }
        let points = line.placed().zip(places).map(|(point, (x, y))| {
            let told = escape(&self.chart.told(point));
            format!(
                "<circle cx='{x}' cy='{y}' r='3.5' style='fill:{TASK}'>\
                 <title>{told}</title></circle>\n"
            )
        });
        path + &points.collect::<String>()
    }

    fn mark(&self, mark: &Mark) -> String {
        let (Some(point), name) = (mark.placed(), &mark.name) else {
            return String::new();
        };
        let ((x, y), told) = (self.place(point), self.chart.told(point));
        let label = format!("{name}: {}", self.chart.across.unit.told(point.0));
        let label = text::fit(&label, self.width);
        let middle = self.inside(x, &label);
        let has_room = y + 1.6 * ROW < self.bottom;
        let beside = if has_room { 1.2 * ROW } else { -1.2 * ROW };
        let label = anchored("middle", middle, y + beside, &label);
        let told = escape(&format!("{name}: {told}"));
        let top = rounded(y - 8.0);
        format!(
            "<g><title>{told}</title><path d='M{x} {top}l8 8l-8 8l-8 -8z' \
             style='fill:none;stroke:{TEXT};stroke-width:2'/>{label}</g>\n"
        )
    }
}

fn style(kind: Kind) -> String {
    match kind {
        Kind::Measured => format!("stroke:{TASK};stroke-width:2"),
        Kind::Predicted => {
            format!("stroke:{MESSAGE};stroke-width:2;stroke-dasharray:6 4")
        }
    }
}

/// Words whose letters have `y` for their middle, with their `anchor` at `x`.
fn anchored(anchor: &str, x: f64, y: f64, told: &str) -> String {
    let look = format_args!("text-anchor='{anchor}' style='fill:{TEXT}'");
    words(x, rounded(y + 4.0), look, told)
}
