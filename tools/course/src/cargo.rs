//! Cargo, as a program starts it that reads what it says.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// Cargo in the workspace `root`, still without what is asked of it: plain
/// lines on pipes, and a process group of its own, so that Ctrl-C goes to us
/// alone and we end it.
#[must_use]
pub fn cargo(root: &Path) -> Command {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root);
    command.env("CARGO_TERM_COLOR", "never");
    command.env("CARGO_TERM_QUIET", "false");
    command.env("CARGO_TERM_PROGRESS_WHEN", "never");
    command.stdin(Stdio::null());
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0);
    command
}
