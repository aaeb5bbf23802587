//! Until all are there.
//!
//! | word | what                                                        |
//! | ---- | ----------------------------------------------------------- |
//! | 0    | the rounds                                                  |
//! | 1    | how many parties there are                                  |
//! | 2    | how many threads of the maker have been there at the same time |
//! | 3    | to how many it was given for this run                       |

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use process_spawning::interrupted;
use serde::{Deserialize, Serialize};
use shared_memory_demo::SharedCell;
use time_utils::trace;

use crate::error::{BarrierError, MakeError};
use crate::member::{Company, Gone, Member};
use crate::rounds;
use crate::watch::Departure;

#[derive(Debug)]
struct Parties;

/// So many, and those of the maker that have come.
fn all(words: &[SharedCell<u32>], so_many: usize) -> usize {
    so_many + words[2].get() as usize
}

fn parties(words: &[SharedCell<u32>]) -> usize {
    words[1].get() as usize
}

impl Company for Parties {
    fn gone(
        words: &[SharedCell<u32>],
        _: &Gone,
        how: Departure,
        present: Option<usize>,
    ) {
        match (how, present) {
            (Departure::Died, _) => rounds::break_it(&words[0]),
            // Whoever could not start it may start another one.
            (Departure::NeverCame, _) => drop(words[3].fetch_sub(1)),
            (Departure::Left, None) => {}
            (Departure::Left, Some(present)) => {
                let too_few = all(words, present) < parties(words);
                rounds::too_few(&words[0], too_few);
            }
        }
    }

    fn maker_left(words: &[SharedCell<u32>], present: usize) {
        let came = words[2].swap(0) > 0;
        // After Ctrl-C they are about to be ended, and need not be told.
        if came && present > 0 && interrupted().is_none() {
            rounds::too_few(&words[0], present < parties(words));
        }
    }

    fn joined(words: &[SharedCell<u32>], present: usize) {
        let given = words[3].fetch_add(1) as usize;
        // All for whom it was made have had it and have gone: another run.
        let anew = present == 1 && all(words, given) >= parties(words);
        if anew {
            words[3].set(1);
        }
        if anew || all(words, present) >= parties(words) {
            rounds::too_few(&words[0], false);
        }
    }
}

/// A place where everybody waits until all are there; then all go on.
///
/// Where a party dies, the barrier breaks, as it does when a party gives up:
/// nobody waits for who does not come. It also breaks when a process lets go
/// of it while others wait, and those left are too few.
///
/// For that, each process that has it counts as one party, but the one that
/// made it as many as have come there.
///
/// A clone is the same barrier. Passed to a worker, it is the same there.
///
/// Python: `multiprocessing.Barrier(parties)`. For its `action`, let whoever
/// comes [first](Self::wait) do it, and wait once more.
///
/// ```
/// use std::thread;
/// use synchronization::Barrier;
///
/// let barrier = Barrier::new(2)?;
/// let other = thread::spawn({
///     let barrier = barrier.clone();
///     move || barrier.wait()
/// });
/// let before_me = barrier.wait()?;
/// let before_other = other.join().unwrap()?;
/// assert_eq!(before_me + before_other, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Barrier {
    member: Arc<Member<Parties>>,
    /// How many threads of this process are there.
    #[serde(skip)]
    here: Arc<AtomicU32>,
}

impl Barrier {
    /// A new barrier for this many parties, from 1 to 1023.
    ///
    /// # Errors
    ///
    /// [`MakeError`], where they are fewer or more, or there is no shared
    /// memory for it.
    pub fn new(parties: usize) -> Result<Self, MakeError> {
        let counted = u32::try_from(parties).unwrap_or(u32::MAX);
        if !(1..=rounds::MOST).contains(&counted) {
            return Err(MakeError::Range {
                what: "parties",
                asked: parties,
                least: 1,
                most: rounds::MOST as usize,
            });
        }
        let member = Member::make(&[0, counted, 0, 0])?;
        Ok(Self { member: Arc::new(member), here: Arc::default() })
    }

    fn word(&self) -> &SharedCell<u32> {
        &self.member.words()[0]
    }

    /// How many parties it waits for.
    #[must_use]
    pub fn parties(&self) -> usize {
        parties(self.member.words())
    }

    /// Waits until all parties are there, and says how many were there
    /// before: 0 for exactly one of them.
    ///
    /// # Errors
    ///
    /// [`BarrierError::Broken`]: not all will come. So it says, too, to a
    /// party that has slept while the others went round seven times without
    /// it. [`BarrierError::Wait`], when Ctrl-C comes first.
    pub fn wait(&self) -> Result<usize, BarrierError> {
        self.wait_until(None)
    }

    /// As [`wait`](Self::wait), but no longer than `patience`. Where that is
    /// not enough, the barrier is broken, for all.
    ///
    /// # Errors
    ///
    /// As `wait`.
    pub fn wait_timeout(
        &self,
        patience: Duration,
    ) -> Result<usize, BarrierError> {
        self.wait_until(Instant::now().checked_add(patience))
    }

    fn wait_until(
        &self,
        deadline: Option<Instant>,
    ) -> Result<usize, BarrierError> {
        let words = self.member.words();
        let here = self.here.fetch_add(1, Ordering::AcqRel) + 1;
        if self.member.is_maker() {
            words[2].update(|most| most.max(here));
        }
        let wait = trace::span(trace::Category::Wait, "barrier");
        let passed = rounds::pass(&words[0], words[1].get(), deadline);
        drop(wait);
        self.here.fetch_sub(1, Ordering::AcqRel);
        passed
    }

    /// Breaks it: all who wait, and all who come, get
    /// [`BarrierError::Broken`], until it is [reset](Self::reset).
    pub fn abort(&self) {
        rounds::break_it(self.word());
    }

    /// Makes it whole again, with nobody there. Those who wait get
    /// [`BarrierError::Broken`].
    ///
    /// Where too few are left, it is only whole again when others have been
    /// given it. But the process that made it knows whether it will start
    /// others: when that one resets it, all who have left are forgotten.
    pub fn reset(&self) {
        if self.member.is_maker() {
            self.member.see_to_departures();
            self.member.words()[3].set(0);
            rounds::too_few(self.word(), false);
        }
        rounds::reset(self.word());
    }

    /// How many are there and wait.
    ///
    /// Python: `n_waiting`.
    #[must_use]
    pub fn waiting(&self) -> usize {
        rounds::waiting(self.word())
    }

    /// Whether it is broken.
    ///
    /// Python: `broken`.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        rounds::is_broken(self.word())
    }
}
