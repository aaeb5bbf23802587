//! The picture of a timeline, as a fragment of HTML.
//!
//! Colours are the theme's, by CSS variables, each with a colour of its own
//! for pages that have none. Nothing is told by colour alone: a wait is an
//! outline, what was cut off is dashed. No line is blank: in Markdown that
//! would end the fragment.

use std::fmt::Write as _;

use crate::timeline::{Arrow, Bar, Kind, Lane, Timeline};

/// What a picture is called, for those who see it and those who do not.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'a> {
    /// Unique on its page.
    pub id: &'a str,
    /// One line.
    pub title: &'a str,
    /// What there is to see, in a sentence or two.
    pub description: &'a str,
}

const WIDTH: f64 = 720.0;
/// From lane to lane.
const LANE: f64 = 32.0;
/// Of a bar.
const THICK: f64 = 20.0;
/// Above the first lane.
const TOP: f64 = 8.0;
/// Below the last one: the axis.
const AXIS: f64 = 28.0;
/// Right of the last bar, for the last number of the axis.
const RIGHT: f64 = 24.0;
/// How wide a letter is, more or less.
const LETTER: f64 = 7.0;

const TEXT: &str = "fill:var(--mp-text,currentColor)";
const LINE: &str = "stroke:var(--mp-line,#8888)";
const TASK: &str = "fill:var(--mp-task,#2f6fbf)";
const TASK_TEXT: &str = "fill:var(--mp-task-text,#fff)";
const PROCESS: &str = "fill:var(--mp-process,#7aa5d84d)";
const WAIT: &str = "fill:none;stroke:var(--mp-wait,#888)";
const KILLED: &str =
    "fill:var(--mp-killed-fill,#c4472b33);stroke:var(--mp-killed,#c4472b)";
const MESSAGE: &str = "fill:none;stroke:var(--mp-message,#b8860b)";

/// Draws `timeline` as an SVG element to stand inside a page.
#[must_use]
pub fn draw(timeline: &Timeline, caption: &Caption<'_>) -> String {
    let scale = Scale::of(timeline);
    let mut svg = String::new();
    head(&mut svg, caption, scale.height);
    axis(&mut svg, &scale);
    for (lane, top) in timeline.lanes.iter().zip(tops()) {
        draw_lane(&mut svg, lane, top, &scale);
    }
    for arrow in &timeline.arrows {
        draw_arrow(&mut svg, *arrow, &scale);
    }
    svg += "</svg>\n";
    svg
}

/// From microseconds and lanes to places in the picture.
struct Scale {
    left: f64,
    per_microsecond: f64,
    end: u64,
    height: f64,
}

impl Scale {
    fn of(timeline: &Timeline) -> Self {
        let names = timeline.lanes.iter().map(|lane| lane.name.chars().count());
        let left = as_f64(names.max().unwrap_or(0)) * LETTER + 16.0;
        // A picture of one moment has no width: give it one.
        let end = timeline.end.max(1);
        Self {
            left,
            per_microsecond: (WIDTH - left - RIGHT) / to_f64(end),
            end,
            height: TOP + LANE * as_f64(timeline.lanes.len()) + AXIS,
        }
    }

    fn x(&self, time: u64) -> f64 {
        self.left + to_f64(time) * self.per_microsecond
    }

    fn axis(&self) -> f64 {
        self.height - AXIS
    }

    /// From one number of the axis to the next: 1, 2 or 5 of something.
    fn step(&self) -> u64 {
        let powers = (0..).map(|power| 10u64.saturating_pow(power));
        let mut steps = powers.flat_map(|p| [1, 2, 5].map(|n| n * p));
        steps.find(|step| self.end / step <= 6).unwrap_or(self.end)
    }
}

/// Where each lane begins.
fn tops() -> impl Iterator<Item = f64> {
    (0..).map(|lane| TOP + LANE * f64::from(lane))
}

fn head(svg: &mut String, caption: &Caption<'_>, height: f64) {
    let Caption { id, title, description } = caption;
    let (title, description) = (escape(title), escape(description));
    put(
        svg,
        format_args!(
            "<svg role=\"img\" aria-labelledby=\"{id}-t {id}-d\" \
         viewBox=\"0 0 {WIDTH} {height}\" \
         style=\"width:100%;max-width:{WIDTH}px;font:12px sans-serif\">\n\
         <title id=\"{id}-t\">{title}</title>\n\
         <desc id=\"{id}-d\">{description}</desc>"
        ),
    );
}

fn axis(svg: &mut String, scale: &Scale) {
    let y = scale.axis();
    let step = scale.step();
    for time in (0..=scale.end / step).map(|tick| tick * step) {
        let x = round(scale.x(time));
        put(
            svg,
            format_args!(
                "<path d=\"M{x} {TOP}V{y}\" style=\"{LINE};stroke-width:.5\"/>"
            ),
        );
        let (y, label) = (y + 16.0, label(time, step));
        put(
            svg,
            format_args!(
                "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" \
             style=\"{TEXT}\">{label}</text>"
            ),
        );
    }
}

