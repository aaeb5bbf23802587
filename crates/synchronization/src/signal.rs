//! A word that changes whenever there is something new.
//!
//! Bit 0 says that somebody may be asleep; the others count. Whoever waits
//! reads the word first, then looks whether there is what it waits for, and
//! sleeps only if the word is still the same: so nothing that comes between
//! the look and the sleep is missed.

use std::time::Instant;

use crate::error::WaitError;
use crate::word::{ALL, Word};

const SLEEPERS: u32 = 1;
const ONE: u32 = 2;

/// What the word is now, to be given to [`wait`].
pub(crate) fn read(word: &impl Word) -> u32 {
    word.load() & !SLEEPERS
}

/// There is something new: wakes all who wait.
pub(crate) fn ring(word: &impl Word) {
    let seen = word.update(|seen| Some((seen & !SLEEPERS).wrapping_add(ONE)));
    if seen.is_ok_and(|seen| seen & SLEEPERS != 0) {
        word.wake(ALL);
    }
}

/// Sleeps until there is something newer than when `seen` was read, at the
/// longest until `deadline`. May return earlier: look again.
pub(crate) fn wait(
    word: &impl Word,
    seen: u32,
    deadline: Option<Instant>,
) -> Result<(), WaitError> {
    let same = |now| now & !SLEEPERS == seen;
    match word.update(|now| same(now).then_some(now | SLEEPERS)) {
        Ok(_) => word.wait(seen | SLEEPERS, deadline),
        Err(_) => Ok(()),
    }
}
