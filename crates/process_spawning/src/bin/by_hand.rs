//! The main guard, built by hand: what this lesson's library does, without
//! it, and without what it does when something goes wrong.

use std::env;
use std::io;
use std::process::{self, Command};

fn main() -> io::Result<()> {
    // The guard. In the worker: run the function, and leave.
    if let [_, role, param] = &env::args().collect::<Vec<_>>()[..]
        && role == "worker"
    {
        return worker_task(param);
    }
    // Below it, only the parent.
    let mut workers = ["arg1", "arg2"].map(start).into_iter();
    workers.try_for_each(|worker| worker?.wait().map(drop))
}

fn start(param: &str) -> io::Result<process::Child> {
    Command::new(env::current_exe()?).args(["worker", param]).spawn()
}

fn worker_task(param: &str) -> io::Result<()> {
    let (pid, parent) = (process::id(), std::os::unix::process::parent_id());
    let line = format!("PID {pid}, child of PID {parent}, has {param}\n");
    io::Write::write_all(&mut io::stdout(), line.as_bytes())
}
