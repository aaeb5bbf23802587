//! A word of shared memory, and sleeping until it changes.
//!
//! A futex: the kernel lets a thread sleep on the address of a word, if the
//! word still is what the thread saw last, and wakes those who sleep there
//! when another thread, of whatever process, asks for it. All state is in the
//! word; the kernel knows nothing of locks.

use std::num::NonZero;
use std::sync::LazyLock;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::time::{Duration, Instant};
use std::{hint, io, thread};

use process_spawning::interrupted;
use rustix::io::Errno;
use rustix::thread::futex;
use shared_memory_demo::SharedCell;

use crate::error::WaitError;

/// Woken, however many there are.
pub(crate) const ALL: u32 = i32::MAX as u32;

/// How often one looks at a word before one sleeps. To be woken takes a
/// hundred times as long as most locks are held. With a single core it is in
/// vain: whoever is to change the word cannot run meanwhile.
static LOOKS: LazyLock<u32> = LazyLock::new(|| {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    if cores > 1 { 50 } else { 0 }
});

/// How long one sleeps before one looks up whether Ctrl-C was pressed: the
/// kernel does not let one wait for that and for a word.
const GLANCE: Duration = Duration::from_millis(100);

/// A word that several processes use. A trait, so that the tests can try all
/// orders of its steps on a word that is a model.
pub(crate) trait Word {
    /// Reads; whoever reads sees what was done before it was written.
    fn load(&self) -> u32;

    /// Writes.
    fn store(&self, new: u32);

    /// Writes `new` if it is `current`; else says what it is.
    fn compare_exchange(&self, current: u32, new: u32) -> Result<u32, u32>;

    /// Sets the bits that are set in `bits`; returns what it was.
    fn fetch_or(&self, bits: u32) -> u32;

    /// Keeps the bits that are set in `bits`; returns what it was.
    fn fetch_and(&self, bits: u32) -> u32;

    /// Sleeps while the word is `expected`, at the longest until `deadline`.
    /// May return earlier: look again.
    fn wait(
        &self,
        expected: u32,
        deadline: Option<Instant>,
    ) -> Result<(), WaitError>;

    /// Wakes this many of those who sleep.
    fn wake(&self, how_many: u32);

    /// Replaces the word by what `change` makes of it, and returns what it
    /// was; where `change` makes nothing of it, that is the error.
    fn update(
        &self,
        mut change: impl FnMut(u32) -> Option<u32>,
    ) -> Result<u32, u32> {
        let mut seen = self.load();
        while let Some(new) = change(seen) {
            match self.compare_exchange(seen, new) {
                Ok(_) => return Ok(seen),
                Err(now) => seen = now,
            }
        }
        Err(seen)
    }
}

/// Whether `deadline` is over.
pub(crate) fn over(deadline: Option<Instant>) -> bool {
    deadline.is_some_and(|deadline| deadline <= Instant::now())
}

impl Word for SharedCell<u32> {
    fn load(&self) -> u32 {
        self.as_atomic().load(Acquire)
    }

    fn store(&self, new: u32) {
        self.as_atomic().store(new, Release);
    }

    fn compare_exchange(&self, current: u32, new: u32) -> Result<u32, u32> {
        self.as_atomic().compare_exchange(current, new, AcqRel, Acquire)
    }

    fn fetch_or(&self, bits: u32) -> u32 {
        self.as_atomic().fetch_or(bits, AcqRel)
    }

    fn fetch_and(&self, bits: u32) -> u32 {
        self.as_atomic().fetch_and(bits, AcqRel)
    }

    // ANCHOR: wait
    fn wait(
        &self,
        expected: u32,
        deadline: Option<Instant>,
    ) -> Result<(), WaitError> {
        if looked_up(self, expected) {
            return Ok(());
        }
        let now = Instant::now();
        let left = deadline.map(|deadline| deadline.duration_since(now));
        let patience = left.map_or(GLANCE, |left| left.min(GLANCE));
        let patience = patience.try_into().map_err(io::Error::other)?;
        // Not private: those who wake us are other processes.
        let flags = futex::Flags::empty();
        match futex::wait(self.as_atomic(), flags, expected, Some(&patience)) {
            // Woken; changed already; a signal; time is over.
            Ok(()) | Err(Errno::AGAIN | Errno::INTR | Errno::TIMEDOUT) => {}
            Err(error) => return Err(io::Error::from(error).into()),
        }
        match interrupted() {
            Some(interrupted) => Err(interrupted.into()),
            None => Ok(()),
        }
    }

    fn wake(&self, how_many: u32) {
        // It can only fail for an address that is none.
        let _ = futex::wake(self.as_atomic(), futex::Flags::empty(), how_many);
    }
    // ANCHOR_END: wait
}

/// Looks at the word for a moment: whether it is no longer what it was.
fn looked_up(word: &impl Word, expected: u32) -> bool {
    (0..*LOOKS).any(|_| {
        hint::spin_loop();
        word.load() != expected
    })
}

/// A word for models: loom tries all orders in which threads can use it.
#[cfg(test)]
pub(crate) mod model {
    use super::*;
    use loom::sync::atomic::AtomicU32;
    use loom::sync::{Condvar, Mutex};

    /// The kernel's side of a futex, as a mutex and a condition variable: who
    /// finds the word changed does not sleep, and between the look and the
    /// sleep nobody wakes.
    #[derive(Debug)]
    pub(crate) struct ModelWord {
        word: AtomicU32,
        queue: Mutex<()>,
        awake: Condvar,
    }

    /// Runs `model` in every order that its threads can take their steps in.
    /// Three threads have too many: those orders then in which nobody is
    /// interrupted more than twice, as the authors of loom advise.
    pub(crate) fn in_every_order(
        threads: usize,
        model: impl Fn() + Send + Sync + 'static,
    ) {
        let mut orders = loom::model::Builder::new();
        orders.preemption_bound = (threads > 2).then_some(2);
        orders.check(model);
    }

    impl ModelWord {
        pub(crate) fn new(word: u32) -> Self {
            let word = AtomicU32::new(word);
            Self { word, queue: Mutex::new(()), awake: Condvar::new() }
        }
    }

    impl Word for ModelWord {
        fn load(&self) -> u32 {
            self.word.load(Acquire)
        }

        fn store(&self, new: u32) {
            self.word.store(new, Release);
        }

        fn compare_exchange(&self, current: u32, new: u32) -> Result<u32, u32> {
            self.word.compare_exchange(current, new, AcqRel, Acquire)
        }

        fn fetch_or(&self, bits: u32) -> u32 {
            self.word.fetch_or(bits, AcqRel)
        }

        fn fetch_and(&self, bits: u32) -> u32 {
            self.word.fetch_and(bits, AcqRel)
        }

        fn wait(
            &self,
            expected: u32,
            _: Option<Instant>,
        ) -> Result<(), WaitError> {
            let queue = self.queue.lock().unwrap();
            if self.word.load(Acquire) == expected {
                drop(self.awake.wait(queue).unwrap());
            }
            Ok(())
        }

        fn wake(&self, how_many: u32) {
            let _queue = self.queue.lock().unwrap();
            if how_many == 1 {
                self.awake.notify_one();
            } else {
                self.awake.notify_all();
            }
        }
    }
}
