//! What a program printed, compared with what it should have.

use std::fs;
use std::path::Path;

use regex::Regex;
use snapbox::{Assert, IntoData as _};

/// What differs in every run: a pattern, and what stands for it.
const MASKS: [(&str, &str); 3] = [
    (r"PID(:?) \d+", "PID$1 [PID]"),
    (r"\b\d\d:\d\d:\d\d\b", "[TIME]"),
    (r"\b\d+\.\d{4} seconds", "[SECONDS] seconds"),
];

/// What a program printed, with what differs from run to run masked: PIDs,
/// times of day, and seconds; and whatever a lesson has more.
#[derive(Clone, Debug)]
pub struct Transcript {
    raw: String,
    masks: Vec<(Regex, String)>,
    unordered: bool,
}

impl Transcript {
    /// The transcript of `text`.
    ///
    /// # Panics
    ///
    /// Never: the patterns are right.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let this =
            Self { raw: text.into(), masks: Vec::new(), unordered: false };
        MASKS.iter().fold(this, |this, (what, with)| this.mask(what, with))
    }

    /// Masks what the pattern `what` matches `with` something else.
    ///
    /// # Panics
    ///
    /// Where the pattern is none.
    #[must_use]
    pub fn mask(mut self, what: &str, with: &str) -> Self {
        let what = Regex::new(what).expect("a regular expression");
        self.masks.push((what, with.to_owned()));
        self
    }

    /// The lines may come in any order: several processes print them.
    #[must_use]
    pub fn unordered(mut self) -> Self {
        self.unordered = true;
        self
    }

    /// Sees that the file, which the book shows, still says the same.
    ///
    /// With `SNAPSHOTS=overwrite` in the environment a file that does not is
    /// made anew instead, from this very run.
    ///
    /// # Panics
    ///
    /// Where it does not.
    pub fn assert_matches(&self, file: impl AsRef<Path>) {
        let file = file.as_ref();
        let shown = fs::read_to_string(file).unwrap_or_default();
        if self.masked(&shown) == self.masked(&self.raw) {
            return;
        }
        if std::env::var_os("SNAPSHOTS").is_some_and(|s| s == "overwrite") {
            fs::write(file, &self.raw).expect("the file can be written");
            return;
        }
        self.assert_same(&shown, &file.display().to_string());
    }

    /// Sees that `other`, masked in the same way, is the same.
    ///
    /// # Panics
    ///
    /// Where it is not, with the difference.
    pub fn assert_same(&self, other: &str, name: &str) {
        let expected = self.masked(other);
        let actual = self.masked(&self.raw);
        Assert::new()
            .action(snapbox::assert::Action::Verify)
            .try_eq(
                Some(&name),
                actual.into_data().raw(),
                expected.into_data().raw(),
            )
            .unwrap_or_else(|difference| panic!("{difference}"));
    }

    fn masked(&self, text: &str) -> String {
        let masked = self.masks.iter().fold(text.to_owned(), |text, mask| {
            mask.0.replace_all(&text, &mask.1).into_owned()
        });
        if !self.unordered {
            return masked;
        }
        let mut lines: Vec<_> = masked.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    }
}
