//! Asking, trying again, giving up.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Instant;

use pool_map::{Completions, Pool, Task, TaskError};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::lost::{Lost, Reason};
use crate::policy::{Kind, Policy, Verdict, kind_of};
use crate::report::{Outcome, Report, Stop};

/// How many new tasks are on their way at most, for each worker: one that it is
/// at, and some so that it need not wait for us. No more, as whether they have
/// begun is not known when everything is stopped.
const AHEAD: usize = 4;

/// Has `task` done for all of `values`, and tries again what fails, as
/// `policy` says.
///
/// A worker that ends, or takes longer than the pool's
/// [`task_deadline`](pool_map::Builder::task_deadline), costs one try of the
/// task that it was at, and nothing else. So a task may run more than once:
/// it should not matter if it does.
///
/// The values are all taken first, and kept to be sent again. After Ctrl-C,
/// SIGTERM, or where too much fails, the report says what was done until then;
/// what was asked for and has not begun, the pool still does, for nobody: drop
/// it to end that.
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
        ends_in_a_row: 0,
        ended_workers: 0,
    };
    let stopped = supervisor.until_all_is_settled().err();
    supervisor.take_what_has_come();
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
    /// How many workers have ended since a task was done.
    ends_in_a_row: usize,
    ended_workers: usize,
}

/// What is known of a task.
struct Record<R> {
    tries: usize,
    failures: Vec<TaskError>,
    settled: Option<Result<R, Reason>>,
}

impl<R> Default for Record<R> {
    fn default() -> Self {
        Self { tries: 0, failures: Vec::new(), settled: None }
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
                Some((place, Ok(result))) => self.keep(place, result),
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
        self.records[place].tries += 1;
        match self.asked.submit(place, &self.values[place]) {
            Ok(()) => Ok(()),
            Err(failure) => self.judge(place, failure),
        }
    }

    fn keep(&mut self, place: usize, result: R) {
        self.ends_in_a_row = 0;
        self.records[place].settled = Some(Ok(result));
    }

    // ANCHOR: judge
    /// Decides what becomes of a task that has failed.
    fn judge(&mut self, place: usize, failure: TaskError) -> Result<(), Stop> {
        let record = &mut self.records[place];
        record.failures.push(failure);
        let causes = record.failures.iter().map(TaskError::cause);
        let causes: Vec<_> = causes.collect();
        let Some(last) = causes.last() else { return Ok(()) };
        let is_worker_gone = kind_of(last) == Kind::WorkerGone;
        match self.policy.verdict(last, &causes) {
            Verdict::Again(pause) => {
                self.again.push(Reverse((Instant::now() + pause, place)));
            }
            Verdict::GiveUp(reason) => record.settled = Some(Err(reason)),
            Verdict::Stop => {
                let why = last.to_string();
                return Err(Stop::NoWorker { why });
            }
        }
        if is_worker_gone { self.count_end() } else { Ok(()) }
    }

    fn count_end(&mut self) -> Result<(), Stop> {
        self.ended_workers += 1;
        self.ends_in_a_row += 1;
        if self.ends_in_a_row > self.policy.respawn_limit.get() {
            return Err(Stop::Storm { ends: self.ends_in_a_row });
        }
        Ok(())
    }
    // ANCHOR_END: judge

    /// After a stop: results that are there are not lost.
    fn take_what_has_come(&mut self) {
        for (place, result) in self.asked.arrived() {
            if let Ok(result) = result {
                self.records[place].settled = Some(Ok(result));
            }
        }
    }

    fn report(self, stopped: Option<Stop>) -> Report<R> {
        let outcomes = self.records.into_iter().map(Record::outcome).collect();
        let ended_workers = self.ended_workers;
        Report { outcomes, ended_workers, stopped }
    }
}

impl<R> Record<R> {
    fn outcome(self) -> Outcome<R> {
        let Self { tries, failures, settled } = self;
        let result = settled.unwrap_or(Err(Reason::Stopped));
        let lost = |reason| Lost { reason, failures, tries };
        Outcome { result: result.map_err(lost), tries }
    }
}
