//! The built book, on a web host that has other things, too.

use std::fs::{read_dir, read_to_string};
use std::path::{Path, PathBuf};
use std::process::Command;

use axum::Router;
use browser::Page;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tower_http::services::{ServeDir, ServeFile};

/// Where the book lies on its host.
const PLACE: &str = "/books/multiprocessing/";

/// The book, built anew and served as long as the value lives.
pub(crate) struct Site {
    directory: TempDir,
    home: String,
    _server: Runtime,
}

impl Site {
    pub(crate) fn of_the_book() -> Self {
        Self::of(&book())
    }

    /// That of the book in this directory.
    pub(crate) fn of(book: &Path) -> Self {
        let directory = TempDir::new().unwrap();
        build(book, directory.path(), Some(PLACE));
        let server = Runtime::new().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0");
        let listener = server.block_on(listener).unwrap();
        let address = listener.local_addr().unwrap();
        let not_found = ServeFile::new(directory.path().join("404.html"));
        let files = ServeDir::new(directory.path());
        let files = files.not_found_service(not_found);
        let router = Router::new().nest_service(PLACE, files);
        server.spawn(async { axum::serve(listener, router).await });
        let home = format!("http://{address}{PLACE}");
        Self { directory, home, _server: server }
    }

    /// The address that all others begin with.
    pub(crate) fn home(&self) -> &str {
        &self.home
    }

    /// The address of a page.
    pub(crate) fn at(&self, page: &str) -> String {
        format!("{}{page}", self.home)
    }

    /// All pages but the table of contents, which other pages show inside of
    /// them.
    pub(crate) fn pages(&self) -> Vec<String> {
        let mut pages: Vec<_> = read_dir(self.directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| {
                name.strip_suffix(".html").is_some_and(|stem| stem != "toc")
            })
            .collect();
        pages.sort();
        pages
    }
}

/// The pages of the chapters, in their order.
pub(crate) fn chapters() -> Vec<String> {
    let summary = read_to_string(book().join("src/SUMMARY.md")).unwrap();
    let links = summary.split("](").skip(1);
    let files = links.map(|link| link.split(')').next().unwrap());
    files.map(|file| file.replace(".md", ".html")).collect()
}

/// The pages of the chapters that have a crate.
pub(crate) fn lessons() -> Vec<String> {
    let crates = book().join("../crates");
    let is_lesson =
        |page: &String| crates.join(page.trim_end_matches(".html")).is_dir();
    chapters().into_iter().filter(is_lesson).collect()
}

/// Opens all that a reader may open.
pub(crate) fn unfold(page: &Page<'_>) {
    page.execute(
        "document.querySelectorAll('details').forEach((it) => it.open = true);",
    );
}

/// Builds a book into a directory: for a place on a host, or for any.
fn build(book: &Path, directory: &Path, place: Option<&str>) {
    let mut mdbook = Command::new("mdbook");
    mdbook.arg("build").arg(book).arg("-d").arg(directory);
    if let Some(place) = place {
        mdbook.env("MDBOOK_OUTPUT__HTML__SITE_URL", place);
    }
    let output = mdbook.output().unwrap_or_else(|error| {
        panic!("no mdbook here ({error}): cargo install --locked mdbook")
    });
    assert!(output.status.success(), "{output:?}");
}

pub(crate) fn book() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../book")
}

/// Only the page for what is not there must know where the book lies: it is
/// shown at any address.
#[test]
#[ignore = "needs mdbook"]
fn the_pages_are_the_same_wherever_the_book_lies() {
    let [here, anywhere] = [(); 2].map(|()| TempDir::new().unwrap());
    build(&book(), here.path(), Some(PLACE));
    build(&book(), anywhere.path(), None);
    let mut different = Vec::new();
    for entry in read_dir(anywhere.path()).unwrap() {
        let name = entry.unwrap().file_name();
        let [ours, theirs] = [&here, &anywhere]
            .map(|directory| std::fs::read(directory.path().join(&name)).ok());
        if ours != theirs {
            different.push(name.into_string().unwrap());
        }
    }
    assert_eq!(different, ["404.html"]);
}
