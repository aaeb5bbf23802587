//! Where the demonstrations' programs are.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use escargot::CargoBuild;
use escargot::format::Message;

/// The programs of the workspace, by their names.
#[derive(Debug)]
pub struct Binaries(HashMap<String, PathBuf>);

impl Binaries {
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
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        let manifest = manifest.join("../../Cargo.toml");
        let messages = CargoBuild::new()
            .manifest_path(manifest)
            .arg("--workspace")
            .tests()
            .exec()
            .context("cannot build the demonstrations")?;
        let mut programs = HashMap::new();
        for message in messages {
            let message = message.context("cannot build the demonstrations")?;
            if let Message::CompilerArtifact(artifact) = message.decode()?
                && !artifact.profile.test
                && let Some(program) = artifact.executable
            {
                let name = artifact.target.name.into_owned();
                programs.insert(name, program.into_owned());
            }
        }
        Ok(Self(programs))
    }

    /// The program of this name.
    ///
    /// # Errors
    ///
    /// Where the workspace has none.
    pub fn path(&self, name: &str) -> anyhow::Result<&Path> {
        let path = self.0.get(name).map(PathBuf::as_path);
        path.with_context(|| format!("the workspace has no program {name}"))
    }
}
