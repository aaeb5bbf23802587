//! Where a run takes place, apart from all others.
//!
//! A run has a directory of its own, and, where the system lets us mount, a
//! `/dev/shm` and a network namespace of its own: what is found there then is
//! nobody else's, and nobody else has put it away. A process of ours keeps
//! the namespaces for as long as we look.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

use anyhow::{Context as _, ensure};
use lesson_check::{Family, shared_memory_names};
use tempfile::TempDir;

/// How much room there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// In `/dev/shm`.
    pub shared_memory_bytes: u64,
    /// Whether the disk of the directory is full.
    pub full_directory: bool,
}

impl Room {
    /// More than anybody needs.
    pub const PLENTY: Self =
        Self { shared_memory_bytes: 64 << 20, full_directory: false };
}

/// A place for one run.
#[derive(Debug)]
pub struct Place {
    directory: TempDir,
    keeper: Option<Child>,
    before: Things,
}

/// What has a name, and so could be left behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Things {
    /// In the directory that is both the temporary and the working one.
    pub files: BTreeSet<OsString>,
    /// In `/dev/shm`.
    pub shared_memory: BTreeSet<OsString>,
    /// Unix sockets; the names of abstract ones begin with `@`.
    pub sockets: BTreeSet<OsString>,
}

impl Place {
    /// A place with so much room.
    ///
    /// # Errors
    ///
    /// Where it cannot be made; less room than [`Room::PLENTY`] needs the
    /// right to mount.
    pub fn new(room: Room) -> anyhow::Result<Self> {
        let directory = TempDir::new().context("no temporary directory")?;
        fs::create_dir(directory.path().join("home"))?;
        let mut this =
            Self { directory, keeper: None, before: Things::default() };
        if can_be_private() {
            this.keeper = Some(keep(&this.home(), room)?);
        } else {
            ensure!(room == Room::PLENTY, "no right to mount");
        }
        this.before = this.things();
        Ok(this)
    }

    /// The temporary and the working directory of the run.
    #[must_use]
    pub fn home(&self) -> PathBuf {
        self.directory.path().join("home")
    }

    /// A file beside it, for what comes and goes with us.
    #[must_use]
    pub fn beside(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// The words before a command that have it run here; none, where this
    /// place is not apart.
    #[must_use]
    pub fn enter(&self) -> Vec<OsString> {
        let Some(keeper) = &self.keeper else { return Vec::new() };
        let keeper = format!("--target={}", keeper.id());
        let words = ["nsenter", &keeper, "--mount", "--net"];
        let as_root = rustix::process::geteuid().is_root();
        let user = ["--user", "--preserve-credentials"];
        let user = user.iter().filter(|_| !as_root);
        words.iter().chain(user).map(OsString::from).collect()
    }

    /// Has the family count as its own whoever is here.
    pub fn adopt_all_here(&self, family: &mut Family) {
        if let Some(keeper) = &self.keeper {
            family.adopt_namespace(keeper.id());
        }
    }

    /// What is here and was not before.
    #[must_use]
    pub fn left(&self) -> Things {
        let (now, before) = (self.things(), &self.before);
        Things {
            files: &now.files - &before.files,
            shared_memory: &now.shared_memory - &before.shared_memory,
            sockets: &now.sockets - &before.sockets,
        }
    }

    fn things(&self) -> Things {
        let Some(keeper) = &self.keeper else {
            return Things {
                files: names_in(&self.home()),
                shared_memory: shared_memory_names(),
                sockets: sockets_in(Path::new("/proc/self/net/unix")),
            };
        };
        // As the keeper sees it: what is mounted is mounted for it alone.
        let keeper = PathBuf::from(format!("/proc/{}", keeper.id()));
        let seen = |path: &Path| {
            let path = path.strip_prefix("/").unwrap_or(path);
            names_in(&keeper.join("root").join(path))
        };
        Things {
            files: seen(&self.home()),
            shared_memory: seen(Path::new("/dev/shm")),
            sockets: sockets_in(&keeper.join("net/unix")),
        }
    }
}

/// Who mounted something takes it along.
impl Drop for Place {
    fn drop(&mut self) {
        if let Some(keeper) = &mut self.keeper {
            let _ = keeper.kill();
            let _ = keeper.wait();
        }
    }
}

/// Whether places can be apart from each other: this needs `unshare` and the
/// right to mount.
#[must_use]
pub fn can_be_private() -> bool {
    static CAN: LazyLock<bool> = LazyLock::new(|| {
        let place = TempDir::new().map(|directory| {
            let kept = keep(directory.path(), Room::PLENTY);
            kept.map(|mut keeper| (keeper.kill(), keeper.wait()))
        });
        place.is_ok_and(|kept| kept.is_ok())
    });
    *CAN
}

/// Mounts what is asked for, says so, and waits until its input ends: it ends
/// with us.
const KEEP: &str = r#"
set -e
mount -t tmpfs -o mode=1777,size="$1" tmpfs /dev/shm
if [ "$2" = full ]; then
    mount -t tmpfs -o mode=1777,size=4096 tmpfs "$3"
    touch "$3/trace.jsonl"
    head -c 4096 /dev/zero >"$3/full"
fi
echo ready
exec cat
"#;

fn keep(home: &Path, room: Room) -> anyhow::Result<Child> {
    let as_root = rustix::process::geteuid().is_root();
    let full = if room.full_directory { "full" } else { "empty" };
    let mut keeper = Command::new("unshare")
        .args((!as_root).then_some("--map-root-user"))
        .args(["--mount", "--net", "sh", "-c", KEEP, "sh"])
        .args([&room.shared_memory_bytes.to_string(), full])
        .arg(home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        // Out of the way of Ctrl-C, which is for us.
        .process_group(0)
        .spawn()
        .context("cannot start unshare")?;
    let mut answer = String::new();
    if let Some(stdout) = &mut keeper.stdout {
        let _ = BufReader::new(stdout).read_line(&mut answer);
    }
    if answer != "ready\n" {
        let _ = keeper.kill();
        let status = keeper.wait()?;
        anyhow::bail!("unshare and mount are refused: {status}");
    }
    Ok(keeper)
}

fn names_in(directory: &Path) -> BTreeSet<OsString> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries.flatten().map(|entry| entry.file_name()).collect()
}

fn sockets_in(table: &Path) -> BTreeSet<OsString> {
    let table = fs::read_to_string(table).unwrap_or_default();
    // The name, if there is one, is the eighth word.
    let names = table.lines().skip(1);
    names
        .filter_map(|line| line.split_whitespace().nth(7))
        .map(Into::into)
        .collect()
}
