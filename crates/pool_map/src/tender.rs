//! The thread that looks after one worker, to its end and beyond.

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam::channel::Receiver;
use pipe_ipc::RecvError;

use crate::error::PoolError;
use crate::job::{Job, Outcome};
use crate::message::Report;
use crate::seat::Seat;
use crate::worker::Worker;

/// No worker has more work before it than it does in this time: enough to
/// be busy while the next orders come, and little enough that nobody waits
/// for what an idle worker could do.
const AHEAD: Duration = Duration::from_millis(1);

/// Nor more chunks than this.
const MOST_AHEAD: usize = 32;

/// A larger order is sent only to a worker that has no other: it reads, so
/// that neither of us waits for the other to read.
const SMALL_ORDER_BYTES: usize = 4 * 1024;

/// How often a fresh worker is tried before a chunk is given up.
const ATTEMPTS: u32 = 3;

/// The pause between two attempts: another process may end meanwhile.
const PAUSE: Duration = Duration::from_millis(100);

/// What starts a worker, as often as one is needed.
pub(crate) type Recruit = dyn Fn() -> Result<Worker, PoolError> + Send + Sync;

/// The thread's whole memory.
pub(crate) struct Tender {
    jobs: Receiver<Job>,
    seat: Arc<Seat>,
    recruit: Arc<Recruit>,
    chunks_per_worker: usize,
    worker: Option<Worker>,
    /// Sent, in this order, and not yet reported.
    in_flight: VecDeque<Job>,
    /// To be sent before anything else.
    next: VecDeque<Job>,
    /// How many chunks the worker may have before it.
    depth: usize,
}

/// Why a tender stops before there is nothing left to do.
enum Stop {
    /// The pool is terminated.
    Terminated,
    Interrupted(process_spawning::Interrupted),
}

impl Tender {
    pub(crate) fn new(
        jobs: Receiver<Job>,
        seat: Arc<Seat>,
        recruit: Arc<Recruit>,
        chunks_per_worker: usize,
        worker: Worker,
    ) -> Self {
        Self {
            jobs,
            seat,
            recruit,
            chunks_per_worker,
            worker: Some(worker),
            in_flight: VecDeque::new(),
            next: VecDeque::new(),
            depth: 1,
        }
    }

    /// Gives the worker what there is to do, until there is nothing more.
    pub(crate) fn run(mut self) {
        if let Err(Stop::Interrupted(by)) = self.tend() {
            for job in self.in_flight.drain(..).chain(self.next.drain(..)) {
                job.tell(None, Outcome::Interrupted(by));
            }
        }
    }

    // ANCHOR: tend
    fn tend(&mut self) -> Result<(), Stop> {
        loop {
            self.give_orders()?;
            if self.in_flight.is_empty() && self.next.is_empty() {
                self.dismiss();
                return Ok(());
            }
            match self.next_report() {
                Ok(report) => self.pass_on(report),
                Err(RecvError::Interrupted(by)) => {
                    return Err(Stop::Interrupted(by));
                }
                Err(_) => self.mourn()?,
            }
            if self.has_served() {
                self.dismiss();
            }
        }
    }
    // ANCHOR_END: tend

    /// Sends orders while the worker has room before it. Waits for one where
    /// it has none; returns with none where none will come.
    fn give_orders(&mut self) -> Result<(), Stop> {
        while self.has_room() {
            let Some(job) = self.next_job() else { return Ok(()) };
            if !self.in_flight.is_empty() && !is_small(&job) {
                self.next.push_front(job);
                return Ok(());
            }
            let sent = match self.worker()? {
                Ok(worker) => worker.send(&job.order).is_ok(),
                Err(why) => {
                    job.tell(None, Outcome::NoWorker(why));
                    continue;
                }
            };
            if !sent {
                // It is gone, as its reports will tell, and had not begun.
                self.next.push_front(job);
                return Ok(());
            }
            self.in_flight.push_back(job);
        }
        Ok(())
    }

    fn has_room(&self) -> bool {
        let chunks = self.worker.as_ref().map_or(0, Worker::chunks);
        self.in_flight.len() < self.depth && chunks < self.chunks_per_worker
    }

