//! Until something is true.
//!
//! | word | what                                                           |
//! | ---- | -------------------------------------------------------------- |
//! | 0    | where to look first for whoever is notified next               |
//! | 1    | how many of the words below have ever been used                |
//! | 2 –  | one for each who waits: nobody, or its `Id`, and whether notified |
//!
//! Each sleeps on a word of its own, so that exactly as many are woken as
//! were notified.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use shared_memory_demo::SharedCell;
use time_utils::trace;

use crate::error::{AcquireError, MakeError, NotifyError, WaitError};
use crate::lock::{Guard, Lock};
use crate::member::{Company, Gone, Id, Member};
use crate::slots::{EMPTY, Slots};
use crate::watch::Departure;
use crate::word::{ALL, Word, over};

/// So many can wait at the same time.
const PLACES: usize = 256;

/// What stands beside the `Id` of one who waits.
const WAITS: u32 = 1;
const NOTIFIED: u32 = 2;

fn waits(id: Id) -> u32 {
    id.in_word() | WAITS
}

/// The words, each by its name.
struct Waiting<'w, W> {
    turn: &'w W,
    slots: Slots<'w, W>,
}

impl<'w, W: Word> From<&'w [W]> for Waiting<'w, W> {
    fn from(words: &'w [W]) -> Self {
        let slots = Slots { bound: &words[1], words: &words[2..] };
        Self { turn: &words[0], slots }
    }
}

impl<W: Word> Waiting<'_, W> {
    /// From now on `me` can be notified, at this place.
    fn enter(&self, me: Id) -> Option<usize> {
        self.slots.claim(waits(me))
    }

    /// Sleeps until notified, or `deadline` is over.
    fn sleep(
        &self,
        place: usize,
        me: Id,
        deadline: Option<Instant>,
    ) -> Result<(), WaitError> {
        let word = &self.slots.words[place];
        while word.load() == waits(me) && !over(deadline) {
            word.wait(waits(me), deadline)?;
        }
        Ok(())
    }

    /// Leaves the place; whether one was notified before.
    fn leave(&self, place: usize, me: Id) -> bool {
        let word = &self.slots.words[place];
        let left = word.compare_exchange(waits(me), EMPTY).is_ok();
        if !left {
            word.store(EMPTY);
        }
        !left
    }

    /// Leaves the place without acting on what one may have been notified of.
    fn give_up(&self, place: usize, me: Id) {
        if self.leave(place, me) {
            self.notify(1);
        }
    }

    /// Notifies up to `count` who wait: those first who have not been for
    /// longest, more or less.
    fn notify(&self, count: usize) {
        let notified =
            |seen| (seen & WAITS != 0).then_some(seen ^ WAITS ^ NOTIFIED);
        for _ in 0..count {
            let first = self.turn.load() as usize;
            let Some(place) = self.slots.change_one(first, notified) else {
                return;
            };
            self.turn.store(u32::try_from(place + 1).unwrap_or_default());
            self.slots.words[place].wake(ALL);
        }
    }

    /// Frees the places of those who have gone. Who was notified and can no
    /// longer act on it, has another one be notified.
    fn bury(&self, gone: &Gone) {
        let theirs = |seen| {
            let dead = Id::of_word(seen).is_some_and(|id| gone.includes(id));
            dead.then_some(EMPTY)
        };
        let mut in_vain = 0;
        for place in self.slots.iter() {
            if place.update(theirs).is_ok_and(|was| was & NOTIFIED != 0) {
                in_vain += 1;
            }
            // They may have died between notifying and waking.
            place.wake(ALL);
        }
        self.notify(in_vain);
    }
}

#[derive(Debug)]
struct Waiters;

impl Company for Waiters {
    fn gone(
        words: &[SharedCell<u32>],
        gone: &Gone,
        _: Departure,
        _: Option<usize>,
    ) {
        Waiting::from(words).bury(gone);
    }
}

