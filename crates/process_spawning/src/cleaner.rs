//! What a process puts away for others, that ended before they could.
//!
//! Descriptors and memory are the system's to take back. What has a name is
//! not: a name in `/dev/shm` stays when the process that made it is killed.
//! Python has a process of its own for that, the resource tracker; here
//! whoever of the family is left does it.

use std::ptr::fn_addr_eq;
use std::sync::mpsc::channel;
use std::sync::{Mutex, PoisonError};
use std::{process, thread};

use crate::process::END_GRACE;

/// Who ends without having put away what it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// This process: it is a worker whose parent is gone, or the main process
    /// that did not end by itself after Ctrl-C. Nothing is dropped any more.
    ThisProcess,
    /// A worker of this process, by a signal, or with an exit code other than
    /// 0. This process goes on.
    Worker,
}

static CLEANERS: Mutex<Vec<fn(Ending)>> = Mutex::new(Vec::new());

/// From now on calls `clean` in this process whenever it, or a worker of its
/// own, ends without having put away what it made.
///
/// `clean` must be quick and must not wait: others do. Registering it again
/// changes nothing.
///
/// Python: `multiprocessing.resource_tracker.register`.
pub fn clean_up_with(clean: fn(Ending)) {
    let mut cleaners = CLEANERS.lock().unwrap_or_else(PoisonError::into_inner);
    if !cleaners.iter().any(|known| fn_addr_eq(*known, clean)) {
        cleaners.push(clean);
    }
}

/// Calls all that was registered.
pub(crate) fn clean_up(ending: Ending) {
    let cleaners = CLEANERS.lock().unwrap_or_else(PoisonError::into_inner);
    let all = cleaners.clone();
    drop(cleaners);
    for clean in all {
        clean(ending);
    }
}

/// As [`clean_up`], for a process that must end in any case: also where a
/// cleaner panics, or waits, which it should not.
pub(crate) fn clean_up_and_exit(code: i32) -> ! {
    let (done, cleaned_up) = channel::<()>();
    let cleaner = thread::Builder::new().spawn(move || {
        let _until_it_is = done;
        clean_up(Ending::ThisProcess);
    });
    if cleaner.is_ok() {
        let _ = cleaned_up.recv_timeout(END_GRACE);
    }
    process::exit(code);
}
