//! What something costs, as bars: the tables that the benchmarks print, read
//! and drawn.
//!
//! A bar is as long as its number is large, from zero on: one that is hardly
//! there is as small as it looks.

use thiserror::Error;

use crate::picture::{Caption, LINE, SPACE, TASK, TEXT, head, words};
use crate::text::{self, escape, rounded};

/// The height of a line of words, and of a bar.
const ROW: usize = 22;
const BAR: usize = 14;
/// Between two tables.
const GAP: usize = 14;
/// In a picture narrower than this a name stands above its bar.
const WIDE: f64 = 500.0;
/// A bar can be seen, however small its number is.
const SLIVER: f64 = 1.0;

/// Things of one kind, each with its number.
#[derive(Clone, Debug, PartialEq)]
pub struct Bars {
    /// What all of them are.
    pub title: String,
    /// What the numbers are: `µs each`, `1000/s`.
    pub unit: String,
    /// In the order of the table.
    pub rows: Vec<Row>,
}

/// One of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is.
    pub name: String,
    /// Its number.
    pub number: f64,
    /// The number as it was printed.
    pub printed: String,
}

/// A row of a table that has no name, or no number that is zero or more.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no name and number: `{0}`")]
pub struct UnreadableRow(pub String);

impl Bars {
    /// Reads the tables in what a benchmark of this course has printed, or
    /// criterion's lines with names and times. What has no heading with what
    /// the numbers are is no table, and passed over.
    ///
    /// # Errors
    ///
    /// [`UnreadableRow`], where a row of a table has no number.
    pub fn read(printed: &str) -> Result<Vec<Self>, UnreadableRow> {
        if printed.contains("time:   [") {
            return Ok(vec![criterion(printed)?]);
        }
        printed.split("\n\n").filter_map(table).collect()
    }

    /// Whether a longer bar is the better one: so many in a time, or else a
    /// time for each.
    #[must_use]
    pub fn more_is_better(&self) -> bool {
        self.unit.ends_with("/s")
    }

    /// All numbers in a sentence.
    #[must_use]
    pub fn summary(&self) -> String {
        let told = self.rows.iter();
        let told = told.map(|bar| format!("{} {}", bar.name, bar.printed));
        let told: Vec<_> = told.collect();
        format!("{}, {}: {}.", self.title, self.unit, told.join("; "))
    }

    /// Draws tables below each other, `width` pixels wide at most.
    #[must_use]
    pub fn to_svg(all: &[Self], caption: &Caption<'_>, width: u32) -> String {
        let columns = Columns::of(all, f64::from(width));
        let (mut top, mut drawn) = (0, String::new());
        for bars in all {
            drawn += &bars.draw(&mut top, &columns);
            top += GAP;
        }
        let head = head(caption, columns.width, top.saturating_sub(GAP));
        format!("{head}{drawn}</svg>\n")
    }

    fn draw(&self, top: &mut usize, columns: &Columns) -> String {
        let better = if self.more_is_better() { "longer" } else { "shorter" };
        let unit = format!("{}, {better} is better", self.unit);
        let most = self.rows.iter().map(|bar| bar.number).fold(0.0, f64::max);
        let scale = columns.room / most;
        let mut drawn = String::new();
        if columns.names > 0.0 {
            let title = format!("{}: {unit}", self.title);
            drawn += &line(top, "font-weight:600", &title);
        } else {
            drawn += &line(top, "font-weight:600", &self.title);
            drawn += &line(top, "", &unit);
        }
        for bar in &self.rows {
            if columns.names > 0.0 {
                let name = text::fit(&bar.name, columns.names);
                drawn += &in_row(0.0, *top, "", &name);
            } else {
                drawn += &line(top, "", &bar.name);
            }
            drawn += &bar.draw(*top, columns.left(), scale);
            *top += ROW;
        }
        drawn
    }
}

/// Where things stand from left to right.
struct Columns {
    width: f64,
    /// How wide the names are; nothing, where they stand above the bars.
    names: f64,
    /// How long the longest bar is: its number has room, too.
    room: f64,
}

