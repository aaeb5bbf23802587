//! What becomes of a process that its parent forgets.

use std::ops::{Deref, DerefMut};

use process_spawning::Process;

/// A process that is waited for when it goes out of scope, however long that
/// takes, instead of being ended.
///
/// Python's default, `daemon=False`: the interpreter joins such children at
/// its exit. A bare [`Process`] is like `daemon=True`: it ends with its
/// parent; and already with the scope.
///
/// With Ctrl-C, or when the parent is killed, this one ends too.
#[derive(Debug)]
// ANCHOR: join_on_drop
pub struct JoinOnDrop(pub Process);

impl Drop for JoinOnDrop {
    fn drop(&mut self) {
        // Where waiting fails, as with Ctrl-C, the process is ended: after
        // this its own `drop` runs.
        let _ = self.0.join();
    }
}
// ANCHOR_END: join_on_drop

impl Deref for JoinOnDrop {
    type Target = Process;

    fn deref(&self) -> &Process {
        &self.0
    }
}

impl DerefMut for JoinOnDrop {
    fn deref_mut(&mut self) -> &mut Process {
        &mut self.0
    }
}
