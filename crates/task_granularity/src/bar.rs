//! A bar of letters, as long as something took.

use std::io::stdout;
use std::time::Duration;

use supports_unicode::Stream;
use terminal_size::{Width, terminal_size_of};

/// How wide a terminal is that does not say so, or is none.
const COLUMNS: u16 = 80;

/// Longer bars say no more.
const LONGEST: u16 = 60;

/// How bars are drawn.
pub(crate) struct Bars {
    letters: u16,
    /// What is as long as all letters.
    longest: Duration,
    full: char,
    mark: char,
}

impl Bars {
    /// Bars that reach to the end of the line on standard output, in which
    /// so many letters are taken.
    pub(crate) fn behind(taken: u16, longest: Duration) -> Self {
        let size = terminal_size_of(stdout());
        let columns = size.map_or(COLUMNS, |(Width(it), _)| it);
        let letters = columns.saturating_sub(taken).min(LONGEST);
        let blocks = supports_unicode::on(Stream::Stdout);
        let (full, mark) = if blocks { ('█', '│') } else { ('#', '|') };
        Self { letters, longest, full, mark }
    }

    /// A bar for `time`, with a mark where it should end.
    pub(crate) fn draw(&self, time: Duration, end: Option<Duration>) -> String {
        let (length, mark) = (self.length(time), end.map(|it| self.length(it)));
        let letter = |place: u16| match u128::from(place) {
            place if mark == Some(place) => self.mark,
            place if place <= length => self.full,
            _ => ' ',
        };
        let bar: String = (1..=self.letters).map(letter).collect();
        bar.trim_end().to_owned()
    }

    /// In letters: at least one.
    fn length(&self, time: Duration) -> u128 {
        let all = time.as_nanos() * u128::from(self.letters);
        (all / self.longest.as_nanos().max(1)).max(1)
    }
}
