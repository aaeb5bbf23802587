//! So many at a time.
//!
//! | word | what                                                          |
//! | ---- | ------------------------------------------------------------- |
//! | 0    | a `signal`: a permit has become free                          |
//! | 1    | how many of the words below have ever been used               |
//! | 2 –  | one for each permit: not there, free, or the `Id` of whoever has it |

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use shared_memory_demo::SharedCell;
use time_utils::trace;

use crate::error::{AcquireError, MakeError, ReleaseError, WaitError};
use crate::member::{Company, Gone, Id, Member};
use crate::signal;
use crate::slots::{EMPTY, Slots};
use crate::watch::Departure;
use crate::word::{Word, over};

/// A permit that nobody has. Else it is who has it.
const FREE: u32 = 1;

/// As many permits as a semaphore can have.
const MOST: usize = 4096;

/// The words, each by its name.
struct Permits<'w, W> {
    freed: &'w W,
    slots: Slots<'w, W>,
}

impl<'w, W: Word> From<&'w [W]> for Permits<'w, W> {
    fn from(words: &'w [W]) -> Self {
        let slots = Slots { bound: &words[1], words: &words[2..] };
        Self { freed: &words[0], slots }
    }
}

impl<W: Word> Permits<'_, W> {
    /// Takes a permit as soon as there is one; `None` where that takes until
    /// `deadline`.
    fn acquire(
        &self,
        me: Id,
        deadline: Option<Instant>,
    ) -> Result<Option<usize>, WaitError> {
        loop {
            let seen = signal::read(self.freed);
            if let Some(permit) = self.try_acquire(me) {
                return Ok(Some(permit));
            }
            if over(deadline) {
                return Ok(None);
            }
            signal::wait(self.freed, seen, deadline)?;
        }
    }

    fn try_acquire(&self, me: Id) -> Option<usize> {
        let free = |seen| (seen == FREE).then_some(me.in_word());
        self.slots.change_one(0, free)
    }

    fn give_back(&self, permit: usize) {
        self.slots.words[permit].store(FREE);
        signal::ring(self.freed);
    }

    /// One more permit, where there is room for it.
    fn add(&self) -> bool {
        let added = self.slots.claim(FREE).is_some();
        if added {
            signal::ring(self.freed);
        }
        added
    }

    /// What those who have gone had is free.
    fn bury(&self, gone: &Gone) {
        let theirs = |seen| {
            let dead = Id::of_word(seen).is_some_and(|id| gone.includes(id));
            dead.then_some(FREE)
        };
        for permit in self.slots.iter() {
            let _ = permit.update(theirs);
        }
        // Always: they may have died before they could say so themselves.
        signal::ring(self.freed);
    }

    fn free(&self) -> usize {
        self.slots.iter().filter(|permit| permit.load() == FREE).count()
    }
}

#[derive(Debug)]
struct Holders;

impl Company for Holders {
    fn gone(
        words: &[SharedCell<u32>],
        gone: &Gone,
        _: Departure,
        _: Option<usize>,
    ) {
        Permits::from(words).bury(gone);
    }
}

/// Permits for several processes, and for their threads: whoever has one may
/// go on, the others wait.
///
/// A permit comes back when its [`Permit`] is dropped, or when the process
/// that has it dies. Used the other way, to count what there is to do, a
/// permit is taken for good with [`Permit::forget`], and
/// [`release`](Self::release) adds one.
///
/// A clone is the same semaphore. Passed to a worker, it is the same there.
///
/// Python: `multiprocessing.Semaphore`. There a permit that a killed process
/// had is lost.
///
/// ```
/// use synchronization::Semaphore;
///
/// let semaphore = Semaphore::new(2)?;
/// let first = semaphore.acquire()?;
/// let second = semaphore.acquire()?;
/// assert!(semaphore.try_acquire().is_err());
/// drop(first);
/// assert_eq!(semaphore.available(), 1);
/// # drop(second);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Semaphore {
    inner: Arc<Inner>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
struct Inner {
    member: Member<Holders>,
    /// The permits that were kept. They keep this in memory, so that they
    /// stay ours when all handles are dropped.
    #[serde(skip)]
    kept: Mutex<Vec<Permit>>,
}

