//! The thread that starts all workers of this process.
//!
//! A worker that is stopped (SIGSTOP, or Ctrl-Z) cannot look at its lifeline.
//! For that one case Linux has `PR_SET_PDEATHSIG`: a signal to a process whose
//! parent ends. We ask for SIGCONT, which wakes it and harms nobody; killing
//! would leave it no time to put away what its parent could not. But Linux
//! takes the *thread* that started a process for its parent, and a thread may
//! end long before its process does. So one thread, which never ends, starts
//! them all.

use std::io;
use std::process::{Child, Command};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use rustix::process::{Signal, set_parent_process_death_signal};

/// What to start, and where to say what came of it.
type Order = (Command, Sender<io::Result<Child>>);

/// The way to the thread, once there is one.
static ORDERS: Mutex<Option<Sender<Order>>> = Mutex::new(None);

/// Parent: starts `command`, and lets go of what it held.
pub(crate) fn start(command: Command) -> io::Result<Child> {
    let (answer, started) = channel();
    let sent = orders()?.send((command, answer)).is_ok();
    let lost = || io::Error::other("the thread that starts workers is gone");
    if sent { started.recv().map_err(|_| lost())? } else { Err(lost()) }
}

fn orders() -> io::Result<Sender<Order>> {
    let mut known = ORDERS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(orders) = &*known {
        return Ok(orders.clone());
    }
    let (sender, orders) = channel();
    thread::Builder::new()
        .name("starter".into())
        .spawn(move || serve(&orders))?;
    Ok(known.insert(sender).clone())
}

fn serve(orders: &Receiver<Order>) {
    for (mut command, answer) in orders {
        let started = command.spawn();
        // It still holds the worker's end of the lifeline. While that is open
        // somewhere, nobody would see the end of a worker's file.
        drop(command);
        let _ = answer.send(started);
    }
}

/// Worker: from now on, goes on when its parent is gone, if it is stopped
/// then; its lifeline sees to the rest.
pub(crate) fn wake_without_parent() -> io::Result<()> {
    Ok(set_parent_process_death_signal(Some(Signal::CONT))?)
}
