//! Looking again and again, with an end to it.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::bail;

/// Far more than any of it takes: a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(10);

/// Looks until there is something to see. Of a process that is not our child,
/// or that shall not be waited for, the system does not tell us when it
/// changes.
///
/// # Errors
///
/// That of `look`, or that there was nothing in ten seconds.
pub(crate) fn until<T>(
    look: impl Fn() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(seen) = look()? {
            return Ok(seen);
        }
        thread::sleep(Duration::from_millis(1));
    }
    bail!("nothing changed in {PATIENCE:?}: what we look for never comes");
}
