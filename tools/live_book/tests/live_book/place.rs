//! A small workspace with a book, demonstrations that misbehave, and an
//! exercise.

use std::fs;
use std::path::{Path, PathBuf};

use lesson_check::Program;
use tempfile::TempDir;

pub(crate) const LIVE_BOOK: &str = env!("CARGO_BIN_EXE_live_book");

/// What passes.
pub(crate) const RIGHT: &str = "fn main() {\n    println!(\"hello\");\n}\n";

/// What the learner edits.
pub(crate) const MAIN: &str =
    "exercises/01_beginning/01_hello_world/src/main.rs";

/// Its tests.
pub(crate) const CHECK: &str =
    "exercises/01_beginning/01_hello_world/tests/check.rs";

const WORKSPACE: &str = r#"[workspace]
resolver = "3"
members = ["crates/*", "exercises/*/*"]
"#;

const STUB: &str = "//! Print hello.\n\nfn main() {\n    todo!()\n}\n";

const SAYS_HELLO: &str = r#"#[test]
fn it_says_hello() {
    let program = env!("CARGO_BIN_EXE_hello_world");
    let output = std::process::Command::new(program).output().unwrap();
    assert_eq!(output.stdout, b"hello\n");
}
"#;

/// What the demonstrations can be told to do, by its number.
pub(crate) const DEEDS: [&str; 14] = [
    "tell",
    "wait",
    "flood",
    "flood_without_lines",
    "memory",
    "bomb",
    "bomb_of_sessions",
    "file",
    "tree",
    "deaf",
    "leave_a_file",
    "escape",
    "last_words",
    "flood_and_wait",
];

/// A program that does any of them. Whoever waits does so for two minutes, so
/// that a test that fails leaves nobody for long.
const MISBEHAVING: &str = r#"use std::io::Write as _;
use std::process::{Child, Command};
use std::thread::sleep;
use std::time::Duration;

unsafe extern "C" {
    fn setsid() -> i32;
    fn signal(number: i32, handler: usize) -> usize;
    fn write(descriptor: i32, text: *const u8, length: usize) -> isize;
    fn _exit(code: i32) -> !;
}

fn main() {
    let deed = std::env::args().nth(1).unwrap_or_default();
    match deed.as_str() {
        "tell" => {
            for argument in std::env::args().skip(1) {
                println!("argument {argument}");
            }
            for (name, value) in std::env::vars() {
                println!("variable {name}={value}");
            }
        }
        "wait" => say_and_wait(),
        "flood" => loop {
            println!("a line");
        },
        "flood_without_lines" => loop {
            std::io::stdout().write_all(&[b'x'; 4096]).unwrap();
        },
        "memory" => {
            own_shared_memory();
            let mut all = Vec::new();
            loop {
                all.push(vec![1_u8; 8 << 20]);
                sleep(Duration::from_millis(20));
            }
        }
        "bomb" | "session_bomb" | "bomb_of_sessions" => {
            if deed == "session_bomb" {
                unsafe { setsid() };
            }
            let next = if deed == "bomb" { "bomb" } else { "session_bomb" };
            // A bomb that ends: nobody stops it where the server does not.
            let depth = std::env::args().nth(2);
            let depth = depth.map_or(0, |it| it.parse::<u32>().unwrap());
            for _ in 0..if depth < 3 { 4 } else { 0 } {
                let program = std::env::current_exe().unwrap();
                let mut child = Command::new(program);
                let _ = child.arg(next).arg((depth + 1).to_string()).spawn();
                sleep(Duration::from_millis(100));
            }
            sleep(Duration::from_secs(20));
        }
        "file" => {
            let path = std::env::temp_dir().join("long");
            let mut file = std::fs::File::create(path).unwrap();
            for _ in 0..64 {
                file.write_all(&[1; 1 << 16]).unwrap();
            }
        }
        "leave_a_file" => {
            std::fs::write(std::env::temp_dir().join("left"), "").unwrap();
            say_and_wait();
        }
        "tree" => {
            let _two = [start("branch"), start("branch")];
            say_and_wait();
        }
        "branch" => {
            let _leaf = start("leaf");
            wait();
        }
        "escape" => {
            let program = std::env::current_exe().unwrap();
            let mut command = Command::new(program);
            let child = command.env_clear().arg("deaf_session").spawn();
            println!("{}", child.unwrap().id());
            wait();
        }
        "last_words" => {
            unsafe { signal(2, say_goodbye as *const () as usize) };
            say_and_wait();
        }
        "flood_and_wait" => {
            let line = "x".repeat(999);
            for _ in 0..24_000 {
                println!("{line}");
            }
            wait();
        }
        "deaf" => {
            own_shared_memory();
            let _child = start("deaf_session");
            say_deaf_and_wait();
        }
        "deaf_session" => {
            unsafe { setsid() };
            deafen();
            wait();
        }
        _ => wait(),
    }
}

/// Has a name there, as the lesson on shared memory makes it.
fn own_shared_memory() {
    let namespace = std::fs::read_link("/proc/self/ns/pid").unwrap();
    let namespace = namespace.to_str().unwrap();
    let namespace = &namespace["pid:[".len()..namespace.len() - 1];
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let (pid, started) = (std::process::id(), stat.split(' ').nth(21).unwrap());
    let name = format!("/dev/shm/mp-{namespace}-{pid}-{started}-0");
    std::fs::write(name, "").unwrap();
}