impl Semaphore {
    /// A new semaphore with this many permits, from 0 to 4096.
    ///
    /// # Errors
    ///
    /// [`MakeError`], where they are more, or there is no shared memory.
    pub fn new(permits: usize) -> Result<Self, MakeError> {
        Self::with_room(permits, MOST)
    }

    fn with_room(permits: usize, room: usize) -> Result<Self, MakeError> {
        if permits > MOST {
            return Err(MakeError::Range {
                what: "permits",
                asked: permits,
                least: 0,
                most: MOST,
            });
        }
        let bound = u32::try_from(permits).expect("it is at most `MOST`");
        let mut words = vec![0, bound];
        words.resize(2 + permits, FREE);
        words.resize(2 + room, EMPTY);
        let (member, kept) = (Member::make(&words)?, Mutex::default());
        Ok(Self { inner: Arc::new(Inner { member, kept }) })
    }

    fn permits(&self) -> Permits<'_, SharedCell<u32>> {
        self.inner.member.words().into()
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Permit>> {
        self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a permit, and has it until the [`Permit`] is dropped.
    ///
    /// # Errors
    ///
    /// [`AcquireError::Wait`], when Ctrl-C comes first.
    pub fn acquire(&self) -> Result<Permit, AcquireError> {
        self.acquire_until(None)
    }

    /// As [`acquire`](Self::acquire), but no longer than `patience`.
    ///
    /// # Errors
    ///
    /// As `acquire`, and [`AcquireError::Taken`] when the time is over.
    pub fn acquire_timeout(
        &self,
        patience: Duration,
    ) -> Result<Permit, AcquireError> {
        self.acquire_until(Instant::now().checked_add(patience))
    }

    /// As [`acquire`](Self::acquire), but does not wait.
    ///
    /// # Errors
    ///
    /// As `acquire`, and [`AcquireError::Taken`] where there is no permit.
    pub fn try_acquire(&self) -> Result<Permit, AcquireError> {
        self.acquire_timeout(Duration::ZERO)
    }

    fn acquire_until(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Permit, AcquireError> {
        let (me, permits) = (self.inner.member.me(), self.permits());
        let permit = |number| Permit::new(self, number);
        if let Some(number) = permits.try_acquire(me) {
            return Ok(permit(number));
        }
        // Whoever we have seen end, has none any longer.
        self.inner.member.see_to_departures();
        let _wait = trace::span(trace::Category::Wait, "semaphore");
        let acquired = permits.acquire(me, deadline)?;
        acquired.map(permit).ok_or(AcquireError::Taken)
    }

    /// Gives back a permit that this process has [kept](Permit::keep); where
    /// it has kept none, adds one to those there are. So the process that has
    /// kept one gives it back, and no other.
    ///
    /// Python: `release()`.
    ///
    /// # Errors
    ///
    /// [`ReleaseError::TooOften`], where there would be more than 4096.
    pub fn release(&self) -> Result<(), ReleaseError> {
        if self.kept().pop().is_some() || self.permits().add() {
            return Ok(());
        }
        let permits = self.permits().slots.words.len();
        Err(ReleaseError::TooOften { permits })
    }

    /// How many permits nobody has; a moment later that may be different.
    ///
    /// Python: `get_value()`.
    #[must_use]
    pub fn available(&self) -> usize {
        self.inner.member.see_to_departures();
        self.permits().free()
    }
}

/// A [`Semaphore`] that never has more permits than it was made with: one
/// release too many is an error, and not a permit too many.
///
/// Python: `multiprocessing.BoundedSemaphore`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BoundedSemaphore {
    inner: Semaphore,
}

impl BoundedSemaphore {
    /// A new semaphore with this many permits, from 0 to 4096.
    ///
    /// # Errors
    ///
    /// As [`Semaphore::new`].
    pub fn new(permits: usize) -> Result<Self, MakeError> {
        Ok(Self { inner: Semaphore::with_room(permits, permits)? })
    }

    /// As [`Semaphore::acquire`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn acquire(&self) -> Result<Permit, AcquireError> {
        self.inner.acquire()
    }

