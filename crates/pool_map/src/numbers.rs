//! Numbers as a person writes them, and as a person likes to read them.

use std::fmt;
use std::ops::RangeInclusive;

use anyhow::ensure;

/// More than these are a slip of the finger.
const MOST: i64 = 10_000_000;

/// One number, or a range as Rust writes it: `7`, `1..=100`.
pub(crate) fn parse(text: &str) -> anyhow::Result<RangeInclusive<i64>> {
    let Some((first, last)) = text.split_once("..=") else {
        let number = text.trim().parse()?;
        return Ok(number..=number);
    };
    let (first, last) = (first.trim().parse()?, last.trim().parse::<i64>()?);
    let few = last.checked_sub(first).is_some_and(|length| length < MOST);
    ensure!(few, "at most {MOST} numbers");
    Ok(first..=last)
}

/// A list, of which a long one shows its beginning and its end.
pub(crate) struct Abbreviated<'a>(pub(crate) &'a [i64]);

const LONG: usize = 20;

impl fmt::Display for Abbreviated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            [first, second, .., last] if self.0.len() > LONG => {
                let count = self.0.len();
                write!(f, "[{first}, {second}, …, {last}]  {count} numbers")
            }
            all => write!(f, "{all:?}"),
        }
    }
}
