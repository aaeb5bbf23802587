//! The main guard, built by hand: what this lesson's library does, without
//! it, and without what it does when something goes wrong.

use std::env;
use std::io::{self, Write as _};
use std::os::unix::process::parent_id;
use std::process::{Child, Command, id};

fn main() -> io::Result<()> {
    // The guard. In the worker: run the function, and leave.
    let arguments: Vec<String> = env::args().collect();
    if arguments.len() == 3 && arguments[1] == "worker" {
        return worker_task(&arguments[2]);
    }
    // Below it, only the parent.
    let mut first = start("arg1")?;
    let mut second = start("arg2")?;
    first.wait()?;
    second.wait()?;
    Ok(())
}

fn start(param: &str) -> io::Result<Child> {
    let own_program = env::current_exe()?;
    Command::new(own_program).args(["worker", param]).spawn()
}

fn worker_task(param: &str) -> io::Result<()> {
    let (pid, parent) = (id(), parent_id());
    let line = format!("PID {pid}, child of PID {parent}, has {param}\n");
    io::stdout().write_all(line.as_bytes())
}
