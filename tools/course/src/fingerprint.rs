//! A number for everything that decides what a check says: as long as it is
//! the same, so is the verdict.
//!
//! It is made of the exercise, of the packages of the workspace that it stands
//! on, and of what is said for all of them, such as the versions of libraries.
//! What cannot be seen from here, such as a new compiler, is left out.

use std::collections::{BTreeSet, HashMap};
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use anyhow::{Context as _, ensure};
use cargo_metadata::{MetadataCommand, Package};

use crate::exercise::Exercise;

/// What decides for every package.
const COMMON: [&str; 3] = ["Cargo.toml", "Cargo.lock", ".cargo/config.toml"];

/// What decides for the packages that an exercise stands on.
const PACKAGE: [&str; 3] = ["Cargo.toml", "build.rs", "src"];

/// What decides for an exercise.
const EXERCISE: [&str; 4] = ["Cargo.toml", "build.rs", "src", "tests"];

/// Which package of the workspace stands on which, by their directories.
#[derive(Debug)]
pub struct Foundations(HashMap<PathBuf, Vec<PathBuf>>);

impl Foundations {
    /// Has cargo tell it, without looking at libraries from elsewhere.
    ///
    /// # Errors
    ///
    /// Where cargo cannot be run, or a manifest is wrong.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut command = MetadataCommand::new();
        command.current_dir(root).no_deps();
        if let Some(cargo) = env::var_os("CARGO") {
            command.cargo_path(cargo);
        }
        let metadata = command.exec().context("cannot ask cargo")?;
        let packages = metadata.packages.iter();
        Ok(Self(packages.filter_map(directory_and_neighbours).collect()))
    }

    /// The number of `exercise`, as text.
    ///
    /// # Errors
    ///
    /// Where a file cannot be read, or cargo does not know the exercise.
    pub fn fingerprint(&self, exercise: &Exercise) -> anyhow::Result<String> {
        let directory = exercise.directory();
        ensure!(
            self.0.contains_key(&directory),
            "{}: no package of the workspace",
            directory.display()
        );
        let mut files = BTreeSet::new();
        for name in COMMON {
            add(&exercise.root().join(name), &mut files)?;
        }
        for name in EXERCISE {
            add(&directory.join(name), &mut files)?;
        }
        for package in self.below(&directory) {
            for name in PACKAGE {
                add(&package.join(name), &mut files)?;
            }
        }
        let mut hasher = DefaultHasher::new();
        for file in files {
            let text = match fs::read(&file) {
                // An editor's, gone by now.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    continue;
                }
                text => text.with_context(|| cannot_read(&file))?,
            };
            let name = file.strip_prefix(exercise.root()).unwrap_or(&file);
            for part in [name.as_os_str().as_encoded_bytes(), &text] {
                hasher.write_usize(part.len());
                hasher.write(part);
            }
        }
        Ok(format!("{:016x}", hasher.finish()))
    }

    /// Everything that the package in `directory` stands on.
    fn below<'a>(&'a self, directory: &'a Path) -> BTreeSet<&'a Path> {
        let mut found = BTreeSet::new();
        let mut open = vec![directory];
        while let Some(package) = open.pop() {
            let neighbours = self.0.get(package).into_iter().flatten();
            let new = neighbours.filter(|it| found.insert(it.as_path()));
            open.extend(new.map(PathBuf::as_path));
        }
        found
    }
}

/// A package, and those of the workspace that it names.
fn directory_and_neighbours(
    package: &Package,
) -> Option<(PathBuf, Vec<PathBuf>)> {
    let directory = package.manifest_path.parent()?.to_owned().into();
    let paths = package.dependencies.iter().filter_map(|it| it.path.clone());
    Some((directory, paths.map(Into::into).collect()))
}

/// Adds `path`, or the files in it; what is not there adds nothing. Nor does
/// what an editor puts beside a file for a while.
fn add(path: &Path, files: &mut BTreeSet<PathBuf>) -> anyhow::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let is_editors = name.ends_with(['~', '#']) || name.ends_with(".swp");
    if is_editors {
        return Ok(());
    }
    match fs::read_dir(path) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry.with_context(|| cannot_read(path))?;
                add(&entry.path(), files)?;
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            files.insert(path.to_owned());
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error).with_context(|| cannot_read(path)),
    }
    Ok(())
}

fn cannot_read(path: &Path) -> String {
    format!("cannot read {}", path.display())
}
