//! Printing a line, and ending well where nobody reads it.
//!
//! Python's `print` raises `BrokenPipeError` when the reader has gone away
//! (`… | head -1`); Rust's `println!` panics. A line is worth neither: here a
//! line that cannot be written is an ordinary error that travels up to `main`
//! with `?`, so that everything on the way is closed, joined and removed.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::process::ExitCode;

/// Why a line could not be printed.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The reader of standard output has gone away, as `head -1` does when
    /// it has its line. No failure of ours: there is just nobody to tell.
    #[error("nobody reads standard output any more")]
    Closed,
    /// The line could not be written, for instance onto a full disk.
    #[error("cannot write to standard output")]
    Failed(#[source] io::Error),
}

impl From<io::Error> for OutputError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::Closed,
            _ => Self::Failed(error),
        }
    }
}

/// Prints one line to standard output, whole, in a single write.
///
/// Python: `print(line)`. Lines of several processes that share an output
/// cannot cut each other in two, as long as each is written at once.
///
/// # Errors
///
/// [`OutputError`], where the reader has gone away or the disk is full.
// ANCHOR: print_line
pub fn print_line(line: impl Display) -> Result<(), OutputError> {
    let line = format!("{line}\n");
    let mut stdout = io::stdout().lock();
    stdout.write_all(line.as_bytes())?;
    stdout.flush()?;
    Ok(())
}
// ANCHOR_END: print_line

/// The exit code for what `main` came to: 0 for success, 1 for an error,
/// which is told on standard error with its causes.
///
/// ```
/// use std::process::ExitCode;
///
/// fn main() -> ExitCode {
///     time_utils::exit_code(run())
/// }
///
/// fn run() -> anyhow::Result<()> {
///     Ok(())
/// }
/// ```
#[must_use]
pub fn exit_code(result: anyhow::Result<()>) -> ExitCode {
    ExitCode::from(exit_status("error", result))
}

/// [`exit_code`] as a number, with another word than `error` before the
/// message.
///
/// A reader that went away ([`OutputError::Closed`]) is a quiet success: it
/// has seen what it wanted.
#[must_use]
pub fn exit_status(label: &str, result: anyhow::Result<()>) -> u8 {
    let Err(error) = result else { return 0 };
    if is_closed_output(&error) {
        return 0;
    }
    // Whole, as lines of several processes come together there. Where standard
    // error is closed too, the exit code has to say it alone.
    let line = format!("{label}: {error:#}\n");
    let _ = io::stderr().write_all(line.as_bytes());
    1
}

fn is_closed_output(error: &anyhow::Error) -> bool {
    error
        .chain()
        .any(|cause| matches!(cause.downcast_ref(), Some(OutputError::Closed)))
}
