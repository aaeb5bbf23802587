//! Where everything stands in a picture: time goes right, lanes go down.

use std::iter;
use std::time::Duration;

use crate::picture::SPACE;
use crate::text::{self, rounded};
use crate::timeline::{Bar, Lane, Stop, Timeline};

/// The first row of a lane, and each row below it.
pub(crate) const LANE: usize = 28;
const ROW: usize = 24;
/// Between lanes.
const GAP: usize = 10;
/// Between the edge of a lane and the tasks in it.
const INSET: usize = 4;
/// The axis and its numbers.
const AXIS: usize = 24;
/// Right of all bars, for half of the axis's last number.
const RIGHT: f64 = 24.0;
/// From one number of the axis to the next, at least.
const TICK: f64 = 68.0;
/// A bar can be seen, however short its time was.
const SLIVER: f64 = 3.0;

/// The places of a timeline's parts, in pixels.
pub(crate) struct Layout<'t> {
    timeline: &'t Timeline,
    pub(crate) width: f64,
    /// Where time begins, and how wide all of it is.
    left: f64,
    plot: f64,
    /// Where each lane begins, and last, the axis.
    tops: Vec<usize>,
}

/// The place of a bar.
pub(crate) struct Place {
    pub(crate) x: f64,
    pub(crate) width: f64,
    pub(crate) y: usize,
    pub(crate) height: usize,
}

impl<'t> Layout<'t> {
    pub(crate) fn new(timeline: &'t Timeline, width: u32) -> Self {
        let width = f64::from(width);
        let names = timeline.lanes.iter().map(|lane| text::width(&lane.name));
        let left = names.fold(0.0, f64::max).min(0.4 * width) + 2.0 * SPACE;
        let (plot, tops) = (width - left - RIGHT, tops(&timeline.lanes));
        let mut layout = Self { timeline, width, left, plot, tops };
        layout.make_room_for_deaths();
        layout
    }

    /// What is written beside a death has to end within the picture.
    fn make_room_for_deaths(&mut self) {
        let lanes = self.timeline.lanes.iter();
        let plots = lanes.filter_map(|lane| lane.death.as_ref()).map(|death| {
            let words = text::width(&death.how) + 2.0 * SPACE;
            (self.width - self.left - words) / self.share(death.at)
        });
        // There is always some plot: it is the words that are cut off then.
        self.plot = plots.fold(self.plot, f64::min).max(TICK);
    }

    /// How high the picture is.
    pub(crate) fn height(&self) -> usize {
        self.axis() + AXIS
    }

    /// Where the lanes are over.
    pub(crate) fn axis(&self) -> usize {
        self.tops.last().copied().unwrap_or_default()
    }

    /// How many parts the axis may have: few, in a wide picture too.
    pub(crate) fn parts(&self) -> f64 {
        (self.plot / TICK).min(8.0)
    }

    /// The room for the name of a lane.
    pub(crate) fn name_width(&self) -> f64 {
        self.left - 2.0 * SPACE
    }

    pub(crate) fn x(&self, time: Duration) -> f64 {
        rounded(self.left + self.plot * self.share(time))
    }

    /// Which part of all time is over. A single moment has no length.
    fn share(&self, time: Duration) -> f64 {
        let all = self.timeline.length.max(Duration::from_micros(1));
        time.div_duration_f64(all)
    }

    /// The lanes, and where each of them begins.
    pub(crate) fn lanes(&self) -> impl Iterator<Item = (&'t Lane, usize)> {
        self.timeline.lanes.iter().zip(self.tops.iter().copied())
    }

    pub(crate) fn place(&self, bar: &Bar, lane: &Lane, top: usize) -> Place {
        let x = self.x(bar.start);
        let width = rounded((self.x(bar.end) - x).max(SLIVER));
        if bar.is_life() {
            return Place { x, width, y: top, height: lane_height(lane) };
        }
        let y = top + INSET + bar.depth * ROW;
        Place { x, width, y, height: LANE - 2 * INSET }
    }

    /// Where an arrow touches what was going on then, on the side of the
    /// `other` lane; where nothing was, the middle of the lane.
    pub(crate) fn touch(&self, stop: Stop, other: usize) -> (f64, usize) {
        let (lane, top) =
            (&self.timeline.lanes[stop.lane], self.tops[stop.lane]);
        let then = |bar: &&Bar| bar.start <= stop.at && stop.at <= bar.end;
        let bars = lane.bars.iter().filter(then);
        let places = bars.map(|bar| self.place(bar, lane, top));
        let y = if other < stop.lane {
            places.map(|place| place.y).min()
        } else {
            places.map(|place| place.y + place.height).max()
        };
        (self.x(stop.at), y.unwrap_or(top + LANE / 2))
    }
}

/// Where the lanes begin, one below the other, and where the last one ends.
fn tops(lanes: &[Lane]) -> Vec<usize> {
    let next = |top: &mut usize, lane: &Lane| {
        *top += lane_height(lane) + GAP;
        Some(*top)
    };
    iter::once(GAP).chain(lanes.iter().scan(GAP, next)).collect()
}

/// Each task stands in the row below the one that it is a part of.
fn lane_height(lane: &Lane) -> usize {
    let tasks = lane.bars.iter().filter(|bar| !bar.is_life());
    LANE + ROW * tasks.map(|bar| bar.depth).max().unwrap_or_default()
}
