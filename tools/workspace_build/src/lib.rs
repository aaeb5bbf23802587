//! Has cargo build the workspace, and tells where its programs are: for tests
//! that drive the programs of other packages.
//!
//! A test of one package drives its own by `env!("CARGO_BIN_EXE_…")`.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use escargot::CargoBuild;
use escargot::format::{Artifact, Message};

/// The programs and the test programs of the workspace, without the
/// exercises.
#[derive(Debug)]
pub struct Workspace(Vec<Executable>);

/// Something that can be run.
#[derive(Clone, Debug)]
pub struct Executable {
    /// The directory of its package.
    pub package: PathBuf,
    /// The name of its target, such as that of the program.
    pub target: String,
    /// Whether it runs tests.
    pub is_test: bool,
    /// Where it is.
    pub path: PathBuf,
}

impl Workspace {
    /// Has cargo build whatever is not fresh, and takes its word for where
    /// the programs are: one that lies in `target` may be an old one.
    ///
    /// Built are the same units as by `cargo test`, the tests too. Without
    /// them the dependencies would have other features, and be compiled a
    /// second time; with them this takes a moment inside of `cargo test`.
    ///
    /// # Errors
    ///
    /// Where they do not compile.
    pub fn build() -> anyhow::Result<Self> {
        Self::ask_cargo().context("cannot build the workspace's programs")
    }

    fn ask_cargo() -> anyhow::Result<Self> {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = manifest.join("../../Cargo.toml");
        let messages =
            CargoBuild::new().manifest_path(manifest).tests().exec()?;
        let mut executables = Vec::new();
        for message in messages {
            if let Message::CompilerArtifact(artifact) = message?.decode()? {
                executables.extend(Executable::of(artifact));
            }
        }
        Ok(Self(executables))
    }

    /// All of them.
    #[must_use]
    pub fn executables(&self) -> &[Executable] {
        &self.0
    }

    /// The program of this name.
    ///
    /// # Errors
    ///
    /// Where the workspace has none.
    pub fn program(&self, name: &str) -> anyhow::Result<&Path> {
        let named = |it: &&Executable| !it.is_test && it.target == name;
        let program = self.0.iter().find(named);
        let path = program.map(|program| program.path.as_path());
        path.with_context(|| format!("the workspace has no program {name}"))
    }
}

impl Executable {
    fn of(artifact: Artifact<'_>) -> Option<Self> {
        Some(Self {
            package: artifact.manifest_path?.parent()?.to_owned(),
            target: artifact.target.name.into_owned(),
            is_test: artifact.profile.test,
            path: artifact.executable?.into_owned(),
        })
    }
}
