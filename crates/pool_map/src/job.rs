//! What waits for a worker: a chunk of tasks, and whom to tell of it.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use crossbeam::channel::Sender;
use postcard::Deserializer;
use process_spawning::{Exit, Interrupted, interrupted};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Cause, Failure, TaskError};
use crate::message::{Order, Report};

/// A chunk of tasks.
///
/// Whoever waits for it is told exactly once, whatever happens: where nobody
/// else does, its drop tells that the pool is gone.
#[derive(Debug)]
pub(crate) struct Job {
    /// What the worker is told.
    pub(crate) order: Vec<u8>,
    /// Which of the call's values they are.
    pub(crate) places: Range<usize>,
    pub(crate) stage: Stage,
    reply: Option<Sender<Reply>>,
}

/// What became of a chunk.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) places: Range<usize>,
    pub(crate) order_bytes: usize,
    /// The worker that had it, if one had.
    pub(crate) worker: Option<Arc<str>>,
    pub(crate) outcome: Outcome,
}

#[derive(Debug)]
pub(crate) enum Outcome {
    /// What the worker reported, and where in the bytes the results begin.
    Reported {
        header: Report,
        bytes: Vec<u8>,
        results_at: usize,
    },
    WorkerEnded(Exit),
    TimedOut(Duration),
    NoWorker(String),
    Unreadable(String),
    Interrupted(Interrupted),
    Terminated,
    Closed,
}

impl Job {
    pub(crate) fn new(
        order: Vec<u8>,
        places: Range<usize>,
        reply: Sender<Reply>,
    ) -> Self {
        Self { order, places, stage: Stage::default(), reply: Some(reply) }
    }

    /// A chunk of one task.
    pub(crate) fn of_one(
        task: &'static str,
        place: usize,
        value: &impl Serialize,
        reply: Sender<Reply>,
    ) -> Result<Self, TaskError> {
        let after = place.checked_add(1).expect("a place has a next one");
        let places = place..after;
        let mut order = Order::begin(task);
        order.add(value).map_err(|error| {
            TaskError::new(task, places.clone(), None, Cause::Argument(error))
        })?;
        Ok(Self::new(order.into_bytes(), places, reply))
    }

    /// Tells who waits.
    pub(crate) fn tell(mut self, worker: Option<Arc<str>>, outcome: Outcome) {
        self.tell_once(worker, outcome);
    }

    fn tell_once(&mut self, worker: Option<Arc<str>>, outcome: Outcome) {
        let Some(reply) = self.reply.take() else { return };
        let (places, order_bytes) = (self.places.clone(), self.order.len());
        // Where nobody waits any more, that is as well.
        let _ = reply.send(Reply { places, order_bytes, worker, outcome });
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        let why =
            interrupted().map_or(Outcome::Terminated, Outcome::Interrupted);
        self.tell_once(None, why);
    }
}

impl Reply {
    /// How large it is.
    pub(crate) fn bytes(&self) -> usize {
        match &self.outcome {
            Outcome::Reported { bytes, .. } => bytes.len(),
            _ => 0,
        }
    }

    /// Adds the results of its tasks to `results`, or says the first error.
    pub(crate) fn add_to<R: DeserializeOwned>(
        self,
        results: &mut Vec<R>,
        task: &'static str,
    ) -> Option<TaskError> {
        if let Outcome::Reported { header, bytes, results_at } = &self.outcome
            && header.failures.is_empty()
        {
            let before = results.len();
            let mut read = Deserializer::from_bytes(&bytes[*results_at..]);
            let all = self.places.clone().try_for_each(|_| {
                results.push(R::deserialize(&mut read)?);
                postcard::Result::Ok(())
            });
            if all.is_ok() {
                return None;
            }
            results.truncate(before);
        }
        self.outcomes::<R>(task).into_iter().find_map(Result::err)
    }

    /// What became of each of its tasks.
    pub(crate) fn outcomes<R: DeserializeOwned>(
        self,
        task: &'static str,
    ) -> Vec<Result<R, TaskError>> {
        let Self { places, worker, outcome, .. } = self;
        let error = |places: Range<usize>, cause| {
            let worker = worker.as_deref().map(str::to_owned);
            TaskError::new(task, places, worker, cause)
        };
        let all = |cause: &dyn Fn() -> Cause| {
            let each = places.clone();
            each.map(|_| Err(error(places.clone(), cause()))).collect()
        };
        match outcome {
            Outcome::Reported { header, bytes, results_at } => {
                let outcomes = read(header, &bytes[results_at..]);
                let with_place = places.clone().zip(outcomes);
                with_place
                    .map(|(place, outcome)| {
                        outcome.map_err(|failure| {
                            error(place..place + 1, failure.into())
                        })
                    })
                    .collect()
            }
            Outcome::WorkerEnded(exit) => all(&|| Cause::WorkerEnded(exit)),
            Outcome::TimedOut(after) => all(&|| Cause::TimedOut(after)),
            Outcome::NoWorker(why) => all(&|| Cause::NoWorker(why.clone())),
            Outcome::Unreadable(why) => all(&|| Cause::Unreadable(why.clone())),
            Outcome::Interrupted(by) => all(&|| Cause::Interrupted(by)),
            Outcome::Terminated => all(&|| Cause::Terminated),
            Outcome::Closed => all(&|| Cause::Closed),
        }
    }
}

/// The outcomes that a report tells of, and after them as many of the last
/// failure as one likes.
fn read<R: DeserializeOwned>(
    report: Report,
    results: &[u8],
) -> impl Iterator<Item = Result<R, Failure>> {
    let Report { mut done, failures, .. } = report;
    let mut failures = failures.into_iter().peekable();
    let mut results = Deserializer::from_bytes(results);
    let mut last = Failure::Unreadable("its result is missing".into());
    (0..).map(move |place| {
        if let Some((_, failure)) = failures.next_if(|(at, _)| *at == place) {
            last = failure;
            return Err(last.clone());
        }
        if place >= done {
            return Err(last.clone());
        }
        R::deserialize(&mut results).map_err(|error| {
            // Where the next one begins, nobody knows either.
            done = place;
            last = Failure::unreadable("result", &error);
            last.clone()
        })
    })
}

/// How far a chunk has got: waiting, begun, or cancelled.
///
/// The pool begins it and a caller cancels it, whoever comes first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stage {
    stage: Arc<AtomicU8>,
}

const WAITING: u8 = 0;
const BEGUN: u8 = 1;
const CANCELLED: u8 = 2;

impl Stage {
    /// Whether it has begun now; not where it has been cancelled.
    pub(crate) fn begin(&self) -> bool {
        self.leave_for(BEGUN)
    }

    /// Whether it is cancelled now; not where it has begun.
    pub(crate) fn cancel(&self) -> bool {
        self.leave_for(CANCELLED)
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.stage.load(Ordering::Relaxed) == CANCELLED
    }

    // Nothing else is passed on by it: the job itself goes through a channel.
    fn leave_for(&self, next: u8) -> bool {
        let (from, order) = (WAITING, Ordering::Relaxed);
        self.stage.compare_exchange(from, next, order, order).is_ok()
    }
}
