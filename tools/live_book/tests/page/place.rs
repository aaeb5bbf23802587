//! A copy of the course, and a server at work in it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use lesson_check::{Program, Running, Signal, list};

const LIVE_BOOK: &str = env!("CARGO_BIN_EXE_live_book");

/// Always the same place, so that what was built there once stays built.
const PLACE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/live_book_page");

/// What is no source.
const LEFT_OUT: [&str; 3] = ["target", "node_modules", ".git"];

/// Longer than all of it takes.
const LIFETIME: Duration = Duration::from_mins(20);

/// The promise is one second; a machine may be busy.
const SOON: Duration = Duration::from_secs(5);

pub(crate) struct Place {
    server: Running,
    address: String,
    directory: PathBuf,
    // Nobody else is here meanwhile.
    _lock: File,
}

impl Place {
    /// What is compiled goes where the workspace itself has it, so that crates
    /// of the registry are there already. The programs have a directory of
    /// their own: the workspace's must not be taken for them.
    pub(crate) fn new() -> Self {
        let lock = File::create(format!("{PLACE}.lock")).unwrap();
        lock.lock().unwrap();
        let directory = PathBuf::from(PLACE);
        bring(&workspace(), &directory);
        declare_nothing_to_choose_from(&directory);
        let target = directory.join("target");
        // What the exercises' last checks came to.
        let _ = fs::remove_dir_all(target.join("course"));
        let compiled = Path::new(LIVE_BOOK).ancestors().nth(2).unwrap();
        let mut server = Program::new(LIVE_BOOK)
            .args(["--no-open", "--port", "0"])
            .directory(&directory)
            .env("CARGO_TARGET_DIR", target)
            .env("CARGO_BUILD_BUILD_DIR", compiled)
            .deadline(LIFETIME)
            .start();
        let line = server.wait_for("The book is at ");
        let (_, address) = line.split_once("book is at ").unwrap();
        let address = address.trim().to_owned();
        Self { server, address, directory, _lock: lock }
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
        self.edit(over, |_| text);
    }

    /// Makes something else of a file.
    pub(crate) fn edit(&self, path: &str, make: impl FnOnce(&str) -> String) {
        edit(&self.directory.join(path), make);
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

    /// How many workers of a demonstration there are, as lesson 2 starts them.
    pub(crate) fn workers(&self) -> usize {
        let all = self.server.descendants();
        all.iter().filter(|it| it.worker_name().is_some()).count()
    }

    /// Asks the server to end.
    pub(crate) fn end(&self) {
        self.server.signal(Signal::TERM);
    }

    /// Sees that it has ended, and has left nothing.
    pub(crate) fn finish(self) {
        self.end();
        let _ = self.server.finish().success();
    }
}

fn workspace() -> PathBuf {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.ancestors().nth(2).unwrap().to_owned()
}

fn edit(path: &Path, make: impl FnOnce(&str) -> String) {
    let text = fs::read_to_string(path).unwrap();
    fs::write(path, make(&text)).unwrap();
}

/// A lesson declares a choice without options: it cannot be run, and no other
/// lesson minds.
fn declare_nothing_to_choose_from(directory: &Path) {
    let manifest = directory.join("crates/task_granularity/Cargo.toml");
    edit(&manifest, |manifest| {
        format!(
            "{manifest}\n[[package.metadata.demonstration.choice]]\n\
             name = \"nothing\"\noptions = []\n"
        )
    });
}

/// Makes the directory `to` what `from` is. What is there already is left as
/// it is: for cargo, a file that is written anew is another one.
fn bring(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let names = names_in(from);
    for name in names_in(to).difference(&names) {
        let path = to.join(name);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
    }
    for name in names {
        let (from, to) = (from.join(&name), to.join(&name));
        if from.is_dir() {
            bring(&from, &to);
        } else if fs::read(&to).ok() != fs::read(&from).ok() {
            fs::copy(from, to).unwrap();
        }
    }
}

fn names_in(directory: &Path) -> BTreeSet<OsString> {
    let entries = fs::read_dir(directory).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name());
    names.filter(|name| LEFT_OUT.iter().all(|it| name != it)).collect()
}
