//! What a learner sees who wrote a program that misbehaves.

use std::ffi::OsStr;
use std::process::id;
use std::time::Duration;

use lesson_check::Program;
use procfs::process::all_processes;

/// Inherited by all who come from the program.
const VARIABLE: &str = "EXAMINATION";

/// The examination's own deadline, and some more for a machine that is busy.
const DEADLINE: Duration = Duration::from_secs(20);

/// The examination of the program that misbehaves in this way.
pub(crate) fn examination(way: &str) -> Program {
    Program::new(env!("CARGO_BIN_EXE_examination"))
        .args([env!("CARGO_BIN_EXE_misbehaving"), way])
        .env(VARIABLE, mark(way))
        .deadline(DEADLINE)
}

/// Sees that nobody is left who came from it.
pub(crate) fn assert_all_gone(way: &str) {
    let mark = mark(way);
    let left = all_processes().expect("/proc").flatten().filter(|process| {
        let environment = process.environ().unwrap_or_default();
        environment.get(OsStr::new(VARIABLE)).is_some_and(|it| *it == *mark)
    });
    let left: Vec<_> = left.map(|process| process.pid()).collect();
    assert!(left.is_empty(), "{way}: still there: {left:?}");
}

fn mark(way: &str) -> String {
    format!("{way}-{}", id())
}