impl Columns {
    fn of(all: &[Bars], width: f64) -> Self {
        let rows = || all.iter().flat_map(|bars| &bars.rows);
        let names = rows().map(|bar| text::width(&bar.name));
        let names = names.fold(0.0, f64::max).min(0.45 * width);
        let numbers = rows().map(|bar| text::width(&bar.printed));
        let numbers = numbers.fold(0.0, f64::max);
        let names = if width < WIDE { 0.0 } else { names };
        let mut columns = Self { width, names, room: 0.0 };
        columns.room = width - columns.left() - numbers - SPACE;
        columns
    }

    fn left(&self) -> f64 {
        if self.names > 0.0 { self.names + SPACE } else { 1.0 }
    }
}

impl Row {
    fn draw(&self, top: usize, left: f64, scale: f64) -> String {
        let length = rounded((self.number * scale).max(SLIVER));
        let (left, y) = (rounded(left), top + (ROW - BAR) / 2);
        let Self { name, printed, .. } = self;
        let told = escape(&format!("{name}: {printed}"));
        let printed = in_row(left + length + SPACE, top, "", printed);
        format!(
            "<g><title>{told}</title>\
             <path d='M{left} {top}v{ROW}' style='stroke:{LINE}'/>\
             <rect x='{left}' y='{y}' width='{length}' height='{BAR}' \
             style='fill:{TASK}'/>{printed}</g>\n"
        )
    }
}

/// A line of words of its own.
fn line(top: &mut usize, more: &str, told: &str) -> String {
    let line = in_row(0.0, *top, more, told);
    *top += ROW - 4;
    line
}

/// Words in the row that begins at `top`; `more` is how else they look, as CSS.
fn in_row(x: f64, top: usize, more: &str, told: &str) -> String {
    let look = format_args!("style='fill:{TEXT};{more}'");
    words(x, top + 15, look, told) + "\n"
}

/// A heading with what the numbers are, and lines with a name and a number;
/// two spaces or more between them.
fn table(printed: &str) -> Option<Result<Bars, UnreadableRow>> {
    let (heading, rows) = printed.trim().split_once('\n')?;
    let [title, unit, ..] = cells(heading)[..] else { return None };
    let (title, unit) = (title.to_owned(), unit.to_owned());
    let rows: Result<_, _> = rows.lines().map(Row::read).collect();
    Some(rows.map(|rows| Bars { title, unit, rows }))
}

fn cells(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

impl Row {
    fn read(line: &str) -> Result<Self, UnreadableRow> {
        let unreadable = || UnreadableRow(line.trim().to_owned());
        let [name, printed, ..] = cells(line)[..] else {
            return Err(unreadable());
        };
        let number = number(printed).ok_or_else(unreadable)?;
        let (name, printed) = (name.to_owned(), printed.to_owned());
        Ok(Self { name, number, printed })
    }

    /// The times of criterion: low, best guess, and high.
    fn of_times(name: &str, times: &str) -> Option<Self> {
        let times = times.trim().strip_prefix('[')?.strip_suffix(']')?;
        let words: Vec<_> = times.split_whitespace().collect();
        let [_, _, best, unit, ..] = words[..] else { return None };
        let best = number(best)?;
        let number = best * micros(unit)?;
        let printed = format!("{best} {unit}");
        Some(Self { name: name.to_owned(), number, printed })
    }
}

fn number(printed: &str) -> Option<f64> {
    let number: f64 = printed.parse().ok()?;
    (number.is_finite() && number >= 0.0).then_some(number)
}

/// `its name  time:   [75.1 µs 75.8 µs 78.3 µs]`. A long name has a line of its
/// own.
fn criterion(printed: &str) -> Result<Bars, UnreadableRow> {
    let mut rows = Vec::new();
    let mut name = "";
    for line in printed.lines() {
        let (before, times) = line.split_once("time:").unwrap_or((line, ""));
        if !before.trim().is_empty() {
            name = before.trim();
        }
        if !times.is_empty() {
            let row = Row::of_times(name, times);
            rows.push(row.ok_or_else(|| UnreadableRow(line.to_owned()))?);
        }
    }
    let title = "best guess".to_owned();
    Ok(Bars { title, unit: "time each".to_owned(), rows })
}

/// How many microseconds a unit of criterion's is.
fn micros(unit: &str) -> Option<f64> {
    match unit {
        "ps" => Some(1e-6),
        "ns" => Some(1e-3),
        "µs" => Some(1.0),
        "ms" => Some(1e3),
        "s" => Some(1e6),
        _ => None,
    }
}
