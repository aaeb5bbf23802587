//! A copy of the course, and a server at work in it.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lesson_check::{Program, Running, Signal, list};
use tempfile::TempDir;

const LIVE_BOOK: &str = env!("CARGO_BIN_EXE_live_book");

/// What is no source.
const LEFT_OUT: [&str; 3] = ["target", "node_modules", ".git"];

/// Longer than all of it takes.
const LIFETIME: Duration = Duration::from_mins(15);

/// The promise is one second; a machine may be busy.
const SOON: Duration = Duration::from_secs(5);

pub(crate) struct Place {
    // The server ends before its directory goes.
    server: Running,
    address: String,
    directory: TempDir,
}

impl Place {
    /// What is built goes where the workspace itself has it, so that crates of
    /// the registry are there already.
    pub(crate) fn new() -> Self {
        let directory = TempDir::new().unwrap();
        copy(&workspace(), directory.path());
        let target = Path::new(LIVE_BOOK).ancestors().nth(2).unwrap();
        let mut server = Program::new(LIVE_BOOK)
            .args(["--no-open", "--port", "0"])
            .directory(directory.path())
            .env("CARGO_TARGET_DIR", target)
            .deadline(LIFETIME)
            .start();
        let line = server.wait_for("The book is at ");
        let (_, address) = line.split_once("book is at ").unwrap();
        let address = address.trim().to_owned();
        Self { server, address, directory }
    }

    /// The address that is printed, with the token.
    pub(crate) fn entrance(&self) -> &str {
        &self.address
    }

    /// Where every page is.
    pub(crate) fn home(&self) -> &str {
        self.address.split_once("?token=").unwrap().0
    }

    pub(crate) fn at(&self, page: &str) -> String {
        format!("{}{page}", self.home())
    }

    /// Puts a file of the course over another.
    pub(crate) fn put(&self, from: &str, over: &str) {
        let text = fs::read_to_string(workspace().join(from)).unwrap();
        fs::write(self.directory.path().join(over), text).unwrap();
    }

    /// Waits until only the server itself is there.
    pub(crate) fn see_that_nothing_is_left(&self) {
        let deadline = Instant::now() + SOON;
        let mut left = self.server.descendants();
        while !left.is_empty() {
            assert!(Instant::now() < deadline, "left are\n{}", list(&left));
            sleep(Duration::from_millis(10));
            left = self.server.descendants();
        }
    }

    /// Whether one of the demonstration's processes is there.
    pub(crate) fn runs(&self, name: &str) -> bool {
        let end = format!("/{name}");
        self.server.descendants().iter().any(|it| {
            let program = it.command.split_whitespace().next();
            program.is_some_and(|it| it.ends_with(&end))
        })
    }

    pub(crate) fn finish(self) {
        self.server.signal(Signal::TERM);
        let _ = self.server.finish().success();
    }
}

fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap().to_owned()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name();
        if LEFT_OUT.iter().any(|it| name == *it) {
            continue;
        }
        let target = to.join(&name);
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