/// Waiting, with a lock released meanwhile, until something that the lock
/// protects is true.
///
/// Whoever makes it true holds the lock and notifies. Who waits has the lock
/// again when it goes on. Several conditions can share a lock.
///
/// A clone is the same condition. Passed to a worker, it is the same there,
/// and brings its lock along.
///
/// Python: `multiprocessing.Condition`.
///
/// ```no_run
/// use shared_memory_demo::Value;
/// use synchronization::{Condition, Lock};
///
/// let filled = Condition::new(&Lock::new()?)?;
/// let items = Value::new(0)?;
/// // Whoever takes an item:
/// let held = filled.lock().acquire()?;
/// let held = filled.wait_for(held, || items.get() > 0)?;
/// items.fetch_sub(1);
/// drop(held);
/// // Whoever brings one:
/// let held = filled.lock().acquire()?;
/// items.fetch_add(1);
/// filled.notify(&held, 1)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Condition {
    lock: Lock,
    member: Arc<Member<Waiters>>,
}

impl Condition {
    /// A new condition of what `lock` protects: a [`Lock`], and no
    /// [`RLock`](crate::RLock), which is Python's default. Who waits must
    /// release it, and of an `RLock` other guards might hold on to it.
    ///
    /// # Errors
    ///
    /// [`MakeError`], where there is no shared memory for it.
    pub fn new(lock: &Lock) -> Result<Self, MakeError> {
        let member = Member::make(&[EMPTY; 2 + PLACES])?;
        Ok(Self { lock: lock.clone(), member: Arc::new(member) })
    }

    /// The lock.
    #[must_use]
    pub fn lock(&self) -> &Lock {
        &self.lock
    }

