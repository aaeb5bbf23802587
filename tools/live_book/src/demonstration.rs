//! What may be run, and what of it a reader may choose: each lesson's package
//! declares that in its own `Cargo.toml`.
//!
//! ```toml
//! [package.metadata.demonstration]
//! can-kill = true
//!
//! [[package.metadata.demonstration.choice]]
//! name = "what"
//! options = [
//!     { label = "five squares", arguments = [] },
//!     { label = "a task that kills its worker", arguments = ["--kill"], alone = true },
//! ]
//! ```
//!
//! From the page come only the numbers of options: nothing that a browser
//! sends is ever a part of a command.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context as _;
use cargo_metadata::MetadataCommand;
use serde::{Deserialize, Serialize};

use crate::limits::Limits;

/// All demonstrations, by the names of their packages.
#[derive(Debug, Default, Serialize)]
#[serde(transparent)]
pub struct Demonstrations(BTreeMap<String, Demonstration>);

/// What a package declares.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Demonstration {
    /// Whether a reader may kill its workers.
    #[serde(default)]
    pub can_kill: bool,
    /// What a reader may choose; the first option is what is chosen already.
    #[serde(default, rename = "choice")]
    pub choices: Vec<Choice>,
    /// What it may take, if not what all may; nothing that a page has to know.
    #[serde(default, skip_serializing)]
    pub limits: Limits,
}

fn traces() -> bool {
    true
}

/// One thing that can be chosen.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What it is: `workers`.
    pub name: String,
    /// What there is to choose from.
    pub options: Vec<Choosable>,
}

/// One option, and the arguments that it means.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Choosable {
    /// How the page shows it.
    pub label: String,
    /// What it adds to the command.
    pub arguments: Vec<String>,
    /// The other choices have no meaning then, and add nothing.
    #[serde(default)]
    pub alone: bool,
    /// Whether it traces what it does. What measures does not: the trace would
    /// be measured as well.
    #[serde(default = "traces")]
    pub traces: bool,
}

/// What was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// The arguments of the program.
    pub arguments: Vec<String>,
    /// Whether it traces what it does.
    pub traces: bool,
    /// What it may take.
    pub limits: Limits,
}

/// What the packages' `metadata` may hold.
#[derive(Deserialize)]
struct Metadata {
    demonstration: Option<Demonstration>,
}

/// Nothing that is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotDeclared {
    /// There is no such demonstration.
    #[error("there is no such demonstration")]
    Name,
    /// It has no such choice, or no such option.
    #[error("there is no such choice")]
    Choice,
}

impl Demonstrations {
    /// What the packages of the workspace `root` declare.
    ///
    /// # Errors
    ///
    /// Where cargo cannot read the workspace, or a package declares what is
    /// not understood.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let mut command = MetadataCommand::new();
        let metadata = command.current_dir(root).no_deps().exec()?;
        let mut all = BTreeMap::new();
        for package in metadata.packages {
            let read = serde_json::from_value(package.metadata);
            let declared: Option<Metadata> = read.with_context(|| {
                format!("{}: package.metadata", package.manifest_path)
            })?;
            let declared = declared.and_then(|it| it.demonstration);
            all.extend(declared.map(|it| (package.name.to_string(), it)));
        }
        Ok(Self(all))
    }

    /// Whether a reader may kill workers of the demonstration `name`.
    #[must_use]
    pub fn can_kill(&self, name: &str) -> bool {
        self.0.get(name).is_some_and(|it| it.can_kill)
    }

    /// How to run the demonstration `name`, with the option of this number for
    /// each of its choices, in their order.
    ///
    /// # Errors
    ///
    /// Where it does not declare that.
    pub fn choose(
        &self,
        name: &str,
        chosen: &[usize],
    ) -> Result<Chosen, NotDeclared> {
        let it = self.0.get(name).ok_or(NotDeclared::Name)?;
        let choices = &it.choices;
        if choices.len() != chosen.len() {
            return Err(NotDeclared::Choice);
        }
        let options = choices.iter().zip(chosen).map(|(choice, number)| {
            let option = choice.options.get(*number);
            option.ok_or(NotDeclared::Choice)
        });
        let mut options = options.collect::<Result<Vec<_>, _>>()?;
        if let Some(alone) = options.iter().position(|option| option.alone) {
            options = vec![options[alone]];
        }
        let words = options.iter().flat_map(|it| it.arguments.iter().cloned());
        Ok(Chosen {
            arguments: words.collect(),
            traces: options.iter().all(|option| option.traces),
            limits: it.limits.clone(),
        })
    }
}
