//! A page of Markdown: its fences, includes, headings and links.

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// One page.
pub(crate) struct Chapter {
    path: PathBuf,
    text: String,
}

/// A fenced block of code.
pub(crate) struct Fence {
    pub(crate) language: String,
    pub(crate) body: String,
    /// Where it begins, counted from 1.
    pub(crate) line: usize,
}

impl Chapter {
    pub(crate) fn read(path: &Path) -> Self {
        let text = fs::read_to_string(path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { path: path.to_owned(), text }
    }

    /// All pages in a directory.
    pub(crate) fn all(directory: &Path) -> Vec<Self> {
        let mut pages = crate::entries(directory);
        pages.retain(|path| path.extension().is_some_and(|it| it == "md"));
        pages.iter().map(|path| Self::read(path)).collect()
    }

    pub(crate) fn name(&self) -> String {
        crate::file_name(&self.path)
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// A path as this page writes it; nothing is the page itself.
    pub(crate) fn beside(&self, file: &str) -> PathBuf {
        if file.is_empty() {
            return self.path.clone();
        }
        self.path.parent().unwrap().join(file)
    }

    pub(crate) fn fences(&self) -> Vec<Fence> {
        let mut fences = Vec::new();
        let mut open: Option<Fence> = None;
        for (line, number) in self.text.lines().zip(1..) {
            let Some(language) = line.strip_prefix("```") else {
                if let Some(fence) = &mut open {
                    fence.body += line;
                    fence.body.push('\n');
                }
                continue;
            };
            if let Some(fence) = open.take() {
                fences.push(fence);
            } else {
                let (language, body) = (language.to_owned(), String::new());
                open = Some(Fence { language, body, line: number });
            }
        }
        assert!(open.is_none(), "{}: a fence stays open", self.name());
        fences
    }

    /// The text without what stands in fences.
    fn prose(&self) -> String {
        let fence = Regex::new("(?ms)^```.*?^```").unwrap();
        fence.replace_all(&self.text, "").into_owned()
    }

    /// The headings that begin with `marker`, without it.
    pub(crate) fn headings(&self, marker: &str) -> Vec<String> {
        let prose = self.prose();
        let lines = prose.lines().filter_map(|l| l.strip_prefix(marker));
        lines.map(str::to_owned).collect()
    }

    /// What stands below a heading of the second level.
    pub(crate) fn room(&self, name: &str) -> String {
        let (_, rest) = self
            .text
            .split_once(&format!("## {name}\n"))
            .unwrap_or_else(|| panic!("{}: no room {name}", self.name()));
        rest.split("\n## ").next().unwrap().to_owned()
    }

    /// What links can lead to on this page: its headings, as mdBook and
    /// GitHub name them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let levels = ["# ", "## ", "### "];
        let headings = levels.iter().flat_map(|level| self.headings(level));
        headings.map(|heading| anchor(&heading)).collect()
    }

    /// What the links of this page lead to.
    pub(crate) fn links(&self) -> Vec<String> {
        // Code in a sentence is no link, whatever brackets it has.
        let code = Regex::new("`[^`]*`").unwrap();
        let prose = code.replace_all(&self.prose(), "`").into_owned();
        let inline = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
        let defined = Regex::new(r"(?m)^\[[^\]]+\]: (\S+)$").unwrap();
        let matches =
            inline.captures_iter(&prose).chain(defined.captures_iter(&prose));
        matches.map(|found| found[1].to_owned()).collect()
    }
}

/// The files and anchors of all includes in a text.
pub(crate) fn includes(text: &str) -> Vec<(String, Option<String>)> {
    let include = Regex::new(r"\{\{#include ([^:}]+)(?::(\w+))?\}\}").unwrap();
    let found = include.captures_iter(text);
    let parts = found.map(|c| {
        (c[1].to_owned(), c.get(2).map(|anchor| anchor.as_str().to_owned()))
    });
    parts.collect()
}

fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}
