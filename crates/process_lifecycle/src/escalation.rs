//! Ending a process: wait, then ask, then insist.

use std::time::Duration;

use anyhow::Context as _;
use process_spawning::{Exit, Process};

/// How far one had to go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastResort {
    /// It ended by itself in time.
    Join,
    /// It ended when it was asked to.
    Terminate,
    /// It did not listen, and was ended.
    Kill,
}

/// Waits for `process` for as long as `patience`; then asks it to end, and
/// waits once more as long; then kills it. Says how far it had to go.
///
/// The three steps that Python leaves to its users: `join(t)`, look at
/// `exitcode`, `terminate()`, `join(t)`, look again, `kill()`, `join()`.
///
/// # Errors
///
/// As [`Process::join`], with Ctrl-C for instance; or where a signal cannot
/// be sent.
// ANCHOR: end_within
pub fn end_within(
    process: &mut Process,
    patience: Duration,
) -> anyhow::Result<(LastResort, Exit)> {
    if let Some(exit) = process.join_timeout(patience)? {
        return Ok((LastResort::Join, exit));
    }
    // It may have something to put away: ask before you shoot.
    process.terminate().context("cannot terminate")?;
    if let Some(exit) = process.join_timeout(patience)? {
        return Ok((LastResort::Terminate, exit));
    }
    process.kill().context("cannot kill")?;
    // Nobody survives that: no deadline is needed.
    Ok((LastResort::Kill, process.join()?))
}
// ANCHOR_END: end_within