    fn waiting(&self) -> Waiting<'_, SharedCell<u32>> {
        self.member.words().into()
    }

    /// Releases the lock, waits until notified, and acquires the lock again.
    ///
    /// # Errors
    ///
    /// As [`Lock::acquire`], and [`AcquireError::OtherLock`] for the guard of
    /// another lock, [`AcquireError::Crowded`] where more than 256 wait. The
    /// guard is dropped then; only in [`AcquireError::Abandoned`] is one.
    pub fn wait(&self, guard: Guard) -> Result<Guard, AcquireError> {
        self.wait_until(guard, None).map(|(guard, _)| guard)
    }

    /// As [`wait`](Self::wait), but no longer than `patience`: whether it was
    /// notified. It has the lock again in either case, and that may take
    /// longer.
    ///
    /// # Errors
    ///
    /// As `wait`.
    pub fn wait_timeout(
        &self,
        guard: Guard,
        patience: Duration,
    ) -> Result<(Guard, bool), AcquireError> {
        self.wait_until(guard, Instant::now().checked_add(patience))
    }

    /// Waits until `predicate` is true; it is asked while the lock is held.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_for(
        &self,
        mut guard: Guard,
        mut predicate: impl FnMut() -> bool,
    ) -> Result<Guard, AcquireError> {
        while !predicate() {
            guard = self.wait(guard)?;
        }
        Ok(guard)
    }

    /// As [`wait_for`](Self::wait_for), but no longer than `patience`: whether
    /// `predicate` is true.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_for_timeout(
        &self,
        mut guard: Guard,
        patience: Duration,
        mut predicate: impl FnMut() -> bool,
    ) -> Result<(Guard, bool), AcquireError> {
        let deadline = Instant::now().checked_add(patience);
        loop {
            if predicate() {
                return Ok((guard, true));
            }
            if over(deadline) {
                return Ok((guard, false));
            }
            guard = self.wait_until(guard, deadline)?.0;
        }
    }

    fn wait_until(
        &self,
        guard: Guard,
        deadline: Option<Instant>,
    ) -> Result<(Guard, bool), AcquireError> {
        if !guard.lock().is_same(&self.lock) {
            return Err(AcquireError::OtherLock);
        }
        let (me, waiting) = (self.member.me(), self.waiting());
        let place = waiting.enter(me);
        let place = place.ok_or(AcquireError::Crowded { places: PLACES })?;
        let lock = guard.lock().clone();
        drop(guard);
        let wait = trace::span(trace::Category::Wait, "condition");
        let slept = waiting.sleep(place, me, deadline);
        drop(wait);
        let acquired = slept.map_err(AcquireError::from);
        match acquired.and_then(|()| lock.acquire()) {
            // Not before: who is killed over waiting for the lock has acted
            // on nothing.
            Ok(guard) => Ok((guard, waiting.leave(place, me))),
            Err(error) => {
                waiting.give_up(place, me);
                Err(error)
            }
        }
    }

    /// Has up to `count` of those who wait go on, once the lock is released.
    /// That nobody waits is no error.
    ///
    /// # Errors
    ///
    /// [`NotifyError`], for the guard of another lock.
    pub fn notify(
        &self,
        guard: &Guard,
        count: usize,
    ) -> Result<(), NotifyError> {
        if !guard.lock().is_same(&self.lock) {
            return Err(NotifyError::OtherLock);
        }
        self.waiting().notify(count);
        Ok(())
    }

    /// Has all of those who wait go on, once the lock is released.
    ///
    /// # Errors
    ///
    /// As [`notify`](Self::notify).
    pub fn notify_all(&self, guard: &Guard) -> Result<(), NotifyError> {
        self.notify(guard, PLACES)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::model::{ModelWord, in_every_order};
    use loom::sync::Arc;
    use loom::thread;

    const ME: Id = Id(5);
    const OTHER: Id = Id(6);

    fn words() -> Vec<ModelWord> {
        [0, 0, EMPTY, EMPTY].map(ModelWord::new).into()
    }

    fn waiting(words: &[ModelWord]) -> Waiting<'_, ModelWord> {
        words.into()
    }

    fn sleeper(
        words: &Arc<Vec<ModelWord>>,
        me: Id,
    ) -> thread::JoinHandle<bool> {
        let place = waiting(words).enter(me).unwrap();
        let words = Arc::clone(words);
        thread::spawn(move || {
            waiting(&words).sleep(place, me, None).unwrap();
            waiting(&words).leave(place, me)
        })
    }

    #[test]
    fn a_notification_is_never_missed_in_any_order() {
        in_every_order(3, || {
            let words = Arc::new(words());
            let one = sleeper(&words, ME);
            let other = sleeper(&words, OTHER);
            waiting(&words).notify(1);
            waiting(&words).notify(1);
            assert!(one.join().unwrap());
            assert!(other.join().unwrap());
        });
    }

    #[test]
    fn a_notification_of_one_that_dies_goes_to_the_next_in_every_order() {
        in_every_order(2, || {
            let words = Arc::new(words());
            waiting(&words).enter(OTHER).unwrap();
            let survivor = sleeper(&words, ME);
            waiting(&words).notify(1);
            waiting(&words).bury(&Gone::one(OTHER));
            assert!(survivor.join().unwrap());
        });
    }

    #[test]
    fn one_that_dies_before_it_wakes_whom_it_notified_keeps_nobody_asleep() {
        in_every_order(2, || {
            let words = Arc::new(words());
            let survivor = sleeper(&words, ME);
            // Notified, but dead before it could wake.
            let seen = words[2].fetch_or(NOTIFIED);
            assert_eq!(seen, waits(ME));
            words[2].fetch_and(!WAITS);
            waiting(&words).bury(&Gone::one(OTHER));
            assert!(survivor.join().unwrap());
        });
    }

    #[test]
    fn one_that_dies_waiting_is_not_notified() {
        in_every_order(2, || {
            let words = Arc::new(words());
            waiting(&words).enter(OTHER).unwrap();
            let survivor = sleeper(&words, ME);
            waiting(&words).bury(&Gone::one(OTHER));
            waiting(&words).notify(1);
            assert!(survivor.join().unwrap());
        });
    }
}
