//! Puts the untouched exercise back, and keeps what the learner wrote.

use std::fs::{self, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use crate::exercise::Exercise;

/// Puts the stub back, and says where the learner's version is now; `None`
/// where there was none.
///
/// No line is lost, whatever happens meanwhile. The stub is written first,
/// beside: a full disk changes nothing. Then the old version moves out of the
/// way, onto nobody's place, and the stub moves in. An editor that saves just
/// between the two makes that an error.
///
/// # Errors
///
/// Where a file cannot be read, written or moved.
pub fn reset(exercise: &Exercise) -> anyhow::Result<Option<PathBuf>> {
    let (stub, main) = (exercise.stub(), exercise.main());
    let source = main.parent().context("a file is in a directory")?;
    let text = fs::read(&stub)
        .with_context(|| format!("cannot read {}", stub.display()))?;
    let cannot_write = || format!("cannot write to {}", source.display());
    let mut fresh = tempfile::Builder::new()
        // As any new file has them.
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(source)
        .with_context(cannot_write)?;
    fresh.write_all(&text).with_context(cannot_write)?;
    let kept = move_aside(&main)
        .with_context(|| format!("cannot move {}", main.display()))?;
    fresh.persist_noclobber(&main).map_err(|error| error.error).with_context(
        || format!("{} has been saved meanwhile", main.display()),
    )?;
    Ok(kept)
}

/// Gives `file` the first free name among `file.1`, `file.2` and so on.
fn move_aside(file: &Path) -> io::Result<Option<PathBuf>> {
    for number in 1.. {
        let mut name = file.as_os_str().to_owned();
        name.push(format!(".{number}"));
        match renameat_with(CWD, file, CWD, &name, RenameFlags::NOREPLACE) {
            Ok(()) => return Ok(Some(name.into())),
            Err(Errno::EXIST) => {}
            Err(Errno::NOENT) => break,
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}
