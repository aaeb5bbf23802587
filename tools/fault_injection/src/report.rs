//! The table of many injections.

use std::collections::BTreeMap;
use std::fmt;
use std::os::unix::process::ExitStatusExt as _;
use std::time::Duration;

use crate::faults::Fault;
use crate::run::Seen;

/// What became of all injections so far.
#[derive(Clone, Debug, Default)]
pub struct Report {
    rows: BTreeMap<Fault, Row>,
}

/// What became of those of one fault.
#[derive(Clone, Copy, Debug, Default)]
struct Row {
    runs: usize,
    /// How often the fault found somebody; always, where it need not.
    hits: usize,
    as_usual: usize,
    failing: usize,
    asked: usize,
    ended: usize,
    wrong: usize,
    longest: Duration,
}

impl Report {
    /// One more injection of `fault`, beside a run without one, and whether
    /// something was wrong.
    pub fn add(
        &mut self,
        fault: Fault,
        seen: &Seen,
        usual: &Seen,
        wrong: bool,
    ) {
        let one = Row::of(fault, seen, usual, wrong);
        let row = self.rows.entry(fault).or_default();
        *row = row.plus(one);
    }

    /// How many injections there were.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.total().runs
    }

    /// In how many something was wrong.
    #[must_use]
    pub fn wrong(&self) -> usize {
        self.total().wrong
    }

    fn total(&self) -> Row {
        self.rows.values().fold(Row::default(), |sum, row| sum.plus(*row))
    }
}

impl Row {
    fn of(fault: Fault, seen: &Seen, usual: &Seen, wrong: bool) -> Self {
        let code = seen.end.and_then(|end| end.code());
        let as_usual = seen.end == usual.end;
        let looks_for_somebody = !fault.signals().is_empty();
        let hit = seen.struck.is_some() || !looks_for_somebody;
        Self {
            runs: 1,
            hits: hit.into(),
            as_usual: as_usual.into(),
            failing: (!as_usual && code == Some(1)).into(),
            asked: (!as_usual && matches!(code, Some(130 | 143))).into(),
            ended: seen.end.is_some_and(|end| end.signal().is_some()).into(),
            wrong: wrong.into(),
            longest: seen.took,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            runs: self.runs + other.runs,
            hits: self.hits + other.hits,
            as_usual: self.as_usual + other.as_usual,
            failing: self.failing + other.failing,
            asked: self.asked + other.asked,
            ended: self.ended + other.ended,
            wrong: self.wrong + other.wrong,
            longest: self.longest.max(other.longest),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<22}{:>7}{:>7}{:>10}{:>8}{:>9}{:>10}{:>7}{:>10}",
            "fault",
            "runs",
            "hit",
            "as usual",
            "code 1",
            "130, 143",
            "by signal",
            "wrong",
            "longest"
        )?;
        for (fault, row) in &self.rows {
            writeln!(f, "{:<22}{row}", fault.name())?;
        }
        write!(f, "{:<22}{}", "all", self.total())
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, hits, as_usual, failing, asked, ended, wrong, .. } =
            self;
        let longest = self.longest.as_secs_f64();
        write!(
            f,
            "{runs:>7}{hits:>7}{as_usual:>10}{failing:>8}{asked:>9}\
             {ended:>10}{wrong:>7}{longest:>8.2} s"
        )
    }
}
