//! One at a time.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shared_memory_demo::SharedCell;
use time_utils::trace;

use crate::error::{AcquireError, MakeError, ReleaseError};
use crate::member::{Company, Gone, Member};
use crate::ownership::{self, Acquired};
use crate::watch::Departure;
use crate::word::over;

/// A lock for several processes, and for their threads.
///
/// A clone is the same lock. Passed to a worker, it is the same lock there.
///
/// Python: `multiprocessing.Lock`. There any process may release it; here it
/// has an owner, and only the owner's guard, or its `release`, gives it back.
/// So it is known who died with it.
///
/// ```
/// use synchronization::Lock;
///
/// let lock = Lock::new()?;
/// let held = lock.acquire()?;
/// assert!(lock.is_locked());
/// drop(held);
/// assert!(!lock.is_locked());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Lock {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    member: Member<Owned>,
    /// The thread of this process that has acquired it, or 0.
    thread: AtomicU64,
    /// How often it has been acquired and not yet released: more than once
    /// only by an `RLock`.
    times: AtomicUsize,
    /// The guards that were kept. They keep this in memory, so that it stays
    /// held when all handles are dropped.
    kept: Mutex<Vec<Guard>>,
}

/// Its only word is that of `ownership`.
#[derive(Debug)]
struct Owned;

impl Company for Owned {
    fn gone(
        words: &[SharedCell<u32>],
        gone: &Gone,
        _: Departure,
        _: Option<usize>,
    ) {
        ownership::bury(&words[0], gone);
    }
}

impl Lock {
    /// A new lock, which nobody holds.
    ///
    /// # Errors
    ///
    /// [`MakeError`], where there is no shared memory for it.
    pub fn new() -> Result<Self, MakeError> {
        Ok(Self::of(Member::make(&[0])?))
    }

    fn of(member: Member<Owned>) -> Self {
        let (thread, times, kept) = Default::default();
        Self { inner: Arc::new(Inner { member, thread, times, kept }) }
    }

