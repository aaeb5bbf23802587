//! An exercise, and where its files are.

use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fmt, fs, io};

use anyhow::Context as _;

/// One exercise: a package under `exercises/`, and its counterpart with the
/// same path under `solutions/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exercise {
    root: PathBuf,
    chapter: Stem,
    task: Stem,
}

/// The name of a directory that begins with a number, such as
/// `02_process_spawning`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stem {
    directory: String,
    number: u32,
    /// What comes after the number.
    name: String,
}

impl Stem {
    fn parse(directory: &str) -> Option<Self> {
        let (number, name) = directory.split_once('_')?;
        let number = number.parse().ok()?;
        let (directory, name) = (directory.to_owned(), name.to_owned());
        Some(Self { directory, number, name })
    }
}

impl Exercise {
    /// The exercise in `exercises/{chapter}/{task}`; `None` where these are
    /// no numbered names.
    pub(crate) fn new(root: &Path, chapter: &str, task: &str) -> Option<Self> {
        let (chapter, task) = (Stem::parse(chapter)?, Stem::parse(task)?);
        Some(Self { root: root.to_owned(), chapter, task })
    }

    /// The name of its package, such as `two_processes`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.task.name
    }

    /// The numbers of its chapter and of itself.
    #[must_use]
    pub fn numbers(&self) -> (u32, u32) {
        (self.chapter.number, self.task.number)
    }

    /// The name of its chapter, such as `process_spawning`.
    #[must_use]
    pub fn chapter(&self) -> &str {
        &self.chapter.name
    }

    /// The workspace that it is in.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        self.below("exercises")
    }

    /// The directory of its solution.
    #[must_use]
    pub fn solution_directory(&self) -> PathBuf {
        self.below("solutions")
    }

    fn below(&self, directory: &str) -> PathBuf {
        let Self { root, chapter, task } = self;
        root.join(directory).join(&chapter.directory).join(&task.directory)
    }

    /// What the learner edits.
    #[must_use]
    pub fn main(&self) -> PathBuf {
        self.directory().join("src/main.rs")
    }

    /// What the learner began with.
    #[must_use]
    pub fn stub(&self) -> PathBuf {
        self.solution_directory().join("stub.rs")
    }

    /// The solution's program.
    #[must_use]
    pub fn solution(&self) -> PathBuf {
        self.solution_directory().join("src/main.rs")
    }

    /// The task, in words.
    #[must_use]
    pub fn readme(&self) -> PathBuf {
        self.directory().join("README.md")
    }

    /// The hints, one below the other.
    #[must_use]
    pub fn hints(&self) -> PathBuf {
        self.directory().join("hints.md")
    }

    /// The chapter of the book that it belongs to.
    #[must_use]
    pub fn chapter_file(&self) -> PathBuf {
        let chapter = format!("{}.md", self.chapter.name);
        self.root.join("book/src").join(chapter)
    }

    /// When the learner saved it last; `None` where that cannot be known.
    #[must_use]
    pub fn saved(&self) -> Option<SystemTime> {
        fs::metadata(self.main()).ok()?.modified().ok()
    }

    /// Whether the learner has changed nothing yet: then it cannot pass, and
    /// nothing needs to run to know it.
    ///
    /// # Errors
    ///
    /// Where its files cannot be read.
    pub fn is_untouched(&self) -> anyhow::Result<bool> {
        Ok(read(&self.main())? == read(&self.stub())?)
    }
}

/// What is in the file; nothing, where there is none.
fn read(file: &Path) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(file) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error)
            .with_context(|| format!("cannot read {}", file.display())),
    }
}

/// Its numbers and its name, such as `02/01 two_processes`.
impl fmt::Display for Exercise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (chapter, task) = self.numbers();
        write!(f, "{chapter:02}/{task:02} {}", self.name())
    }
}
