//! Programs that do wrong, each in one way, for the suite to find.
//!
//! `fault_injection_misbehaving NAME` is one of them. Where it leaves a process
//! behind, that one ends by itself after a while.

use std::env;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::net::{SocketAddr, UnixListener};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{self, Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use process_spawning::{main_guard, until_interrupted};
use rustix::process::setsid;

/// Longer than anybody looks.
const A_WHILE: Duration = Duration::from_secs(20);

/// How long the work takes, of those who have some.
const WORK: Duration = Duration::from_secs(1);

fn main() -> io::Result<()> {
    let words: Vec<_> = env::args().skip(1).collect();
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    match words[..] {
        ["work"] => thread::sleep(WORK),
        ["stay"] => stay(),
        ["leave", what] => leave(what)?,
        ["worker", when_it_ends] => with_worker(when_it_ends)?,
        ["on-signal", what] => on_signal(what)?,
        ["exit-3"] => process::exit(3),
        ["println"] => print_on(),
        ["panic-aside"] => panic_aside(),
        _ => panic!("no such wrong: {words:?}"),
    }
    Ok(())
}

/// Never ends, as far as anybody is concerned.
fn stay() {
    thread::sleep(A_WHILE);
}

/// Ends well, but for something that stays.
fn leave(what: &str) -> io::Result<()> {
    match what {
        "process" => start(&["stay"]).map(drop),
        "group" => program(&["stay"]).process_group(0).spawn().map(drop),
        "session" => start(&["leave", "from-session"]).map(drop),
        "environment" => program(&["stay"]).env_clear().spawn().map(drop),
        "everything" => {
            program(&["leave", "from-session"]).env_clear().spawn().map(drop)
        }
        "from-session" => {
            setsid()?;
            stay();
            Ok(())
        }
        "zombie" => start(&["leave", "with-zombie"]).map(drop),
        "with-zombie" => {
            let _zombie = start(&["exit-3"])?;
            stay();
            Ok(())
        }
        "file" => File::create(env::temp_dir().join("left")).map(drop),
        "working-file" => File::create("left-in-place").map(drop),
        "shared-memory" => File::create("/dev/shm/left-shared").map(drop),
        "socket" => start(&["leave", "with-socket"]).map(drop),
        "with-socket" => {
            let name = SocketAddr::from_abstract_name("left-socket")?;
            let _listens = UnixListener::bind_addr(&name)?;
            stay();
            Ok(())
        }
        _ => panic!("nothing to leave: {what}"),
    }
}

/// Starts a worker, waits for it, and does wrong where it was ended.
fn with_worker(when_it_ends: &str) -> io::Result<()> {
    let status = start(&["work"])?.wait()?;
    if status.signal().is_some() {
        match when_it_ends {
            "is-silent" => process::exit(1),
            "pretends" => return Ok(()),
            "panics" => panic!("a worker has ended"),
            "hangs" => stay(),
            "blames-the-user" => process::exit(2),
            _ => panic!("nothing to do: {when_it_ends}"),
        }
    }
    writeln!(io::stdout(), "the work is done")
}

/// Is told of what asks it to end, and does something else.
fn on_signal(what: &str) -> io::Result<()> {
    main_guard(&[]);
    if what == "exit-4" {
        thread::spawn(|| {
            let _ = until_interrupted();
            process::exit(4);
        });
    }
    thread::sleep(2 * WORK);
    writeln!(io::stdout(), "the work is done")
}

/// Prints as one should not.
fn print_on() {
    for _ in 0..40 {
        println!("work");
        thread::sleep(WORK / 40);
    }
}

/// Panics in a thread, and ends well, if a trace is asked for.
fn panic_aside() {
    if env::var_os("MP_TRACE").is_some() {
        let _ = thread::spawn(|| panic!("aside")).join();
    }
}

fn program(words: &[&str]) -> Command {
    let mut program = Command::new("/proc/self/exe");
    program.args(words).stdout(Stdio::null()).stderr(Stdio::null());
    program
}

fn start(words: &[&str]) -> io::Result<Child> {
    program(words).spawn()
}