    /// The handle that this process has of this lock already; else this one.
    /// Who gets it twice, as with a [`Condition`](crate::Condition) of it, is
    /// one holder all the same.
    fn or_the_one_known(self) -> Self {
        static KNOWN: Mutex<Vec<Weak<Inner>>> = Mutex::new(Vec::new());
        let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|lock| lock.strong_count() > 0);
        let mut handles = known.iter().filter_map(Weak::upgrade);
        let same = handles.find(|one| one.member.is_same(&self.inner.member));
        if let Some(inner) = same {
            return Self { inner };
        }
        drop(handles);
        known.push(Arc::downgrade(&self.inner));
        self
    }

    fn word(&self) -> &SharedCell<u32> {
        &self.inner.member.words()[0]
    }

    /// Waits until nobody holds it, and holds it until the guard is dropped.
    ///
    /// Python: `acquire()`, or `with lock:`.
    ///
    /// # Errors
    ///
    /// [`AcquireError::Abandoned`] with the guard in it, where the last holder
    /// died: the lock is held. [`AcquireError::Already`], where this thread
    /// holds it. [`AcquireError::Wait`], when Ctrl-C comes first.
    pub fn acquire(&self) -> Result<Guard, AcquireError> {
        self.acquire_until(None)
    }

    /// As [`acquire`](Self::acquire), but no longer than `patience`.
    ///
    /// Python: `acquire(timeout=…)`.
    ///
    /// # Errors
    ///
    /// As `acquire`, and [`AcquireError::Taken`] when the time is over.
    pub fn acquire_timeout(
        &self,
        patience: Duration,
    ) -> Result<Guard, AcquireError> {
        self.acquire_until(Instant::now().checked_add(patience))
    }

    /// As [`acquire`](Self::acquire), but does not wait.
    ///
    /// Python: `acquire(block=False)`.
    ///
    /// # Errors
    ///
    /// As `acquire`, and [`AcquireError::Taken`] where somebody holds it.
    pub fn try_acquire(&self) -> Result<Guard, AcquireError> {
        self.acquire_timeout(Duration::ZERO)
    }

    pub(crate) fn acquire_until(
        &self,
        deadline: Option<Instant>,
    ) -> Result<Guard, AcquireError> {
        let me = self.inner.member.me();
        if let Some(acquired) = ownership::try_acquire(self.word(), me) {
            return self.guard(acquired);
        }
        if self.is_mine() {
            return Err(AcquireError::Already);
        }
        // Whoever we have seen end, has it no longer.
        self.inner.member.see_to_departures();
        if over(deadline) {
            let acquired = ownership::try_acquire(self.word(), me);
            let acquired = acquired.ok_or(AcquireError::Taken)?;
            return self.guard(acquired);
        }
        let _wait = trace::span(trace::Category::Wait, "lock");
        match ownership::acquire(self.word(), me, deadline)? {
            Some(acquired) => self.guard(acquired),
            None => Err(AcquireError::Taken),
        }
    }

    fn guard(&self, acquired: Acquired) -> Result<Guard, AcquireError> {
        self.inner.thread.store(this_thread(), Ordering::Relaxed);
        let guard = self.once_more();
        match acquired {
            Acquired::Clean => Ok(guard),
            Acquired::Abandoned => Err(AcquireError::Abandoned(guard)),
        }
    }

    /// One more guard, for whoever holds it.
    pub(crate) fn once_more(&self) -> Guard {
        self.inner.times.fetch_add(1, Ordering::Relaxed);
        Guard { lock: self.clone() }
    }

    /// Gives back what was acquired and then [kept](Guard::keep).
    ///
    /// # Errors
    ///
    /// [`ReleaseError::NotHeld`], where this process has not kept it: nobody
    /// holds it, or somebody else, or a guard does.
    pub fn release(&self) -> Result<(), ReleaseError> {
        match self.kept().pop() {
            Some(_guard) => Ok(()),
            None => Err(ReleaseError::NotHeld),
        }
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Guard>> {
        self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Once; it is released when that was the last time.
    fn give_back(&self) {
        if self.inner.times.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.inner.thread.store(0, Ordering::Relaxed);
            if thread::panicking() {
                ownership::abandon(self.word());
            } else {
                ownership::release(self.word());
            }
        }
    }

    /// Whether anybody holds it; a moment later that may be different.
    ///
    /// Python: `locked()`, since 3.14.
    #[must_use]
    pub fn is_locked(&self) -> bool {
        ownership::is_owned(self.word())
    }

    /// Whether this thread holds it.
    pub(crate) fn is_mine(&self) -> bool {
        self.inner.thread.load(Ordering::Relaxed) == this_thread()
    }

    /// Whether both are the same lock.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.inner.member.is_same(&other.inner.member)
    }
}

/// A number for each thread of this process.
fn this_thread() -> u64 {
    static THREADS: AtomicU64 = AtomicU64::new(1);
    thread_local! {
        static NUMBER: u64 = THREADS.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

/// The lock is held, until this is dropped.
///
/// `let _ = lock.acquire()?;` drops it at once; `let _held = …` does not.
///
/// Dropped by a panic, in the middle of a change perhaps, it leaves the lock
/// abandoned, as a death does: the next one is told. Dropped by a `?`, it does
/// not: there you know better whether the change was complete.
#[must_use = "dropped at once, it releases the lock at once"]
pub struct Guard {
    lock: Lock,
}

impl Guard {
    /// What the lock protects has been put right, after its last holder died:
    /// the next one is told nothing.
    pub fn repaired(self) -> Self {
        ownership::repaired(self.lock.word());
        self
    }

    /// Goes on holding the lock without a guard, until
    /// [`Lock::release`], or until this process ends.
    pub fn keep(self) {
        let lock = self.lock.clone();
        lock.kept().push(self);
    }

    /// The lock that it holds.
    pub(crate) fn lock(&self) -> &Lock {
        &self.lock
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.lock.give_back();
    }
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Guard")
    }
}

impl Serialize for Lock {
    fn serialize<S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        self.inner.member.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Lock {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let lock = Self::of(Member::deserialize(deserializer)?);
        Ok(lock.or_the_one_known())
    }
}
