//! Ctrl-C for whoever waits for a crossbeam channel.

use std::convert::Infallible;
use std::sync::{LazyLock, OnceLock};
use std::thread;

use crossbeam::channel::{Receiver, bounded, never};
use process_spawning::{Interrupted, until_interrupted};

/// What came, once it has.
static CAME: OnceLock<Interrupted> = OnceLock::new();

/// The other end of it is dropped when Ctrl-C comes.
static INTERRUPTION: LazyLock<Receiver<Infallible>> = LazyLock::new(|| {
    let (alive, interruption) = bounded(0);
    let watch = move || {
        let _ = CAME.set(until_interrupted());
        drop(alive);
    };
    match thread::Builder::new().name("interruption".into()).spawn(watch) {
        Ok(_) => interruption,
        // Without a thread for it, Ctrl-C ends us after its grace.
        Err(_) => never(),
    }
});

/// A channel over which nothing ever comes, and that is cut off by Ctrl-C or
/// SIGTERM: one more arm for a `select!` that waits for something else.
/// [`interrupted_by`] then tells which it was.
#[must_use]
pub fn interruption() -> &'static Receiver<Infallible> {
    &INTERRUPTION
}

/// What has cut off [`interruption`]; `None` while nothing has.
#[must_use]
pub fn interrupted_by() -> Option<Interrupted> {
    CAME.get().copied()
}
