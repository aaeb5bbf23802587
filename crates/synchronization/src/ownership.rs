//! A word that says who owns something.
//!
//! | bits | what                                                          |
//! | ---- | ------------------------------------------------------------- |
//! | 0    | somebody may be asleep: wake one when it becomes free         |
//! | 1    | the last owner died with it, and nobody has put it right yet  |
//! | 2–31 | the [`Id`] of the owner; 0 where it is free                   |
//!
//! Acquired and released in one step each: an owner that is killed has either
//! done it or not.

use std::time::Instant;

use crate::error::WaitError;
use crate::member::{Gone, Id};
use crate::word::{ALL, Word, over};

const SLEEPERS: u32 = 1;
const ABANDONED: u32 = 2;

/// How something was acquired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acquired {
    Clean,
    /// The last owner died with it.
    Abandoned,
}

/// Makes `me` the owner, where nobody is. `marks` are set together with it.
fn take(word: &impl Word, me: Id, marks: u32) -> Option<Acquired> {
    let mine = |seen| {
        let free = Id::of_word(seen).is_none();
        free.then_some(me.in_word() | seen | marks)
    };
    match word.update(mine).ok()? & ABANDONED {
        0 => Some(Acquired::Clean),
        _ => Some(Acquired::Abandoned),
    }
}

/// Makes `me` the owner; `None` where somebody else is.
pub(crate) fn try_acquire(word: &impl Word, me: Id) -> Option<Acquired> {
    take(word, me, 0)
}

/// Makes `me` the owner as soon as nobody else is; `None` where that takes
/// until `deadline`.
// ANCHOR: acquire
pub(crate) fn acquire(
    word: &impl Word,
    me: Id,
    deadline: Option<Instant>,
) -> Result<Option<Acquired>, WaitError> {
    let mut waited = Ok(());
    while waited.is_ok() && !over(deadline) {
        let taken = |seen| Id::of_word(seen).map(|_| seen | SLEEPERS);
        if let Ok(seen) = word.update(taken) {
            waited = word.wait(seen | SLEEPERS, deadline);
        }
        // Who has slept does not know whether others still do.
        if let Some(acquired) = take(word, me, SLEEPERS) {
            return Ok(Some(acquired));
        }
    }
    // Perhaps we were the one to be woken, and somebody else was faster, who
    // knows of no sleepers: let another one look.
    word.wake(1);
    waited.map(|()| None)
}
// ANCHOR_END: acquire

/// Lets the next one have it. It is ours: nobody else releases it.
pub(crate) fn release(word: &impl Word) {
    let seen = word.fetch_and(ABANDONED);
    if seen & SLEEPERS != 0 {
        word.wake(1);
    }
}

/// As [`release`], but the next one is told: what it protects may be half
/// changed.
pub(crate) fn abandon(word: &impl Word) {
    word.fetch_or(ABANDONED);
    release(word);
}

/// What it protects has been put right.
pub(crate) fn repaired(word: &impl Word) {
    word.fetch_and(!ABANDONED);
}

/// Somebody has gone: what it owned becomes free, and whoever gets it next
/// is told.
// ANCHOR: bury
pub(crate) fn bury(word: &impl Word, gone: &Gone) {
    let abandoned = |seen| {
        let dead = Id::of_word(seen).is_some_and(|owner| gone.includes(owner));
        dead.then_some(ABANDONED)
    };
    let _ = word.update(abandoned);
    // Whether or not it was the owner: it may have been woken to become it.
    word.wake(ALL);
}
// ANCHOR_END: bury

