//! What is tried again, how often, and after how long.

use std::num::NonZeroUsize;
use std::time::Duration;

use pool_map::Cause;

use crate::lost::Reason;

/// What to do about a task that has failed.
///
/// What happened to it decides:
///
/// | the task …                          | then                            |
/// | ----------------------------------- | ------------------------------- |
/// | returned an error                   | again, up to [`tries`](Self::tries) |
/// | ended its worker, or took too long  | again, up to [`worker_ends`](Self::worker_ends) |
/// | was not done, as no worker could be had | again; after that often, all is stopped |
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
    /// But never longer than this: 5 s; nor longer than a year.
    pub longest_pause: Duration,
    /// How many workers may end one after the other, without any task done in
    /// between, before it is taken for a storm: 20.
    ///
    /// Where all of them end, it is not their tasks: a library is missing, or
    /// the memory is used up. Fresh ones would end as well, and starting them
    /// would keep the machine busy without end, as Python's pool does when its
    /// initializer fails. systemd has a limit for the same reason, with a time
    /// instead of a success: `StartLimitBurst`.
    pub respawn_limit: NonZeroUsize,
}

// ANCHOR: default
impl Default for Policy {
    fn default() -> Self {
        Self {
            tries: const { NonZeroUsize::new(3).expect("it is 3") },
            worker_ends: const { NonZeroUsize::new(2).expect("it is 2") },
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(5),
            respawn_limit: const { NonZeroUsize::new(20).expect("it is 20") },
        }
    }
}
// ANCHOR_END: default

/// As good as for ever, and yet a time that one can add to now.
const A_YEAR: Duration = Duration::from_hours(365 * 24);

/// What becomes of a task that has failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It is tried again after this pause.
    Again(Duration),
    /// It is given up.
    GiveUp(Reason),
    /// No worker can be had, for this task or for any other.
    Stop,
}

impl Policy {
    // ANCHOR: verdict
    /// What becomes of a task whose `last` failure is the latest of these.
    pub(crate) fn verdict(&self, last: &Cause, all: &[&Cause]) -> Verdict {
        let kind = kind_of(last);
        let times = all.iter().filter(|cause| kind_of(cause) == kind).count();
        match kind {
            Kind::Error if times >= self.tries.get() => {
                Verdict::GiveUp(Reason::Failed)
            }
            Kind::WorkerGone if times >= self.worker_ends.get() => {
                Verdict::GiveUp(Reason::Poison)
            }
            Kind::NoWorker if times >= self.tries.get() => Verdict::Stop,
            Kind::Hopeless => Verdict::GiveUp(Reason::Hopeless),
            _ => Verdict::Again(self.pause_after(all.len())),
        }
    }
    // ANCHOR_END: verdict

    /// How long to wait after so many failures.
    fn pause_after(&self, failures: usize) -> Duration {
        let doublings = u32::try_from(failures - 1).unwrap_or(u32::MAX);
        let pause =
            self.first_pause.saturating_mul(2_u32.saturating_pow(doublings));
        pause.min(self.longest_pause).min(A_YEAR)
    }
}

/// What kind of failure it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It returned an error: the next time it may not.
    Error,
    /// A worker is gone with it.
    WorkerGone,
    /// It was not even begun.
    NoWorker,
    /// It would fail in the same way again, or nobody wants it any more.
    Hopeless,
}

// ANCHOR: kind
pub(crate) fn kind_of(cause: &Cause) -> Kind {
    match cause {
        Cause::Error { .. } => Kind::Error,
        Cause::WorkerEnded(_) | Cause::TimedOut(_) => Kind::WorkerGone,
        Cause::NoWorker(_) => Kind::NoWorker,
        _ => Kind::Hopeless,
    }
}
// ANCHOR_END: kind

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
        Policy::default().verdict(failures.last().unwrap(), failures)
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
    fn that_no_worker_can_be_had_stops_all_at_the_third_time() {
        assert_eq!(verdict(&[&NO_WORKER; 2]), again(200));
        assert_eq!(verdict(&[&NO_WORKER; 3]), Verdict::Stop);
        // It is not held against the task.
        assert_eq!(verdict(&[&NO_WORKER, &NO_WORKER, &KILLED]), again(400));
        assert_eq!(verdict(&[&error(), &error(), &NO_WORKER]), again(400));
    }

    #[test]
    fn a_pause_has_an_end_also_after_many_failures() {
        let tries = NonZeroUsize::MAX;
        let patient = Policy { tries, ..Policy::default() };
        let error = &error();
        assert_eq!(patient.verdict(error, &[error; 100]), again(5000));
        let (first_pause, longest_pause) = (Duration::MAX, Duration::MAX);
        let patient = Policy { first_pause, longest_pause, ..patient };
        let year = Verdict::Again(A_YEAR);
        assert_eq!(patient.verdict(error, &[error; 100]), year);
    }
}