    fn next_job(&mut self) -> Option<Job> {
        if let Some(job) = self.next.pop_front() {
            return Some(job);
        }
        loop {
            let job = match self.in_flight.is_empty() {
                true => self.jobs.recv().ok()?,
                false => self.jobs.try_recv().ok()?,
            };
            if job.stage.begin() {
                return Some(job);
            }
        }
    }

    /// The worker, a fresh one where there is none; or why there is none.
    fn worker(&mut self) -> Result<Result<&mut Worker, String>, Stop> {
        if self.seat.is_stopped() {
            return Err(Stop::Terminated);
        }
        if self.worker.is_none() {
            match self.hire()? {
                Ok(worker) => self.worker = Some(worker),
                Err(error) => return Ok(Err(causes(error))),
            }
        }
        Ok(self.worker.as_mut().ok_or_else(String::new))
    }

    fn hire(&self) -> Result<Result<Worker, PoolError>, Stop> {
        let mut attempt = 1;
        loop {
            match (self.recruit)().and_then(Worker::greet) {
                Err(PoolError::Interrupted(by)) => {
                    return Err(Stop::Interrupted(by));
                }
                Err(error) if attempt == ATTEMPTS => return Ok(Err(error)),
                Err(_) => thread::sleep(PAUSE),
                Ok(worker) => match self.seat.give_to(&worker.process) {
                    Ok(true) => return Ok(Ok(worker)),
                    Ok(false) => return Err(Stop::Terminated),
                    Err(error) => return Ok(Err(error.into())),
                },
            }
            if self.seat.is_stopped() {
                return Err(Stop::Terminated);
            }
            attempt += 1;
        }
    }

    fn next_report(&self) -> Result<Vec<u8>, RecvError> {
        let worker = self.worker.as_ref().ok_or(RecvError::Closed)?;
        worker.recv()
    }

    /// Passes a report on to whoever waits for it.
    fn pass_on(&mut self, report: Vec<u8>) {
        let label = self.worker.as_ref().map(Worker::label);
        let Some(job) = self.in_flight.pop_front() else { return };
        let outcome = match postcard::take_from_bytes::<Report>(&report) {
            Ok((header, outcomes)) => {
                self.look_ahead(header.nanoseconds);
                let outcomes_at = report.len() - outcomes.len();
                Outcome::Reported { report, outcomes_at }
            }
            Err(error) => Outcome::NoWorker(error.to_string()),
        };
        job.tell(label, outcome);
    }

    /// Chooses how many chunks the worker may have before it, from how long
    /// it took for the last.
    fn look_ahead(&mut self, nanoseconds: u64) {
        let in_time = AHEAD.as_nanos() / u128::from(nanoseconds.max(1));
        let in_time = usize::try_from(in_time).unwrap_or(usize::MAX);
        self.depth = in_time.clamp(1, MOST_AHEAD);
    }

    // ANCHOR: mourn
    /// The worker is gone. What it was at has failed; what it had not begun
    /// is for the next.
    fn mourn(&mut self) -> Result<(), Stop> {
        let Some(mut worker) = self.worker.take() else { return Ok(()) };
        self.seat.clear();
        self.depth = 1;
        if self.seat.is_stopped() {
            return Err(Stop::Terminated);
        }
        let outcome = match worker.end() {
            Ok(exit) => Outcome::WorkerEnded(exit),
            Err(error) => Outcome::NoWorker(error.to_string()),
        };
        // It carries out its orders one after the other, and reports each.
        if let Some(job) = self.in_flight.pop_front() {
            job.tell(Some(worker.label()), outcome);
        }
        while let Some(job) = self.in_flight.pop_back() {
            self.next.push_front(job);
        }
        Ok(())
    }
    // ANCHOR_END: mourn

    fn has_served(&self) -> bool {
        let chunks = self.worker.as_ref().map_or(0, Worker::chunks);
        self.in_flight.is_empty() && chunks >= self.chunks_per_worker
    }

    fn dismiss(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.dismiss();
            self.seat.clear();
        }
    }
}

fn is_small(job: &Job) -> bool {
    job.order.len() <= SMALL_ORDER_BYTES
}

fn causes(error: PoolError) -> String {
    format!("{:#}", anyhow::Error::from(error))
}