extern "C" fn say_goodbye(_: i32) {
    unsafe {
        write(1, b"goodbye\n".as_ptr(), 8);
        _exit(0);
    }
}

fn start(deed: &str) -> Option<Child> {
    let program = std::env::current_exe().unwrap();
    Command::new(program).arg(deed).spawn().ok()
}

fn deafen() {
    // SIGINT and SIGTERM are ignored.
    for number in [2, 15] {
        unsafe { signal(number, 1) };
    }
}

fn say_deaf_and_wait() {
    deafen();
    say_and_wait();
}

fn say_and_wait() {
    println!("waiting");
    wait();
}

fn wait() {
    sleep(Duration::from_secs(120));
}
"#;

/// A compiler that never comes to an end.
const ENDLESS: &str = "#![allow(long_running_const_eval)]\n\
    const LONG: u64 = { let mut i = 0; while i < u64::MAX { i += 1; } i };\n\
    fn main() { println!(\"{LONG}\"); }\n";

const LIMITS: &str = "\n[package.metadata.demonstration.limits]\n\
    seconds = 5\noutput-bytes = 65536\nmemory-bytes = 134217728\n\
    processes = 12\nfile-bytes = 1048576\n";

/// Much output, and little time.
const TALKATIVE: &str = "\n[package.metadata.demonstration.limits]\n\
    seconds = 3\noutput-bytes = 33554432\n";

pub(crate) struct Place {
    directory: TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        let this = Self { directory: TempDir::new().unwrap() };
        this.write("Cargo.toml", WORKSPACE);
        this.write("Cargo.lock", &lock());
        this.write("book/book.toml", "[book]\ntitle = \"A book\"\n");
        let summary = "# Summary\n\n[One](one.md)\n";
        this.write("book/src/SUMMARY.md", summary);
        this.write("book/src/one.md", "# One\n\nA page.\n");
        this.write("programs/misbehaving.rs", MISBEHAVING);
        this.demonstration("lasting", "can-kill = true", "");
        this.demonstration("guarded", "", "");
        this.demonstration("limited", "", LIMITS);
        this.demonstration("talkative", "", TALKATIVE);
        this.package("endless", ENDLESS);
        this.package("broken", "fn main() {\n    nothing();\n}\n");
        this.exercise();
        this
    }

    fn demonstration(&self, name: &str, rights: &str, limits: &str) {
        let options = DEEDS.iter().map(|it| {
            format!("{{ label = \"{it}\", arguments = [\"{it}\"] }}")
        });
        let options = options.collect::<Vec<_>>().join(", ");
        let manifest = format!(
            "{}\n[[bin]]\nname = \"{name}\"\n\
             path = \"../../programs/misbehaving.rs\"\n\
             [package.metadata.demonstration]\n{rights}\n\
             [[package.metadata.demonstration.choice]]\n\
             name = \"what\"\noptions = [{options}]\n{limits}",
            manifest(name)
        );
        self.write(&format!("crates/{name}/Cargo.toml"), &manifest);
    }

    fn package(&self, name: &str, program: &str) {
        let manifest =
            format!("{}\n[package.metadata.demonstration]\n", manifest(name));
        self.write(&format!("crates/{name}/Cargo.toml"), &manifest);
        self.write(&format!("crates/{name}/src/main.rs"), program);
    }

    fn exercise(&self) {
        let task = "01_beginning/01_hello_world";
        let [exercise, solution] =
            ["exercises", "solutions"].map(|it| format!("{it}/{task}"));
        let manifest = manifest("hello_world");
        self.write(&format!("{exercise}/Cargo.toml"), &manifest);
        self.write(&format!("{exercise}/README.md"), "# Hello\n\nSay it.\n");
        let hints = "# Hints\n\n## Look\n\nLook at `println`.\n";
        self.write(&format!("{exercise}/hints.md"), hints);
        self.write(MAIN, STUB);
        self.write(CHECK, SAYS_HELLO);
        self.write(&format!("{solution}/stub.rs"), STUB);
        self.write(&format!("{solution}/src/main.rs"), RIGHT);
    }

    pub(crate) fn path(&self, path: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(path)
    }

    /// Writes a file, and the directories above it.
    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// The program that serves it.
    pub(crate) fn live_book(&self, arguments: &[&str]) -> Program {
        Program::new(LIVE_BOOK)
            .directory(self.directory.path())
            .args(arguments)
            .env("CARGO_TARGET_DIR", self.path("target"))
            .env("CARGO_NET_OFFLINE", "true")
    }
}

fn manifest(name: &str) -> String {
    format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n")
}

/// As cargo writes it: otherwise the first check would add it, and what is
/// known of an exercise would be about a workspace without it.
fn lock() -> String {
    let names = [
        "broken",
        "endless",
        "guarded",
        "hello_world",
        "lasting",
        "limited",
        "talkative",
    ];
    let packages = names.map(|name| {
        format!("\n[[package]]\nname = \"{name}\"\nversion = \"0.0.0\"\n")
    });
    format!(
        "# This file is automatically @generated by Cargo.\n\
         # It is not intended for manual editing.\nversion = 4\n{}",
        packages.concat()
    )
}
