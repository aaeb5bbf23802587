//! The book as mdBook renders it: what a reader's browser gets.
//!
//! Most faults can only be seen here. mdBook does not mind a link to nowhere,
//! shows an empty block for a misspelt anchor, and moves a chapter's relative
//! links with what another chapter includes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use regex::Regex;
use tempfile::TempDir;

use crate::page::{Link, Page};
use crate::{entries, root};

/// All pages of a directory, and its files.
struct Site {
    directory: PathBuf,
    pages: Vec<Page>,
}

impl Site {
    fn read(directory: &Path) -> Self {
        let files = entries(directory);
        let is_page = |file: &&PathBuf| file.extension().is_some_and(is_html);
        let pages = files.iter().filter(is_page);
        let pages = pages.map(|page| Page::read(page)).collect();
        Self { directory: directory.to_owned(), pages }
    }

    /// Everything that is wrong with it.
    fn faults(&self) -> Vec<String> {
        let mut faults = resources_from_elsewhere(&self.directory);
        for page in &self.pages {
            let wrong = [
                self.dead_links(page),
                repeated_ids(page),
                empty_blocks(page),
                unnamed_pictures(page),
                skipped_headings(page),
                left_overs(page),
            ];
            let wrong = wrong.into_iter().flatten();
            faults.extend(wrong.map(|fault| format!("{}: {fault}", page.name)));
        }
        faults
    }

    fn dead_links(&self, page: &Page) -> Vec<String> {
        let links = page.links.iter().filter(|link| !is_base(page, link));
        let faults = links.filter_map(|link| {
            let fault = self.fault(page, link).err()?;
            Some(format!("{fault}: <{}> to {}", link.tag, link.target))
        });
        faults.collect()
    }

    /// What is wrong with a link, if something is.
    fn fault(&self, page: &Page, link: &Link) -> Result<(), &'static str> {
        let target = &link.target;
        if has_scheme(target) {
            return match &*link.tag {
                "a" if target.starts_with("https://") => Ok(()),
                "a" => Err("not https"),
                _ => Err("from elsewhere"),
            };
        }
        // On a web host the book is not alone.
        if target.starts_with('/') {
            return Err("not relative");
        }
        let (file, id) = target.split_once('#').unwrap_or((target, ""));
        let file = file.split('?').next().unwrap_or_default();
        let file = if file.is_empty() { &page.name } else { file };
        let path = self.directory.join(file);
        let path = path.canonicalize().map_err(|_| "no such file")?;
        let inside = self.directory.canonicalize();
        if !inside.is_ok_and(|inside| path.starts_with(inside)) {
            return Err("outside of the book");
        }
        let there = self.pages.iter().find(|page| page.name == file);
        let has_id = |page: &Page| page.ids.iter().any(|it| it == id);
        match there {
            _ if id.is_empty() => Ok(()),
            Some(page) if has_id(page) => Ok(()),
            _ => Err("no such id"),
        }
    }
}

fn is_html(extension: &std::ffi::OsStr) -> bool {
    extension == "html"
}

/// The page for what is not there is shown at any address, so it alone says
/// where the book lies.
fn is_base(page: &Page, link: &Link) -> bool {
    page.name == "404.html" && link.tag == "base"
}

/// Such as `https:` or `data:`.
fn has_scheme(target: &str) -> bool {
    let scheme = Regex::new("^[a-zA-Z][a-zA-Z0-9+.-]*:").unwrap();
    scheme.is_match(target)
}

fn repeated_ids(page: &Page) -> Vec<String> {
    let mut ids = page.ids.clone();
    ids.sort();
    let pairs = ids.windows(2).filter(|pair| pair[0] == pair[1]);
    pairs.map(|pair| format!("twice the id {}", pair[0])).collect()
}

fn empty_blocks(page: &Page) -> Vec<String> {
    let blocks = page.blocks.iter().zip(1..);
    let empty = blocks.filter(|(block, _)| block.trim().is_empty());
    empty.map(|(_, number)| format!("block {number} is empty")).collect()
}

fn unnamed_pictures(page: &Page) -> Vec<String> {
    let pictures = page.pictures.iter().zip(1..);
    let unnamed = pictures.filter(|(picture, _)| !picture.is_named);
    unnamed
        .map(|(picture, number)| {
            format!("picture {number} ({}) has no name", picture.tag)
        })
        .collect()
}

fn skipped_headings(page: &Page) -> Vec<String> {
    let levels = [0].iter().chain(&page.headings);
    let steps = levels.zip(&page.headings);
    let skipped = steps.filter(|(from, to)| **to > **from + 1);
    skipped.map(|(from, to)| format!("h{to} comes after h{from}")).collect()
}

/// Markdown and mdBook's own marks, where the reader sees them.
fn left_overs(page: &Page) -> Vec<String> {
    let marks = ["{{#", "][", "](", "ANCHOR"].into_iter();
    let left = marks.filter(|mark| page.text.contains(mark));
    left.map(|mark| format!("{mark} is left in the text")).collect()
}

