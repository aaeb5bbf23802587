//! What is left behind: processes, files, names.

use std::env::{args, temp_dir};
use std::fs::write;
use std::path::Path;
use std::process::Stdio;
use std::thread::sleep;
use std::time::Duration;

use rustix::process::setsid;

/// Far longer than any check takes; then it ends, whatever happens.
pub(crate) fn rest() -> anyhow::Result<()> {
    sleep(Duration::from_mins(1));
    Ok(())
}

pub(crate) fn orphan() -> anyhow::Result<()> {
    crate::again("rest")?.stdout(Stdio::null()).spawn()?;
    Ok(())
}

/// Leaves the session, and with it the process group.
pub(crate) fn leave_session() -> anyhow::Result<()> {
    setsid()?;
    rest()
}

pub(crate) fn new_session() -> anyhow::Result<()> {
    let mut child = crate::again("leave_session")?;
    child.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    Ok(())
}

/// A daemon, made the usual way: a grandchild in a session of its own. It
/// holds the output open.
pub(crate) fn daemon() -> anyhow::Result<()> {
    crate::again("fork_daemon")?.spawn()?.wait()?;
    Ok(())
}

pub(crate) fn fork_daemon() -> anyhow::Result<()> {
    setsid()?;
    crate::again("rest")?.spawn()?;
    Ok(())
}

pub(crate) fn file() -> anyhow::Result<()> {
    Ok(write(temp_dir().join("forgotten.txt"), "")?)
}

pub(crate) fn shared_memory() -> anyhow::Result<()> {
    let name = args().nth(2).unwrap_or_default();
    Ok(write(Path::new("/dev/shm").join(name), "")?)
}
