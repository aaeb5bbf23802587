//! How a failure reads: what the program did, what was expected, where to
//! look; and what the program said itself.

use std::fmt::{self, Display};
use std::panic::resume_unwind;

/// What `todo!` says before its own words.
const TODO: &str = "not yet implemented";

/// Of a long output, so many lines are shown.
const MOST_LINES: usize = 20;

/// What a mentor would say.
#[derive(Clone, Debug)]
pub(crate) struct Advice {
    /// What the program did.
    pub(crate) did: String,
    /// What was expected instead.
    pub(crate) expected: String,
    /// Where to look, or what to try.
    pub(crate) look: String,
}

impl Advice {
    pub(crate) fn new(
        did: impl Display,
        expected: impl Display,
        look: impl Display,
    ) -> Self {
        let [did, expected, look] =
            [did.to_string(), expected.to_string(), look.to_string()];
        Self { did, expected, look }
    }

    /// The program is not finished: all else may be because of that.
    fn to_do(task: &str) -> Self {
        Self::new(
            format_args!("it came to a `todo!`: {task}"),
            "a program in which nothing is left to do",
            "the task in README.md, and `cargo course hint`",
        )
    }

    /// Ends the test with this advice, and with what the program printed.
    pub(crate) fn give(&self, command: &str, printed: [&str; 2]) -> ! {
        let [stdout, stderr] = printed;
        match still_to_do(stderr) {
            Some(task) => eprintln!("\n{}", Self::to_do(&task)),
            None => eprintln!(
                "\n{self}\n\nIt was run as: {command}{}{}",
                Said { where_to: "It printed", text: stdout },
                Said { where_to: "On standard error", text: stderr },
            ),
        }
        // Without the hook's words on where in the check this is: it is the
        // learner's program that something is wrong with.
        resume_unwind(Box::new("explained above"));
    }
}

impl Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [
            ("What happened", &self.did),
            ("Expected", &self.expected),
            ("Where to look", &self.look),
        ];
        for (number, (what, text)) in parts.into_iter().enumerate() {
            let end = if number == 0 { "" } else { "\n" };
            let text = text.trim_end().replace('\n', "\n    ");
            write!(f, "{end}{:<15}{text}", format!("{what}:"))?;
        }
        Ok(())
    }
}

/// A text of the program, indented; nothing where it said nothing.
struct Said<'s> {
    where_to: &'s str,
    text: &'s str,
}

impl Display for Said<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.text.trim().is_empty() {
            return Ok(());
        }
        write!(f, "\n{}:", self.where_to)?;
        for line in self.text.lines().take(MOST_LINES) {
            write!(f, "\n    {line}")?;
        }
        match self.text.lines().count().saturating_sub(MOST_LINES) {
            0 => Ok(()),
            more => write!(f, "\n    … and {more} lines more"),
        }
    }
}

/// Whether the program came to a `todo!`.
pub(crate) fn is_to_do(stderr: &str) -> bool {
    still_to_do(stderr).is_some()
}

/// What the first `todo!` says that the program came to, with its place.
fn still_to_do(stderr: &str) -> Option<String> {
    let mut lines = stderr.lines();
    let (mut place, mut line) = ("", "");
    while !line.contains(TODO) {
        place = line;
        line = lines.next()?;
    }
    let task = line.split_once(TODO)?.1.trim_start_matches(": ");
    let place = place.split_once("panicked at ").map(|(_, place)| place);
    let place = place.and_then(|place| place.split_once(".rs:"));
    let number = place.and_then(|(_, rest)| rest.split(':').next());
    Some(match number {
        Some(number) => format!("{task} (line {number})"),
        None => task.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_todo_is_found_with_its_place() {
        let stderr = "thread 'main' (7) panicked at exercises/02/src/main.rs:\
                      12:5:\nnot yet implemented: start both\nnote: …\n";
        let task = still_to_do(stderr);
        assert_eq!(task.as_deref(), Some("start both (line 12)"));
    }

    #[test]
    fn another_panic_is_no_todo() {
        let stderr = "thread 'main' panicked at src/main.rs:12:5:\noh no\n";
        assert_eq!(still_to_do(stderr), None);
    }

    #[test]
    fn a_long_output_is_cut() {
        let text = "line\n".repeat(MOST_LINES + 3);
        let said = Said { where_to: "It printed", text: &text }.to_string();
        assert!(said.ends_with("… and 3 lines more"), "{said}");
    }
}
