//! A logarithmic scale: which numbers stand at an axis, and where.

use crate::chart::{Unit, has_place};
use crate::text::rounded;

/// The longest scale, from one end of what has a place to the other.
const DECADES: u8 = 30;

/// From one round number to another.
pub(crate) struct Scale {
    first: Tick,
    last: Tick,
    /// Where these two are, in pixels.
    ends: (f64, f64),
}

/// A round number: one, two or five, with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tick {
    zeros: i32,
    digit: u8,
}

impl Scale {
    /// So wide that all of `numbers` have their place on it.
    pub(crate) fn around(
        numbers: impl Iterator<Item = f64>,
        ends: (f64, f64),
    ) -> Self {
        let numbers: Vec<_> = numbers.filter(|n| has_place(*n)).collect();
        let lowest = numbers.iter().copied().reduce(f64::min).unwrap_or(1.0);
        let highest = numbers.into_iter().reduce(f64::max).unwrap_or(1.0);
        let (first, last) = (Tick::at_most(lowest), Tick::at_least(highest));
        // There is always some scale, of a single number, too.
        Self { first, last: last.max(first.next()), ends }
    }

    /// Where `number` is.
    pub(crate) fn place(&self, number: f64) -> f64 {
        let [first, last, number] =
            [self.first.number(), self.last.number(), number].map(f64::log10);
        let (from, to) = self.ends;
        rounded(from + (to - from) * (number - first) / (last - first))
    }

    /// The numbers to show, at least `room` pixels from one to the next.
    pub(crate) fn ticks(&self, room: f64) -> Vec<Tick> {
        let mut ticks = vec![self.first];
        while let Some(tick) = ticks.last()
            && *tick < self.last
        {
            ticks.push(tick.next());
        }
        let gap = |times: f64| (self.place(times) - self.place(1.0)).abs();
        if gap(2.0) >= room {
            return ticks;
        }
        let tens = ticks.into_iter().filter(|tick| tick.digit == 1);
        let has_room = |n: &u8| gap(10.0) * f64::from(*n) >= room;
        let every = (1..DECADES).find(has_room).unwrap_or(DECADES);
        tens.step_by(every.into()).collect()
    }

    /// The first number, and the last.
    pub(crate) fn range(&self) -> [Tick; 2] {
        [self.first, self.last]
    }
}

impl Tick {
    /// The next one that is no more than `number`.
    fn at_most(number: f64) -> Self {
        let mut tick = Self::at_least(number);
        while tick.number() > number {
            tick = tick.previous();
        }
        tick
    }

    /// The next one that is no less than `number`.
    fn at_least(number: f64) -> Self {
        #[expect(clippy::cast_possible_truncation, reason = "308 at most")]
        let zeros = number.log10().floor() as i32;
        let mut tick = Self { zeros: zeros - 1, digit: 5 };
        while tick.number() < number {
            tick = tick.next();
        }
        tick
    }

    fn next(self) -> Self {
        let Self { zeros, digit } = self;
        match digit {
            1 => Self { zeros, digit: 2 },
            2 => Self { zeros, digit: 5 },
            _ => Self { zeros: zeros + 1, digit: 1 },
        }
    }

    fn previous(self) -> Self {
        let Self { zeros, digit } = self;
        match digit {
            5 => Self { zeros, digit: 2 },
            2 => Self { zeros, digit: 1 },
            _ => Self { zeros: zeros - 1, digit: 5 },
        }
    }

    pub(crate) fn number(self) -> f64 {
        // Read, not multiplied: 0.2 is to be what is written so.
        format!("{}e{}", self.digit, self.zeros).parse().unwrap_or(1.0)
    }
}

impl Unit {
    /// A number in words: `2000`, `31.2 ms`.
    pub(crate) fn told(self, number: f64) -> String {
        let (number, name) = match self {
            Self::Count => (number, ""),
            Self::Seconds if number >= 1.0 => (number, " s"),
            Self::Seconds if number >= 1e-3 => (number * 1e3, " ms"),
            Self::Seconds if number >= 1e-6 => (number * 1e6, " µs"),
            Self::Seconds => (number * 1e9, " ns"),
        };
        format!("{}{name}", short(number))
    }
}

/// To one decimal, or to two digits where that would not leave any.
fn short(number: f64) -> f64 {
    if number >= 1.0 {
        return rounded(number);
    }
    format!("{number:.1e}").parse().unwrap_or(number)
}
