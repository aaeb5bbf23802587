//! `mdbook serve book`, as the README has it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use browser::Browser;
use lesson_check::Program;
use tempfile::TempDir;

use crate::site::book;

#[test]
#[ignore = "needs chromium and mdbook"]
fn a_lesson_that_is_changed_changes_the_page() {
    let copy = TempDir::new().unwrap();
    for part in ["book", "crates", "exercises"] {
        copy_directory(&book().join("..").join(part), copy.path());
    }
    let port = free_port();
    let _mdbook = Program::new("mdbook")
        .args(["serve", "book", "--hostname", "127.0.0.1", "--port"])
        .arg(port.to_string())
        .directory(copy.path())
        .start();
    let address = format!("http://127.0.0.1:{port}/time_utils.html");
    wait_for_answer(port);
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&address);
    page.wait_for_text("main h1", "Time, and a trace of it");
    let output = copy.path().join("crates/time_utils/output.txt");
    fs::write(output, "another output\n").unwrap();
    // The page loads itself anew.
    page.wait_for_text("main", "another output");
}

fn wait_for_answer(port: u16) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(Instant::now() < deadline, "mdbook serve does not answer");
        sleep(Duration::from_millis(10));
    }
}

fn copy_directory(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-r").arg(from).arg(to).status();
    assert!(status.unwrap().success());
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
