//! Until somebody says so.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use shared_memory_demo::SharedCell;
use time_utils::trace;

use crate::error::{MakeError, WaitError};
use crate::member::{Company, Gone, Member};
use crate::watch::Departure;
use crate::word::{ALL, Word, over};

const SLEEPERS: u32 = 1;
const SET: u32 = 2;
/// The other bits count how often it was set.
const ONE: u32 = 4;

fn set(word: &impl Word) {
    let setting = |seen: u32| {
        (seen & SET == 0).then(|| (seen & !SLEEPERS).wrapping_add(ONE) | SET)
    };
    if word.update(setting).is_ok_and(|seen| seen & SLEEPERS != 0) {
        word.wake(ALL);
    }
}

fn clear(word: &impl Word) {
    word.fetch_and(!SET);
}

/// Whether it was set before `deadline` was over, even if it was cleared
/// again before we came to see it.
fn wait(
    word: &impl Word,
    deadline: Option<Instant>,
) -> Result<bool, WaitError> {
    wait_since(word, word.load(), deadline)
}

/// Whether it was set since `first` was read.
fn wait_since(
    word: &impl Word,
    first: u32,
    deadline: Option<Instant>,
) -> Result<bool, WaitError> {
    let times = |word: u32| word / ONE;
    let was_set = |seen| seen & SET != 0 || times(seen) != times(first);
    loop {
        match word.update(|seen| (!was_set(seen)).then_some(seen | SLEEPERS)) {
            Err(_) => return Ok(true),
            Ok(_) if over(deadline) => return Ok(false),
            Ok(seen) => word.wait(seen | SLEEPERS, deadline)?,
        }
    }
}

#[derive(Debug)]
struct Waiters;

impl Company for Waiters {
    fn gone(
        words: &[SharedCell<u32>],
        _: &Gone,
        _: Departure,
        _: Option<usize>,
    ) {
        // They may have set it and died before they woke anybody.
        words[0].wake(ALL);
    }
}

/// Something that happens: who waits for it goes on when it is set, and so
/// does who comes later, until it is cleared.
///
/// Nobody knows who would have set it: where that process may die first, wait
/// with a deadline, and see whether it is still there.
///
/// A clone is the same event. Passed to a worker, it is the same event there.
///
/// Python: `multiprocessing.Event`.
///
/// ```
/// use std::thread;
/// use synchronization::Event;
///
/// let ready = Event::new()?;
/// let waiter = thread::spawn({
///     let ready = ready.clone();
///     move || ready.wait()
/// });
/// ready.set();
/// waiter.join().unwrap()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Event {
    member: Arc<Member<Waiters>>,
}

impl Event {
    /// A new event, which is not set.
    ///
    /// # Errors
    ///
    /// [`MakeError`], where there is no shared memory for it.
    pub fn new() -> Result<Self, MakeError> {
        Ok(Self { member: Arc::new(Member::make(&[0])?) })
    }

    fn word(&self) -> &SharedCell<u32> {
        &self.member.words()[0]
    }

    /// Whether it is set.
    #[must_use]
    pub fn is_set(&self) -> bool {
        self.word().load() & SET != 0
    }

    /// Sets it: all who wait go on.
    pub fn set(&self) {
        set(self.word());
    }

    /// Makes it unset: who waits from now on, waits for the next time.
    pub fn clear(&self) {
        clear(self.word());
    }

    /// Waits until it is set.
    ///
    /// # Errors
    ///
    /// [`WaitError`], when Ctrl-C comes first.
    pub fn wait(&self) -> Result<(), WaitError> {
        self.wait_until(None).map(|_| ())
    }

    /// Waits until it is set, which is `true`, but no longer than `patience`.
    ///
    /// Set and cleared again while we waited is `true` as well; Python may
    /// say `False` then.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_timeout(&self, patience: Duration) -> Result<bool, WaitError> {
        self.wait_until(Instant::now().checked_add(patience))
    }

    fn wait_until(&self, deadline: Option<Instant>) -> Result<bool, WaitError> {
        if self.is_set() {
            return Ok(true);
        }
        let _wait = trace::span(trace::Category::Wait, "event");
        wait(self.word(), deadline)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::model::{ModelWord, in_every_order};
    use loom::sync::Arc;
    use loom::thread;

    #[test]
    fn whoever_waits_sees_it_set_in_every_order() {
        in_every_order(3, || {
            let word = Arc::new(ModelWord::new(0));
            let waiters = [0, 1].map(|_| {
                let word = Arc::clone(&word);
                thread::spawn(move || wait(&*word, None).unwrap())
            });
            set(&*word);
            for waiter in waiters {
                assert!(waiter.join().unwrap());
            }
        });
    }

    #[test]
    fn set_and_cleared_it_is_seen_by_who_waited_in_every_order() {
        in_every_order(2, || {
            let word = Arc::new(ModelWord::new(0));
            let waiter = {
                let word = Arc::clone(&word);
                thread::spawn(move || wait_since(&*word, 0, None).unwrap())
            };
            set(&*word);
            clear(&*word);
            assert!(waiter.join().unwrap());
        });
    }

    #[test]
    fn a_ping_is_answered_by_a_pong_in_every_order() {
        in_every_order(2, || {
            let words = Arc::new([0, 0].map(ModelWord::new));
            let partner = {
                let words = Arc::clone(&words);
                thread::spawn(move || {
                    wait(&words[0], None).unwrap();
                    clear(&words[0]);
                    set(&words[1]);
                })
            };
            set(&words[0]);
            wait(&words[1], None).unwrap();
            clear(&words[1]);
            partner.join().unwrap();
        });
    }
}
