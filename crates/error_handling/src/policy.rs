//! What is tried again, how often, and after how long.

use std::num::NonZeroUsize;
use std::time::Duration;

use pool_map::Cause;

use crate::lost::Reason;
use crate::respawn_limit::RespawnLimit;

/// What to do about a task that has failed.
///
/// What happened to it decides:
///
/// | the task …                          | then                            |
/// | ----------------------------------- | ------------------------------- |
/// | returned an error                   | again, up to [`tries`](Self::tries) |
/// | ended its worker, or took too long  | again, up to [`worker_ends`](Self::worker_ends) |
/// | was not done, as no worker was left | again: it is not the task's fault |
/// | panicked, or cannot be carried      | given up: it would do so again  |
///
/// ```
/// use std::num::NonZeroUsize;
///
/// use error_handling::Policy;
///
/// let once = Policy { tries: NonZeroUsize::MIN, ..Policy::default() };
/// assert_eq!(once.worker_ends.get(), 2);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// How often a task may return an error before it is given up: 3.
    pub tries: NonZeroUsize,
    /// How many workers a task may end, or be ended with as it took too long,
    /// before it is given up as poison: 2. The first time it may have been
    /// somebody else who ended the worker.
    pub worker_ends: NonZeroUsize,
    /// How long to wait before a task is tried again: 100 ms. After each
    /// further failure it is twice as long as before.
    pub first_pause: Duration,
    /// But never longer than this: 5 s.
    pub longest_pause: Duration,
    /// How many workers may end before it is taken for a storm.
    pub respawn_limit: RespawnLimit,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: const { NonZeroUsize::new(3).expect("it is 3") },
            worker_ends: const { NonZeroUsize::new(2).expect("it is 2") },
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(5),
            respawn_limit: RespawnLimit::default(),
        }
    }
}

/// What becomes of a task that has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is tried again after this pause.
    Again(Duration),
    GiveUp(Reason),
}

impl Policy {
    // ANCHOR: verdict
    /// What becomes of a task that has failed in these ways, the last one
    /// just now.
    pub(crate) fn verdict(&self, failures: &[&Cause]) -> Verdict {
        let Some(last) = failures.last() else {
            return Verdict::Again(Duration::ZERO);
        };
        let times = |what: fn(&Cause) -> bool| {
            failures.iter().filter(|cause| what(cause)).count()
        };
        let given_up = match last {
            Cause::Error { .. } => {
                (times(is_error) >= self.tries.get()).then_some(Reason::Failed)
            }
            Cause::WorkerEnded(_) | Cause::TimedOut(_) => (times(ended_worker)
                >= self.worker_ends.get())
            .then_some(Reason::Poison),
            Cause::NoWorker(_) => None,
            _ => Some(Reason::Hopeless),
        };
        match given_up {
            Some(reason) => Verdict::GiveUp(reason),
            None => Verdict::Again(self.pause_after(failures.len())),
        }
    }
    // ANCHOR_END: verdict

    /// How long to wait after so many failures.
    fn pause_after(&self, failures: usize) -> Duration {
        let doublings = u32::try_from(failures - 1).unwrap_or(u32::MAX);
        let factor = 2_u32.saturating_pow(doublings);
        self.first_pause.saturating_mul(factor).min(self.longest_pause)
    }
}

fn is_error(cause: &Cause) -> bool {
    matches!(cause, Cause::Error { .. })
}

/// Whether a worker is gone with it.
pub(crate) fn ended_worker(cause: &Cause) -> bool {
    matches!(cause, Cause::WorkerEnded(_) | Cause::TimedOut(_))
}

#[cfg(test)]
mod tests {
    use process_spawning::Exit;

    use super::*;

    const KILLED: Cause = Cause::WorkerEnded(Exit::Signal(9));
    const LATE: Cause = Cause::TimedOut(Duration::from_secs(1));
    const NO_WORKER: Cause = Cause::NoWorker(String::new());

    fn error() -> Cause {
        Cause::Error { chain: vec!["as asked".into()], backtrace: None }
    }

    fn panic() -> Cause {
        let (message, place) = ("as asked".into(), "here".into());
        Cause::Panic { message, place, backtrace: None }
    }

    fn verdict(failures: &[&Cause]) -> Verdict {
        Policy::default().verdict(failures)
    }

    fn again(milliseconds: u64) -> Verdict {
        Verdict::Again(Duration::from_millis(milliseconds))
    }

    #[test]
    fn an_error_is_tried_three_times() {
        let error = &error();
        assert_eq!(verdict(&[error]), again(100));
        assert_eq!(verdict(&[error; 2]), again(200));
        assert_eq!(verdict(&[error; 3]), Verdict::GiveUp(Reason::Failed));
    }

    #[test]
    fn a_task_may_end_one_worker_and_not_two_in_whichever_way() {
        for first in [&KILLED, &LATE] {
            assert_eq!(verdict(&[first]), again(100));
            for second in [&KILLED, &LATE] {
                let poison = Verdict::GiveUp(Reason::Poison);
                assert_eq!(verdict(&[first, second]), poison);
            }
        }
    }

    #[test]
    fn errors_and_ended_workers_are_counted_apart() {
        let error = &error();
        assert_eq!(verdict(&[error, error, &KILLED]), again(400));
        assert_eq!(verdict(&[&KILLED, error, error]), again(400));
    }

    #[test]
    fn a_panic_is_not_tried_again() {
        let hopeless = Verdict::GiveUp(Reason::Hopeless);
        assert_eq!(verdict(&[&panic()]), hopeless);
        assert_eq!(verdict(&[&Cause::Unreadable("no".into())]), hopeless);
    }

    #[test]
    fn that_no_worker_was_left_is_not_held_against_the_task() {
        assert_eq!(verdict(&[&NO_WORKER; 5]), again(1600));
        assert_eq!(verdict(&[&NO_WORKER, &NO_WORKER, &KILLED]), again(400));
    }

    #[test]
    fn a_pause_has_an_end_also_after_many_failures() {
        assert_eq!(verdict(&[&NO_WORKER; 100]), again(5000));
    }
}
