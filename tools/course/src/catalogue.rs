//! All exercises in their order, and which of them is meant by a name.

use std::path::{Path, PathBuf};
use std::{env, fmt, fs};

use anyhow::{Context as _, ensure};

use crate::exercise::Exercise;

/// The exercises of a workspace, in the order of their directories.
#[derive(Clone, Debug)]
pub struct Catalogue {
    root: PathBuf,
    exercises: Vec<Exercise>,
}

/// There is no exercise of this name.
#[derive(Debug, thiserror::Error)]
#[error(
    "there is no exercise `{name}`{nearest}; `cargo course list` shows all"
)]
pub struct UnknownExercise {
    name: String,
    nearest: Nearest,
}

/// The name that is most like the one that was given, if any is like it.
#[derive(Debug, Default)]
struct Nearest(Option<String>);

impl fmt::Display for Nearest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(name) => write!(f, " (did you mean `{name}`?)"),
            None => Ok(()),
        }
    }
}

/// From this likeness on a name may have been meant; 1 is the same.
const LIKE: f64 = 0.7;

impl Catalogue {
    /// The exercises of the workspace that the current directory is in; or,
    /// from elsewhere, of the one that this program was built in.
    ///
    /// # Errors
    ///
    /// As [`read`](Self::read).
    pub fn find() -> anyhow::Result<Self> {
        let here = env::current_dir().unwrap_or_default();
        let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let above = here.ancestors().find(|it| is_root(it));
        match above {
            Some(root) => Self::read(root),
            None => Self::read(&built.canonicalize().unwrap_or(built)),
        }
    }

    /// The exercises below `root`.
    ///
    /// # Errors
    ///
    /// Where there are none, or the directories cannot be read.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let all = root.join("exercises");
        let mut exercises = Vec::new();
        for chapter in directories(&all)? {
            for task in directories(&all.join(&chapter))? {
                exercises.extend(Exercise::new(root, &chapter, &task));
            }
        }
        ensure!(!exercises.is_empty(), "no exercises in {}", all.display());
        exercises.sort_by_key(Exercise::numbers);
        Ok(Self { root: root.to_owned(), exercises })
    }

    /// The directory of the workspace.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// All of them, in order.
    #[must_use]
    pub fn all(&self) -> &[Exercise] {
        &self.exercises
    }

    /// The exercise that `name` means: the name of its package, its numbers
    /// as `02/01` or `2.1`, the path of its directory, or a beginning of its
    /// name that no other has.
    ///
    /// # Errors
    ///
    /// Where there is none, with the nearest name.
    pub fn get(&self, name: &str) -> Result<&Exercise, UnknownExercise> {
        let numbers = numbers(name);
        let meant = self.exercises.iter().find(|exercise| {
            exercise.name() == name || Some(exercise.numbers()) == numbers
        });
        let at_path = || {
            let below = self.root.join("exercises").join(name);
            self.around(Path::new(name)).or_else(|| self.around(&below))
        };
        meant
            .or_else(at_path)
            .or_else(|| self.only_one_begins(name))
            .ok_or_else(|| self.unknown(name))
    }

    fn only_one_begins(&self, name: &str) -> Option<&Exercise> {
        let begins = |exercise: &&Exercise| exercise.name().starts_with(name);
        let mut all = self.exercises.iter().filter(begins);
        let first = all.next();
        first.filter(|_| all.next().is_none() && !name.is_empty())
    }

    /// The exercise whose directory `path` is, or is in.
    #[must_use]
    pub fn around(&self, path: &Path) -> Option<&Exercise> {
        let path = path.canonicalize().ok()?;
        self.exercises.iter().find(|exercise| {
            let directory = exercise.directory().canonicalize();
            directory.is_ok_and(|directory| path.starts_with(directory))
        })
    }

    fn unknown(&self, name: &str) -> UnknownExercise {
        let likeness =
            |exercise: &&Exercise| strsim::jaro_winkler(exercise.name(), name);
        let nearest = self
            .exercises
            .iter()
            .filter(|exercise| likeness(exercise) >= LIKE)
            .max_by(|one, other| likeness(one).total_cmp(&likeness(other)));
        let nearest = Nearest(nearest.map(|it| it.name().to_owned()));
        UnknownExercise { name: name.to_owned(), nearest }
    }
}

fn is_root(directory: &Path) -> bool {
    directory.join("exercises").is_dir()
        && directory.join("Cargo.toml").is_file()
}

/// `02/01` and `2.1` are the second chapter's first exercise.
fn numbers(name: &str) -> Option<(u32, u32)> {
    let (chapter, task) = name.split_once(['/', '.'])?;
    Some((chapter.parse().ok()?, task.parse().ok()?))
}

/// The names of the directories in `directory`.
fn directories(directory: &Path) -> anyhow::Result<Vec<String>> {
    let cannot_read = || format!("cannot read {}", directory.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).with_context(cannot_read)? {
        let entry = entry.with_context(cannot_read)?;
        if entry.path().is_dir() {
            names.extend(entry.file_name().into_string());
        }
    }
    Ok(names)
}