/// Whether anybody owns it.
pub(crate) fn is_owned(word: &impl Word) -> bool {
    Id::of_word(word.load()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::model::{ModelWord, in_every_order};
    use loom::sync::Arc;
    use loom::thread;

    const ME: Id = Id(5);
    const OTHER: Id = Id(6);

    /// What a lock protects: loom sees when two use it at once.
    type Protected = loom::cell::UnsafeCell<u32>;

    #[expect(unsafe_code, reason = "a plain number, as a lock protects it")]
    fn add(number: &Protected) {
        // SAFETY: none, but that the lock is held: loom fails the test where
        // that does not make it one at a time.
        number.with_mut(|number| unsafe { *number += 1 });
    }

    fn acquire_now(word: &impl Word, me: Id) -> Acquired {
        acquire(word, me, None).unwrap().unwrap()
    }

    #[test]
    fn one_at_a_time_in_every_order_and_nobody_sleeps_for_ever() {
        in_every_order(3, || {
            let shared = Arc::new((ModelWord::new(0), Protected::new(0)));
            let threads: Vec<_> = [OTHER, Id(7)]
                .map(|me| {
                    let shared = Arc::clone(&shared);
                    thread::spawn(move || {
                        let (word, number) = &*shared;
                        acquire_now(word, me);
                        add(number);
                        release(word);
                    })
                })
                .into();
            let (word, number) = &*shared;
            acquire_now(word, ME);
            add(number);
            release(word);
            for thread in threads {
                thread.join().unwrap();
            }
            assert!(!is_owned(word));
        });
    }

    #[test]
    fn an_owner_that_dies_makes_place_in_every_order() {
        in_every_order(3, || {
            let word = Arc::new(ModelWord::new(OTHER.in_word()));
            let survivors: Vec<_> = (0..2)
                .map(|_| {
                    let word = Arc::clone(&word);
                    thread::spawn(move || {
                        let acquired = acquire_now(&*word, ME);
                        release(&*word);
                        acquired
                    })
                })
                .collect();
            bury(&*word, &Gone::one(OTHER));
            for survivor in survivors {
                // Both: nobody has put it right.
                assert_eq!(survivor.join().unwrap(), Acquired::Abandoned);
            }
        });
    }

    #[test]
    fn one_that_dies_after_it_was_woken_keeps_nobody_asleep() {
        in_every_order(2, || {
            let word = Arc::new(ModelWord::new(ME.in_word()));
            let sleeper = {
                let word = Arc::clone(&word);
                thread::spawn(move || {
                    acquire_now(&*word, OTHER);
                })
            };
            // Released, but dead before it could wake anybody.
            word.fetch_and(ABANDONED);
            bury(&*word, &Gone::one(ME));
            sleeper.join().unwrap();
        });
    }

    /// Wakes us too late: somebody else has acquired it in between.
    struct Faster {
        word: ModelWord,
        woken: std::cell::Cell<u32>,
    }

    impl Word for Faster {
        fn load(&self) -> u32 {
            self.word.load()
        }

        fn store(&self, new: u32) {
            self.word.store(new);
        }

        fn compare_exchange(&self, current: u32, new: u32) -> Result<u32, u32> {
            self.word.compare_exchange(current, new)
        }

        fn fetch_or(&self, bits: u32) -> u32 {
            self.word.fetch_or(bits)
        }

        fn fetch_and(&self, bits: u32) -> u32 {
            self.word.fetch_and(bits)
        }

        fn wait(
            &self,
            expected: u32,
            deadline: Option<Instant>,
        ) -> Result<(), WaitError> {
            assert_eq!(expected, OTHER.in_word() | SLEEPERS);
            release(self);
            try_acquire(self, OTHER).unwrap();
            while !over(deadline) {
                std::thread::yield_now();
            }
            Ok(())
        }

        fn wake(&self, how_many: u32) {
            self.woken.set(self.woken.get() + how_many);
        }
    }

    #[test]
    fn one_that_was_woken_and_gives_up_wakes_the_next() {
        in_every_order(1, || {
            let word = ModelWord::new(OTHER.in_word());
            let word = Faster { word, woken: std::cell::Cell::new(0) };
            let soon = Instant::now() + std::time::Duration::from_millis(5);
            assert_eq!(acquire(&word, ME, Some(soon)).unwrap(), None);
            // By the release, and by the one that it woke in vain.
            assert_eq!(word.woken.get(), 2);
        });
    }

    #[test]
    fn what_is_repaired_is_clean_for_the_next_one() {
        in_every_order(2, || {
            let word = ModelWord::new(OTHER.in_word());
            bury(&word, &Gone::one(OTHER));
            assert_eq!(acquire_now(&word, ME), Acquired::Abandoned);
            repaired(&word);
            release(&word);
            assert_eq!(acquire_now(&word, ME), Acquired::Clean);
        });
    }

    #[test]
    fn nobody_acquires_what_another_one_owns() {
        in_every_order(2, || {
            let word = ModelWord::new(OTHER.in_word());
            assert_eq!(try_acquire(&word, ME), None);
            release(&word);
            assert_eq!(try_acquire(&word, ME), Some(Acquired::Clean));
        });
    }
}
