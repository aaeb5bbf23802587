//! What the book promises: every listing and every output is included from a
//! file that is compiled, run or compared; every lesson has its chapter, with
//! the same rooms in the same order, and questions that have an answer; every
//! link leads somewhere.
//!
//! mdBook itself makes an empty block of a misspelt anchor, and builds a link
//! to nowhere, in silence.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

mod chapter;
mod charts;
mod exercises;
mod left_out;
mod lookup;
mod page;
mod quizzes;
mod site;
mod timelines;

use std::fs;
use std::path::{Path, PathBuf};

use chapter::{Chapter, Fence};

/// The rooms of every lesson's chapter, in their order.
const ROOMS: [&str; 9] = [
    "The question",
    "The Python you know, and the Rust",
    "Run it",
    "How it works",
    "Break it",
    "What it costs",
    "Check yourself",
    "Exercises",
    "Where to go next",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

fn lessons() -> Vec<String> {
    let lessons = entries(&root().join("crates"));
    lessons.iter().map(|lesson| file_name(lesson)).collect()
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

/// What stands in a directory, in the order of the names.
fn entries(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|it| it.unwrap().path()).collect();
    paths.sort();
    paths
}

fn chapter_of(lesson: &str) -> Chapter {
    Chapter::read(&root().join(format!("book/src/{lesson}.md")))
}

/// The lines of `file` that an include shows.
fn included(file: &Path, anchor: Option<&str>) -> Result<String, String> {
    let text = fs::read_to_string(file)
        .map_err(|error| format!("{}: {error}", file.display()))?;
    let Some(anchor) = anchor else { return Ok(text) };
    let is_mark = |line: &str, mark: &str| {
        // In Markdown a mark is a comment.
        let line = line.trim().trim_end_matches(" -->");
        line.ends_with(&format!("{mark}: {anchor}"))
    };
    let begin = text.lines().position(|line| is_mark(line, "ANCHOR"));
    let end = text.lines().position(|line| is_mark(line, "ANCHOR_END"));
    let (Some(begin), Some(end)) = (begin, end) else {
        return Err(format!("{}: no anchor `{anchor}`", file.display()));
    };
    let lines: Vec<_> = text.lines().take(end).skip(begin + 1).collect();
    Ok(lines.join("\n"))
}

#[test]
fn every_listing_and_output_is_included_from_a_file() {
    let mut shown = 0;
    for chapter in Chapter::all(&root().join("book/src")) {
        for Fence { language, body, line } in chapter.fences() {
            if !["rust", "python", "text"].contains(&language.as_str()) {
                // A command to type, and nothing else.
                assert_eq!(language, "sh", "{}:{line}", chapter.name());
                continue;
            }
            let include = chapter::includes(&body);
            let [(file, anchor)] = &include[..] else {
                panic!("{}:{line}: not one include", chapter.name());
            };
            assert_eq!(body.lines().count(), 1, "{}:{line}", chapter.name());
            let file = chapter.beside(file);
            let text = included(&file, anchor.as_deref())
                .unwrap_or_else(|e| panic!("{}:{line}: {e}", chapter.name()));
            assert!(!text.trim().is_empty(), "{}:{line}", chapter.name());
            shown += 1;
        }
    }
    // The check itself has something to look at.
    assert!(shown > 4 * lessons().len(), "only {shown} listings");
}

#[test]
fn every_included_file_is_there() {
    for chapter in Chapter::all(&root().join("book/src")) {
        for (file, anchor) in chapter::includes(chapter.text()) {
            let text = included(&chapter.beside(&file), anchor.as_deref());
            let text =
                text.unwrap_or_else(|e| panic!("{}: {e}", chapter.name()));
            assert!(!text.trim().is_empty(), "{}: {file}", chapter.name());
        }
    }
}

#[test]
fn every_lesson_has_its_chapter_twin_output_and_timeline() {
    let summary = fs::read_to_string(root().join("book/src/SUMMARY.md"));
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let summary = summary.unwrap();
    for lesson in lessons() {
        let linked = format!("({lesson}.md)");
        assert!(summary.contains(&linked), "SUMMARY.md leaves out {lesson}");
        let linked = format!("(crates/{lesson})");
        assert!(readme.contains(&linked), "README.md leaves out {lesson}");
        for file in [
            format!("book/src/{lesson}.md"),
            format!("book/src/figures/{lesson}.svg"),
            format!("crates/{lesson}/python/{lesson}.py"),
            format!("crates/{lesson}/tests/{lesson}.rs"),
            format!("crates/{lesson}/benches/{lesson}.rs"),
            format!("crates/{lesson}/output.txt"),
            format!("crates/{lesson}/trace.jsonl"),
        ] {
            assert!(root().join(&file).is_file(), "no {file}");
        }
        let text = chapter_of(&lesson).text().to_owned();
        for shown in [
            format!("crates/{lesson}/python/{lesson}.py"),
            format!("crates/{lesson}/output.txt"),
            format!("figures/{lesson}.svg"),
            format!("cargo run -p {lesson}"),
        ] {
            assert!(text.contains(&shown), "{lesson}.md lacks {shown}");
        }
    }
}

#[test]
fn every_chapter_has_the_same_rooms_in_the_same_order() {
    for lesson in lessons() {
        let chapter = chapter_of(&lesson);
        assert_eq!(chapter.headings("## "), ROOMS, "{}", chapter.name());
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut links = 0;
    let chapters = Chapter::all(&root().join("book/src"));
    let others = ["README.md", "CONTRIBUTING.md", "STYLE.md"];
    let others = others.map(|name| Chapter::read(&root().join(name)));
    let tasks = exercises::pages();
    for page in chapters.into_iter().chain(others).chain(tasks) {
        for link in page.links() {
            if link.contains("://") {
                continue;
            }
            let (file, anchor) = match link.split_once('#') {
                Some((file, anchor)) => (file, Some(anchor)),
                None => (link.as_str(), None),
            };
            let target: PathBuf = page.beside(file);
            assert!(target.exists(), "{}: {link}", page.name());
            if let Some(anchor) = anchor {
                let anchors = Chapter::read(&target).anchors();
                assert!(
                    anchors.iter().any(|there| there == anchor),
                    "{}: {link}, but there are {anchors:?}",
                    page.name()
                );
            }
            links += 1;
        }
    }
    assert!(links > 20, "only {links} links");
}

/// A page is a few words and listings; what is added to mdBook's own styles and
/// scripts must not outweigh it.
#[test]
fn our_styles_and_scripts_are_small() {
    let files = entries(&root().join("book/theme"));
    let names: Vec<_> = files.iter().map(|file| file_name(file)).collect();
    assert_eq!(names, ["mp.css", "mp.js"]);
    let sizes = files.iter().map(|file| fs::metadata(file).unwrap().len());
    let bytes: u64 = sizes.sum();
    assert!(bytes < 25_000, "{bytes} bytes");
}
