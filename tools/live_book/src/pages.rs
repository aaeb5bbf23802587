//! The pages of the book, built by mdBook and held in memory: what is not one
//! of them cannot be asked for.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use axum::body::Bytes;
use mdbook_driver::MDBook;

/// The media type of a page.
pub(crate) const HTML: &str = "text/html";

/// Every file of the built book, by its path, such as `pool_map.html`.
#[derive(Debug, Default)]
pub(crate) struct Pages(HashMap<String, Page>);

/// A file of the built book.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// What is in it.
    pub(crate) content: Bytes,
    /// Its media type.
    pub(crate) kind: String,
}

impl Pages {
    /// Builds the book in the directory `source`, by way of `directory`, which
    /// nobody else uses: mdBook empties it first, and it is gone afterwards.
    ///
    /// # Errors
    ///
    /// Where it cannot be built, or there is no room for it.
    pub(crate) fn build(
        source: &Path,
        directory: &Path,
    ) -> anyhow::Result<Self> {
        let mut pages = Self::default();
        let taken = write(source, directory)
            .with_context(|| format!("cannot build {}", source.display()))
            .and_then(|()| pages.take(directory, ""));
        // Where this fails, the next one at this place empties it.
        let _ = fs::remove_dir_all(directory);
        taken.map(|()| pages)
    }

    /// Takes all files of `directory`, whose path in the book is `prefix`.
    fn take(&mut self, directory: &Path, prefix: &str) -> anyhow::Result<()> {
        for entry in fs::read_dir(directory)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if path.is_dir() {
                self.take(&path, &format!("{prefix}{name}/"))?;
                continue;
            }
            let guess = mime_guess::from_path(&path).first_or_octet_stream();
            let content = fs::read(&path)?.into();
            let page = Page { content, kind: guess.essence_str().to_owned() };
            self.0.insert(format!("{prefix}{name}"), page);
        }
        Ok(())
    }

    /// The file at `path`, without a slash before it.
    #[must_use]
    pub(crate) fn get(&self, path: &str) -> Option<&Page> {
        self.0.get(if path.is_empty() { "index.html" } else { path })
    }

    /// The scripts that stand within the pages, each once.
    pub(crate) fn scripts(&self) -> BTreeSet<&str> {
        let pages = self.0.values().filter(|page| page.kind == HTML);
        pages.flat_map(Page::scripts).collect()
    }
}

fn write(source: &Path, directory: &Path) -> anyhow::Result<()> {
    let mut book = MDBook::load(source)?;
    directory.clone_into(&mut book.config.build.build_dir);
    book.build()
}

impl Page {
    fn scripts(&self) -> impl Iterator<Item = &str> {
        let text = str::from_utf8(&self.content).unwrap_or_default();
        // mdBook writes the tag without attributes where it has no source.
        let begun = text.split("<script>").skip(1);
        begun.filter_map(|it| Some(it.split_once("</script>")?.0))
    }

    /// The same page with `more` at the end of its head, if it is a page and
    /// no other file.
    #[must_use]
    pub(crate) fn with(&self, more: &str) -> Self {
        let text = str::from_utf8(&self.content).unwrap_or_default();
        let Some((head, rest)) = text.split_once("</head>") else {
            return self.clone();
        };
        let content = format!("{head}{more}</head>{rest}").into();
        Self { content, kind: self.kind.clone() }
    }
}