/// Fonts and pictures that a style asks another host for.
fn resources_from_elsewhere(directory: &Path) -> Vec<String> {
    let elsewhere =
        r#"(?:url\(\s*["']?|@import\s+["'])(?:[a-z]+:)?//[^)"'\s]*"#;
    let elsewhere = Regex::new(elsewhere).unwrap();
    let mut faults = Vec::new();
    for file in files(directory) {
        let is_style = file.extension().is_some_and(|it| it == "css");
        if !is_style && !file.extension().is_some_and(is_html) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        let found = elsewhere.find_iter(&text).map(|it| it.as_str());
        faults.extend(found.map(|it| format!("{}: {it}", file.display())));
    }
    faults
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let (directories, mut found): (Vec<_>, Vec<_>) =
        entries(directory).into_iter().partition(|path| path.is_dir());
    found.extend(directories.iter().flat_map(|directory| files(directory)));
    found
}

#[test]
#[ignore = "needs mdbook"]
fn the_rendered_book_has_no_fault() {
    let directory = TempDir::new().unwrap();
    let mut mdbook = Command::new("mdbook");
    mdbook.arg("build").arg(root().join("book"));
    mdbook.arg("-d").arg(directory.path());
    let output = mdbook.output().unwrap_or_else(|error| {
        panic!("no mdbook here ({error}): cargo install --locked mdbook")
    });
    let told = String::from_utf8_lossy(&output.stderr);
    let is_quiet = !told.contains("WARN") && !told.contains("ERROR");
    assert!(output.status.success() && is_quiet, "{told}");
    let site = Site::read(directory.path());
    assert_eq!(site.faults(), Vec::<String>::new());
    // The checks themselves have something to look at.
    let count =
        |of: fn(&Page) -> usize| site.pages.iter().map(of).sum::<usize>();
    assert!(count(|page| page.links.len()) > 1000);
    assert!(count(|page| page.blocks.len()) > 200);
    assert!(count(|page| page.pictures.len()) > 50);
    assert!(count(|page| page.headings.len()) > 200);
}

/// A small book without a fault: two pages, and a style.
fn small() -> [(&'static str, &'static str); 3] {
    [
        (
            "one.html",
            "<link rel='stylesheet' href='style.css'><h3>Menu</h3>\
             <noscript><a href='two.html'>2</a></noscript>\
             <main><h1 id='a'>A</h1><h2 id='b'>B</h2>\
             <p><a href='two.html#c'>C</a>, <a href='#b'>B</a>, \
             <a href='https://docs.rs'>docs</a> <code>[x](y)</code></p>\
             <pre><code><span class='boring'>fn main() {</span> eggs();\
             </code></pre>\
             <svg role='img'><title>Eggs</title><g></g></svg>\
             <p class='blockquote-tag-title'><svg></svg>Note</p>\
             <img src='two.html' alt=''></main>",
        ),
        ("two.html", "<main><h1 id='c'>C</h1></main>"),
        ("style.css", "p { background: url('style.css') }"),
    ]
}

fn faults_of(files: &[(&str, String)]) -> Vec<String> {
    let directory = TempDir::new().unwrap();
    for (name, text) in files {
        fs::write(directory.path().join(name), text).unwrap();
    }
    Site::read(directory.path()).faults()
}

#[test]
fn a_book_without_fault_has_none() {
    let files = small().map(|(name, text)| (name, text.to_owned()));
    assert_eq!(faults_of(&files), Vec::<String>::new());
}

#[test]
fn every_fault_of_a_page_is_seen() {
    for (right, wrong, told) in [
        ("two.html#c", "three.html#c", "no such file"),
        ("two.html#c", "two.html#d", "no such id"),
        ("'#b'", "'#d'", "no such id"),
        ("two.html#c", "/two.html#c", "not relative"),
        ("two.html#c", "//docs.rs/two.html", "not relative"),
        ("two.html#c", "../", "outside of the book"),
        ("https://docs.rs", "http://docs.rs", "not https"),
        ("<a href='two.html'>2", "<a href='three.html'>2", "no such file"),
        ("href='style.css'", "href='https://docs.rs/a.css'", "from elsewhere"),
        ("src='two.html'", "src='https://docs.rs/a.png'", "from elsewhere"),
        ("url('style.css')", "url(https://docs.rs/a.woff)", "style.css: url("),
        ("p {", "@import '//docs.rs/a.css'; p {", "style.css: @import"),
        ("id='b'", "id='a'", "twice the id a"),
        (" eggs();", " ", "block 1 is empty"),
        ("<title>Eggs</title>", "", "picture 1 (svg) has no name"),
        ("<title>Eggs", "<title>", "picture 1 (svg) has no name"),
        ("blockquote-tag-title", "eggs", "picture 2 (svg) has no name"),
        (" alt=''", "", "picture 3 (img) has no name"),
        ("<h2 id='b'>B</h2>", "<h3 id='b'>B</h3>", "h3 comes after h1"),
        ("<h1 id='c'>C</h1>", "<h2 id='c'>C</h2>", "h2 comes after h0"),
        (", <a", ", {{#include eggs}}<a", "{{# is left"),
        (", <a", ", [eggs][ham]<a", "][ is left"),
    ] {
        let files =
            small().map(|(name, text)| (name, text.replacen(right, wrong, 1)));
        let faults = faults_of(&files);
        let is_told = faults.iter().any(|fault| fault.contains(told));
        assert!(is_told, "{right} to {wrong}: {faults:?}");
    }
}
