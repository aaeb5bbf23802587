//! Has cargo compile a demonstration, and tells what it says meanwhile.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::Context as _;
use cargo_metadata::Message;
use course::{Awaited, Running, cargo};
use lesson_check::Family;

use crate::event::Event;
use crate::limits::BUILD_TIME;
use crate::orders::Orders;

/// Compiles the program of the package `name`, and says where it is; nothing
/// where it does not compile, or there are no more `orders` first.
pub(crate) fn compile(
    root: &Path,
    name: &str,
    orders: &mut Orders,
    mut tell: impl FnMut(Event) -> anyhow::Result<()>,
) -> anyhow::Result<Option<PathBuf>> {
    tell(Event::Building)?;
    let mut cargo = Running::start(build(root, name), Family::new())?;
    let deadline = Instant::now() + BUILD_TIME;
    let mut program = None;
    loop {
        match cargo.wait(orders.source(), deadline)? {
            Awaited::Cancelled => {
                // There is no worker yet that could be meant.
                let _nobody = orders.read();
                if orders.source().is_none() {
                    return Ok(None);
                }
            }
            Awaited::Stdout(lines) => {
                let found = lines.iter().find_map(|line| program_in(line));
                program = found.or(program);
            }
            Awaited::Stderr(lines) => {
                for text in lines {
                    tell(Event::Cargo { text })?;
                }
            }
            Awaited::End if cargo.status()?.success() => break,
            Awaited::End => {
                tell(Event::NotBuilt)?;
                return Ok(None);
            }
            Awaited::TimedOut => {
                let minutes = BUILD_TIME.as_secs() / 60;
                let text = format!("cargo was ended after {minutes} minutes");
                tell(Event::Cargo { text })?;
                tell(Event::NotBuilt)?;
                return Ok(None);
            }
        }
    }
    let program = program.with_context(|| format!("no program {name}"))?;
    Ok(Some(program))
}

/// What it says to a person comes on standard error, the compiler's words
/// too; in JSON it tells where the program is.
fn build(root: &Path, name: &str) -> Command {
    let mut command = cargo(root);
    command.args(["build", "--package", name, "--bin", name]);
    command.args(["--message-format", "json-render-diagnostics"]);
    command
}

fn program_in(line: &str) -> Option<PathBuf> {
    match serde_json::from_str(line).ok()? {
        Message::CompilerArtifact(it) => it.executable.map(Into::into),
        _ => None,
    }
}