/// A time on the axis, in the unit that suits the step.
fn label(time: u64, step: u64) -> String {
    match step {
        0..1_000 if time < 1_000 => format!("{time} µs"),
        0..1_000_000 if time < 1_000_000 => milliseconds(time),
        _ => format!("{} s", round(to_f64(time) / 1e6)),
    }
}

fn milliseconds(time: u64) -> String {
    format!("{} ms", round(to_f64(time) / 1e3))
}

fn draw_lane(svg: &mut String, lane: &Lane, top: f64, scale: &Scale) {
    let (x, y) = (round(scale.left - 8.0), top + LANE / 2.0 + 4.0);
    put(
        svg,
        format_args!(
            "<text x=\"{x}\" y=\"{y}\" text-anchor=\"end\" \
         style=\"{TEXT}\">{}</text>",
            escape(&lane.name)
        ),
    );
    for bar in &lane.bars {
        draw_bar(svg, bar, top, scale);
    }
}

fn draw_bar(svg: &mut String, bar: &Bar, top: f64, scale: &Scale) {
    let (begin, end) = (scale.x(bar.begin), scale.x(bar.end));
    // What was short still has to be seen.
    let width = round((end - begin).max(1.5));
    let (inset, style) = match (bar.kind, &bar.cut_off) {
        (Kind::Process, None) => (0.0, PROCESS.to_owned()),
        (Kind::Process, Some(_)) => {
            (0.0, format!("{KILLED};stroke-dasharray:4 3"))
        }
        (Kind::Task, None) => (3.0, TASK.to_owned()),
        (Kind::Task, Some(_)) => {
            (3.0, format!("{KILLED};stroke-dasharray:4 3"))
        }
        (Kind::Wait, _) => (6.0, WAIT.to_owned()),
    };
    let (x, y) = (round(begin), top + (LANE - THICK) / 2.0 + inset);
    let height = THICK - 2.0 * inset;
    put(
        svg,
        format_args!(
            "<g><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" \
         height=\"{height}\" rx=\"3\" style=\"{style}\"/>{}</g>",
            escape(&told(bar)),
            inscription(bar, x, width, top)
        ),
    );
}

/// A bar in words.
fn told(bar: &Bar) -> String {
    let (begin, end) = (milliseconds(bar.begin), milliseconds(bar.end));
    let mut told = format!("{}: {begin} to {end}", bar.name);
    if let Some(how) = &bar.cut_off {
        let _ = write!(told, ", cut off: {how}");
    }
    told
}

/// What is written in a bar, or beside it, where there is room: of a life
/// that was cut off, what ended it; of a task, its name. The lane itself has
/// the name of a life.
fn inscription(bar: &Bar, x: f64, width: f64, top: f64) -> String {
    let (text, style) = match (bar.kind, &bar.cut_off) {
        (Kind::Process, Some(how)) => (how, TEXT),
        (Kind::Task, None) => (&bar.name, TASK_TEXT),
        (Kind::Task, Some(_)) => (&bar.name, TEXT),
        _ => return String::new(),
    };
    let needed = as_f64(text.chars().count()) * LETTER + 12.0;
    let beside = x + width;
    let x = if needed <= width {
        x
    } else if bar.kind == Kind::Process && beside + needed <= WIDTH {
        beside
    } else {
        return String::new();
    };
    let (x, y) = (round(x + 6.0), top + LANE / 2.0 + 4.0);
    let text = escape(text);
    format!("<text x=\"{x}\" y=\"{y}\" style=\"{style}\">{text}</text>")
}

/// A curve that leaves downwards and arrives downwards, or both upwards.
fn draw_arrow(svg: &mut String, arrow: Arrow, scale: &Scale) {
    let middle = |lane: usize| TOP + LANE * (as_f64(lane) + 0.5);
    let (from, to) = (arrow.from, arrow.to);
    let (x1, y1) = (round(scale.x(from.1)), middle(from.0));
    let (x2, y2) = (round(scale.x(to.1)), middle(to.0));
    let ahead = if y2 > y1 { 1.0 } else { -1.0 };
    let tip = y2 - ahead * THICK / 2.0;
    let back = tip - ahead * 5.0;
    let (left, right) = (round(x2 - 3.0), round(x2 + 3.0));
    put(
        svg,
        format_args!(
            "<path d=\"M{x1} {y1}C{x1} {back} {x2} {y1} {x2} {tip}\
         M{left} {back}L{x2} {tip}L{right} {back}\" style=\"{MESSAGE}\"/>"
        ),
    );
}

fn put(svg: &mut String, line: std::fmt::Arguments<'_>) {
    *svg += &line.to_string();
    svg.push('\n');
}

/// One decimal is finer than the eye, and the same in every run.
fn round(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// Microseconds; whole numbers are exact up to 285 years of them.
#[expect(clippy::cast_precision_loss, reason = "exact for 285 years")]
fn to_f64(microseconds: u64) -> f64 {
    microseconds as f64
}

/// Lanes and letters: small numbers.
fn as_f64(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}

fn escape(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    // A blank line would end the fragment, a quote an attribute.
    text.replace('>', "&gt;").replace('"', "&quot;").replace('\n', " ")
}