    /// As [`Semaphore::acquire_timeout`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn acquire_timeout(
        &self,
        patience: Duration,
    ) -> Result<Permit, AcquireError> {
        self.inner.acquire_timeout(patience)
    }

    /// As [`Semaphore::try_acquire`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn try_acquire(&self) -> Result<Permit, AcquireError> {
        self.inner.try_acquire()
    }

    /// Gives back a permit that this process has [kept](Permit::keep), or one
    /// that was [forgotten](Permit::forget).
    ///
    /// # Errors
    ///
    /// [`ReleaseError::TooOften`], where there is none of either. Python:
    /// `ValueError`.
    pub fn release(&self) -> Result<(), ReleaseError> {
        self.inner.release()
    }

    /// As [`Semaphore::available`].
    #[must_use]
    pub fn available(&self) -> usize {
        self.inner.available()
    }
}

/// A permit of a semaphore, which goes back when this is dropped.
#[must_use = "dropped at once, it goes back at once"]
pub struct Permit {
    semaphore: Semaphore,
    number: usize,
    forgotten: bool,
}

impl Permit {
    fn new(semaphore: &Semaphore, number: usize) -> Self {
        Self { semaphore: semaphore.clone(), number, forgotten: false }
    }

    /// Goes on having the permit without this, until
    /// [`release`](Semaphore::release), or until this process ends.
    pub fn keep(self) {
        let semaphore = self.semaphore.clone();
        semaphore.kept().push(self);
    }

    /// Takes the permit away for good: there is one less, also when this
    /// process dies, until somebody adds one.
    pub fn forget(mut self) {
        self.semaphore.permits().slots.words[self.number].store(EMPTY);
        self.forgotten = true;
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if !self.forgotten {
            self.semaphore.permits().give_back(self.number);
        }
    }
}

impl fmt::Debug for Permit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit({})", self.number)
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

    fn words(permits: &[u32]) -> Vec<ModelWord> {
        let bound = u32::try_from(permits.len()).unwrap();
        let words = [&[0, bound], permits].concat();
        words.into_iter().map(ModelWord::new).collect()
    }

    fn permits(words: &[ModelWord]) -> Permits<'_, ModelWord> {
        words.into()
    }

    #[test]
    fn a_permit_that_comes_back_wakes_whoever_waits_in_every_order() {
        in_every_order(2, || {
            let words = Arc::new(words(&[OTHER.in_word()]));
            let waiter = {
                let words = Arc::clone(&words);
                thread::spawn(move || {
                    let permits = permits(&words);
                    let mine = permits.acquire(ME, None).unwrap().unwrap();
                    permits.give_back(mine);
                })
            };
            permits(&words).give_back(0);
            let again = permits(&words).acquire(OTHER, None).unwrap().unwrap();
            permits(&words).give_back(again);
            waiter.join().unwrap();
            assert_eq!(permits(&words).free(), 1);
        });
    }

    #[test]
    fn the_permit_of_one_that_dies_comes_back_in_every_order() {
        in_every_order(3, || {
            let words = Arc::new(words(&[OTHER.in_word()]));
            let waiters = [0, 1].map(|_| {
                let words = Arc::clone(&words);
                thread::spawn(move || {
                    let permits = permits(&words);
                    let mine = permits.acquire(ME, None).unwrap().unwrap();
                    permits.give_back(mine);
                })
            });
            permits(&words).bury(&Gone::one(OTHER));
            for waiter in waiters {
                waiter.join().unwrap();
            }
            assert_eq!(permits(&words).free(), 1);
        });
    }

    #[test]
    fn a_permit_that_is_added_is_found_in_every_order() {
        in_every_order(2, || {
            let words = Arc::new(
                [0, 0, EMPTY]
                    .map(ModelWord::new)
                    .into_iter()
                    .collect::<Vec<_>>(),
            );
            let waiter = {
                let words = Arc::clone(&words);
                thread::spawn(move || {
                    permits(&words).acquire(ME, None).unwrap().unwrap()
                })
            };
            assert!(permits(&words).add());
            assert_eq!(waiter.join().unwrap(), 0);
        });
    }
}
