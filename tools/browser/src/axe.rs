//! What axe-core finds on a page.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::page::Page;

/// axe-core, which looks for what stands in the way of readers: names that a
/// screen reader needs, contrasts, what no key reaches. It finds only a part;
/// but what it finds is so.
#[derive(Debug)]
pub struct Axe {
    script: String,
}

/// A rule that is broken, and where.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Violation {
    /// The name of the rule, such as `color-contrast`.
    pub rule: String,
    /// The selector of the element.
    pub element: String,
    /// What is wrong with it.
    pub summary: String,
}

impl Axe {
    /// The one that the variable `AXE_CORE` names, or that which `npm ci` has
    /// put beside this package's manifest.
    ///
    /// # Panics
    ///
    /// Where there is none.
    #[must_use]
    pub fn find() -> Self {
        let path = std::env::var_os("AXE_CORE").map(PathBuf::from);
        let path = path.unwrap_or_else(|| {
            let package = Path::new(env!("CARGO_MANIFEST_DIR"));
            package.join("node_modules/axe-core/axe.min.js")
        });
        Self::read(&path).unwrap_or_else(|error| panic!("{error}"))
    }

    /// That which is in this file.
    ///
    /// # Errors
    ///
    /// Where there is none, and what to do then.
    pub fn read(path: &Path) -> Result<Self, String> {
        let script = std::fs::read_to_string(path).map_err(|error| {
            format!(
                "no axe-core here ({}: {error}): npm ci --prefix tools/browser",
                path.display()
            )
        })?;
        Ok(Self { script })
    }

    /// All that it finds on the page as it is now, by all rules that axe-core
    /// applies when nothing else is asked for.
    ///
    /// # Panics
    ///
    /// Where it cannot be run there.
    #[must_use]
    pub fn look_at(&self, page: &Page<'_>) -> Vec<Violation> {
        if page.evaluate("typeof axe === 'undefined'") {
            page.execute(&self.script);
        }
        page.evaluate(
            "axe.run(document, { resultTypes: ['violations'] })
                .then(({ violations }) => violations.flatMap(
                    ({ id, nodes }) => nodes.map(
                        ({ target, failureSummary }) => ({
                            rule: id,
                            element: target.flat().join(' '),
                            summary: failureSummary.replace(/\\s+/g, ' '),
                        }))))",
        )
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rule, element, summary } = self;
        write!(f, "{rule}: {element}: {summary}")
    }
}
