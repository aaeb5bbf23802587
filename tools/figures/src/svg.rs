//! A timeline as a picture.
//!
//! No meaning hangs on colour alone: work is solid, a wait is hollow, what
//! never came to its own end is dashed, a death is a cross.

use std::time::Duration;

use time_utils::trace::Category;

use crate::axis;
use crate::layout::{LANE, Layout, Place};
use crate::picture::{
    Caption, LINE, MESSAGE, SPACE, TASK, TEXT, WAIT, head, words,
};
use crate::text::{self, escape, milliseconds, rounded};
use crate::timeline::{Arrow, Bar, Lane, Timeline};

const PROCESS: &str = "var(--mp-process,#8883)";
const TASK_LABEL: &str = "var(--mp-task-label,#fff)";
const KILLED: &str = "var(--mp-killed,#e0443e)";

impl Timeline {
    /// Draws the timeline, `width` pixels wide at most: it shrinks with its
    /// page, letters and all. For a phone, draw another one of some 360.
    #[must_use]
    pub fn to_svg(&self, caption: &Caption<'_>, width: u32) -> String {
        let layout = Layout::new(self, width);
        let id = escape(caption.id);
        let (head, axis) = (
            head(caption, layout.width, layout.height()),
            draw_axis(self, &layout),
        );
        // Below the bars, so that no arrow crosses out a word.
        let arrows = draw_arrows(self, &id, &layout);
        let lanes = layout.lanes();
        let lanes: String =
            lanes.map(|(lane, top)| draw_lane(lane, top, &layout)).collect();
        format!("{head}{axis}{arrows}{lanes}</svg>\n")
    }
}

fn draw_axis(timeline: &Timeline, layout: &Layout<'_>) -> String {
    let ticks = axis::ticks(timeline.length, layout.parts());
    let ticks: String =
        ticks.map(|(time, label)| tick(time, &label, layout)).collect();
    format!("<g text-anchor='middle' style='fill:{TEXT}'>\n{ticks}</g>\n")
}

fn tick(time: Duration, label: &str, layout: &Layout<'_>) -> String {
    let (x, bottom) = (layout.x(time), layout.axis());
    let y = bottom + 18;
    format!(
        "<path d='M{x} 0V{bottom}' style='stroke:{LINE}'/>\
         <text x='{x}' y='{y}'>{label}</text>\n"
    )
}

fn draw_arrows(timeline: &Timeline, id: &str, layout: &Layout<'_>) -> String {
    if timeline.arrows.is_empty() {
        return String::new();
    }
    let arrows = timeline.arrows.iter();
    let arrows: String =
        arrows.map(|arrow| draw_arrow(arrow, id, layout)).collect();
    format!(
        "<marker id='{id}-head' viewBox='0 0 8 8' refX='8' refY='4' \
         markerWidth='8' markerHeight='8' markerUnits='userSpaceOnUse' \
         orient='auto'>\
         <path d='M0 0L8 4L0 8z' style='fill:{MESSAGE}'/></marker>\n{arrows}"
    )
}

/// From a dot where it left to a head where it arrived.
fn draw_arrow(arrow: &Arrow, id: &str, layout: &Layout<'_>) -> String {
    let Arrow { name, from, to } = arrow;
    let (x, y) = layout.touch(*from, to.lane);
    let (to_x, to_y) = layout.touch(*to, from.lane);
    let name = escape(name);
    format!(
        "<g><title>{name}</title>\
         <circle cx='{x}' cy='{y}' r='3' style='fill:{MESSAGE}'/>\
         <path d='M{x} {y}L{to_x} {to_y}' marker-end='url(#{id}-head)' \
         style='stroke:{MESSAGE};stroke-width:1.5'/></g>\n"
    )
}

fn draw_lane(lane: &Lane, top: usize, layout: &Layout<'_>) -> String {
    let name = text::fit(&lane.name, layout.name_width());
    let name = coloured(TEXT, 0.0, top + LANE / 2, &name);
    // A life is behind all that happens in it.
    let (lives, parts): (Vec<_>, Vec<_>) =
        lane.bars.iter().partition(|bar| bar.is_life());
    let bars = lives.into_iter().chain(parts);
    let bars: String = bars
        .map(|bar| draw_bar(bar, lane, &layout.place(bar, lane, top)))
        .collect();
    format!("{name}\n{bars}{}", draw_death(lane, top, layout))
}

fn draw_bar(bar: &Bar, lane: &Lane, place: &Place) -> String {
    let Place { x, width, y, height } = place;
    let (told, paint) = (escape(&told(bar, lane)), paint(bar));
    let label = label(bar, place);
    format!(
        "<g><title>{told}</title>\
         <rect x='{x}' y='{y}' width='{width}' height='{height}' rx='4' \
         style='{paint}'/>{label}</g>\n"
    )
}

/// What a bar says when it is pointed at.
fn told(bar: &Bar, lane: &Lane) -> String {
    let (start, end) = (milliseconds(bar.start), milliseconds(bar.end));
    let told = format!("{}, {start}–{end} ms", bar.name);
    match &lane.death {
        _ if bar.finished => told,
        Some(death) => format!("{told}, {}", death.how),
        None => format!("{told}, unfinished"),
    }
}

fn paint(bar: &Bar) -> String {
    let (fill, edge) = match bar.category {
        Category::Process => (PROCESS, PROCESS),
        Category::Wait => ("transparent", WAIT),
        Category::Task | Category::Message => (TASK, "none"),
    };
    if bar.finished {
        return format!("fill:{fill};stroke:{edge}");
    }
    format!(
        "fill:{fill};fill-opacity:.2;\
         stroke:{KILLED};stroke-dasharray:4 3"
    )
}

/// A name, where it has room; that of a life stands before its lane.
fn label(bar: &Bar, place: &Place) -> String {
    let needed = text::width(&bar.name) + 2.0 * SPACE;
    if bar.is_life() || needed > place.width {
        return String::new();
    }
    let on_solid = bar.finished && bar.category != Category::Wait;
    let colour = if on_solid { TASK_LABEL } else { TEXT };
    let middle = place.y + place.height / 2;
    coloured(colour, place.x + SPACE, middle, &bar.name)
}

/// A cross at the end of a lane, and beside it what ended it.
fn draw_death(lane: &Lane, top: usize, layout: &Layout<'_>) -> String {
    let Some(death) = &lane.death else { return String::new() };
    let (x, y) = (layout.x(death.at), top + LANE / 2);
    let (left, above) = (rounded(x - 4.0), y - 4);
    let how = coloured(TEXT, x + SPACE, y, &death.how);
    format!(
        "<path d='M{left} {above}l8 8m0-8l-8 8' \
         style='stroke:{KILLED};stroke-width:2'/>{how}\n"
    )
}

/// Words of one colour, whose letters have `y` for their middle.
fn coloured(colour: &str, x: f64, y: usize, told: &str) -> String {
    words(x, y + 4, format_args!("style='fill:{colour}'"), told)
}
