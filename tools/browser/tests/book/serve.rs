//! `mdbook serve book`, as the README has it.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

use browser::Browser;
use lesson_check::{Program, Running, take_port};
use tempfile::TempDir;

use crate::site::book;

#[test]
#[ignore = "needs chromium and mdbook"]
fn a_lesson_that_is_changed_changes_the_page() {
    let copy = TempDir::new().unwrap();
    for part in ["book", "crates", "exercises"] {
        copy_directory(&book().join("..").join(part), copy.path());
    }
    let (_mdbook, port) = serve(copy.path());
    let address = format!("http://127.0.0.1:{port}/time_utils.html");
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&address);
    page.wait_for_text("main h1", "Time, and a trace of it");
    let output = copy.path().join("crates/time_utils/output.txt");
    fs::write(output, "another output\n").unwrap();
    // The page loads itself anew.
    page.wait_for_text("main", "another output");
}

/// `mdbook serve`, and the port where it answers.
fn serve(course: &Path) -> (Running, u16) {
    for _ in 0..5 {
        // mdbook takes it only when the book is built.
        let port = take_port().local_addr().unwrap().port();
        let mut mdbook = Program::new("mdbook")
            .args(["serve", "book", "--hostname", "127.0.0.1", "--port"])
            .arg(port.to_string())
            .directory(course)
            .start();
        if answers(&mdbook, port) {
            return (mdbook, port);
        }
        // Perhaps somebody else was faster at this port.
        let [_, stderr] = mdbook.printed();
        eprintln!("mdbook has ended, with port {port}:\n{stderr}");
    }
    panic!("mdbook serve has ended, whichever port it had");
}

/// Waits for its answer; false where it has ended.
fn answers(mdbook: &Running, port: u16) -> bool {
    let deadline = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if mdbook.members().is_empty() {
            return false;
        }
        assert!(Instant::now() < deadline, "mdbook serve does not answer");
        sleep(Duration::from_millis(10));
    }
    true
}

fn copy_directory(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("-r").arg(from).arg(to).status();
    assert!(status.unwrap().success());
}
