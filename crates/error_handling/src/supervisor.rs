//! Asking, trying again, giving up.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use pool_map::{Cause, Completions, Pool, Task, TaskError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lost::{Lost, Reason};
use crate::policy::{Policy, Verdict, ended_worker};
use crate::report::{Outcome, Report, Stop};
use crate::respawn_limit::RecentEnds;

/// How many tasks are on their way at most, for each worker: one that it is
/// at, and some so that it need not wait for us. No more, as they are lost
/// together when everything is stopped.
const AHEAD: usize = 4;

/// Has `task` done for all of `values`, and tries again what fails, as
/// `policy` says.
///
/// A worker that ends, or takes longer than the pool's
/// [`task_deadline`](pool_map::Builder::task_deadline), costs one try of the
/// task that it was at, and nothing else. So a task may run more than once:
/// it should not matter if it does.
///
/// After Ctrl-C the report says what was done until then, and
/// [`Report::ensure_complete`] makes `main` end with exit code 130.
///
/// Python has no counterpart: `Pool.map` waits for ever for a worker that was
/// killed, and `ProcessPoolExecutor` gives up everything.
pub fn supervise<A, R>(
    pool: &Pool,
    task: Task<A, R>,
    values: impl IntoIterator<Item = A>,
    policy: &Policy,
) -> Report<R>
where
    A: Serialize,
    R: DeserializeOwned,
{
    let values: Vec<A> = values.into_iter().collect();
    let mut supervisor = Supervisor {
        policy: *policy,
        asked: pool.completions(task),
        most_asked: AHEAD * pool.workers(),
        records: values.iter().map(|_| Record::default()).collect(),
        values,
        next: 0,
        again: BinaryHeap::new(),
        recent_ends: RecentEnds::new(policy.respawn_limit),
        ended_workers: 0,
    };
    let stopped = supervisor.until_all_is_settled().err();
    supervisor.report(stopped)
}

struct Supervisor<'pool, A, R> {
    policy: Policy,
    asked: Completions<'pool, A, R>,
    most_asked: usize,
    values: Vec<A>,
    /// One for each value.
    records: Vec<Record<R>>,
    /// The first that has not been tried.
    next: usize,
    /// What is to be tried again, and when; the earliest comes first.
    again: BinaryHeap<Reverse<(Instant, usize)>>,
    recent_ends: RecentEnds,
    ended_workers: usize,
}

/// What is known of a task.
struct Record<R> {
    failures: Vec<TaskError>,
    settled: Option<Result<R, Reason>>,
}

impl<R> Default for Record<R> {
    fn default() -> Self {
        Self { failures: Vec::new(), settled: None }
    }
}

impl<A: Serialize, R: DeserializeOwned> Supervisor<'_, A, R> {
    // ANCHOR: loop
    fn until_all_is_settled(&mut self) -> Result<(), Stop> {
        loop {
            self.ask_again()?;
            self.ask_for_new()?;
            if self.asked.outstanding() == 0 && self.again.is_empty() {
                return Ok(());
            }
            let pause_ends = self.again.peek().map(|Reverse((when, _))| *when);
            match self.asked.next_before(pause_ends)? {
                Some((place, Ok(result))) => self.settle(place, Ok(result)),
                Some((place, Err(failure))) => self.judge(place, failure)?,
                None => {}
            }
        }
    }
    // ANCHOR_END: loop

    /// Asks once more for what has paused for long enough.
    fn ask_again(&mut self) -> Result<(), Stop> {
        let now = Instant::now();
        while let Some(Reverse((when, place))) = self.again.peek().copied()
            && when <= now
        {
            self.again.pop();
            self.ask(place)?;
        }
        Ok(())
    }

    fn ask_for_new(&mut self) -> Result<(), Stop> {
        while self.asked.outstanding() < self.most_asked
            && self.next < self.values.len()
        {
            let place = self.next;
            self.next += 1;
            self.ask(place)?;
        }
        Ok(())
    }

    fn ask(&mut self, place: usize) -> Result<(), Stop> {
        match self.asked.submit(place, &self.values[place]) {
            Ok(()) => Ok(()),
            Err(failure) => self.judge(place, failure),
        }
    }

    // ANCHOR: judge
    /// Decides what becomes of a task that has failed.
    fn judge(&mut self, place: usize, failure: TaskError) -> Result<(), Stop> {
        let now = Instant::now();
        let cause = failure.cause();
        let (ended, none_left) =
            (ended_worker(cause), matches!(cause, Cause::NoWorker(_)));
        self.ended_workers += usize::from(ended);
        self.records[place].failures.push(failure);
        if ended || none_left {
            self.recent_ends.note(now)?;
        }
        let failures = &self.records[place].failures;
        let causes: Vec<_> = failures.iter().map(TaskError::cause).collect();
        match self.policy.verdict(&causes) {
            Verdict::Again(pause) => {
                self.again.push(Reverse((now + pause, place)));
            }
            Verdict::GiveUp(reason) => self.settle(place, Err(reason)),
        }
        Ok(())
    }
    // ANCHOR_END: judge

    fn settle(&mut self, place: usize, outcome: Result<R, Reason>) {
        self.records[place].settled = Some(outcome);
    }

    fn report(self, stopped: Option<Stop>) -> Report<R> {
        let outcomes = self.records.into_iter().map(Record::outcome).collect();
        let ended_workers = self.ended_workers;
        Report { outcomes, ended_workers, stopped }
    }
}

impl<R> Record<R> {
    fn outcome(self) -> Outcome<R> {
        let failed = self.failures.len();
        match self.settled.unwrap_or(Err(Reason::Stopped)) {
            Ok(result) => Outcome { result: Ok(result), tries: failed + 1 },
            Err(reason) => {
                let lost = Lost::new(reason, self.failures);
                Outcome { result: Err(lost), tries: failed }
            }
        }
    }
}
