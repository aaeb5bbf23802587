//! The thread that looks after one worker, to its end and beyond.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Select, TryRecvError};
use crossbeam::select;
use pipe_ipc::RecvError;
use process_spawning::causes;
use time_utils::trace;

use crate::error::PoolError;
use crate::job::{Job, Outcome};
use crate::message::Report;
use crate::seat::Seat;
use crate::worker::Worker;

/// No worker has more work before it than it should do in this time, going
/// by the last chunk: enough to be busy while the next orders come.
const AHEAD: Duration = Duration::from_millis(1);

/// Nor more chunks than this, unless told otherwise: where one takes far
/// longer than the last one, the others wait behind it, though another
/// worker may be idle.
pub(crate) const MOST_AHEAD: usize = 16;

/// Nor more than the system keeps for it, unless it has no other order: then
/// it reads. So we never wait for it to read while it waits for us to.
const BYTES_AHEAD: usize = 64 * 1024;

/// How often a fresh worker is tried before a chunk is given up.
const ATTEMPTS: u32 = 3;

/// The pause between two attempts: another process may end meanwhile.
const PAUSE: Duration = Duration::from_millis(100);

/// For how long after that no other is tried: not one for each chunk that
/// waits.
const DESPAIR: Duration = Duration::from_secs(1);

/// What starts a worker, as often as one is needed.
pub(crate) type Recruit = dyn Fn() -> Result<Worker, PoolError> + Send + Sync;

/// What all tenders of a pool know.
pub(crate) struct Team {
    pub(crate) recruit: Box<Recruit>,
    pub(crate) workers: usize,
    pub(crate) chunks_per_worker: usize,
    pub(crate) most_ahead: usize,
    pub(crate) task_deadline: Option<Duration>,
    pub(crate) initializer_deadline: Duration,
    /// How many of them have a worker.
    pub(crate) staffed: AtomicUsize,
}

/// The thread's whole memory.
pub(crate) struct Tender {
    jobs: Receiver<Job>,
    seat: Arc<Seat>,
    team: Arc<Team>,
    worker: Option<Worker>,
    /// Sent, in this order, and not yet reported.
    in_flight: VecDeque<Job>,
    /// When the worker got to the first of them.
    begun: Instant,
    /// To be sent before anything else.
    next: VecDeque<Job>,
    /// How many chunks the worker may have before it.
    depth: usize,
    /// When, and why, no fresh worker could be had.
    despaired: Option<(Instant, String)>,
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
        team: Arc<Team>,
        worker: Worker,
    ) -> Self {
        team.staffed.fetch_add(1, Ordering::Relaxed);
        Self {
            jobs,
            seat,
            team,
            worker: Some(worker),
            in_flight: VecDeque::new(),
            begun: Instant::now(),
            next: VecDeque::new(),
            depth: 1,
            despaired: None,
        }
    }

    /// Gives the worker what there is to do, until there is nothing more.
    pub(crate) fn run(mut self) {
        trace::name_thread("tender");
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
                Ok(Some(report)) => self.pass_on(report),
                Ok(None) => self.end_late_worker()?,
                Err(RecvError::Interrupted(by)) => {
                    return Err(Stop::Interrupted(by));
                }
                Err(_) => self.mourn(None)?,
            }
            if self.has_served() {
                self.dismiss();
            }
        }
    }
    // ANCHOR_END: tend

    /// Sends the worker orders, several in one piece, when it has room for
    /// them. Waits for one where it has none; returns with none where none
    /// will come.
    fn give_orders(&mut self) -> Result<(), Stop> {
        // One by one would be a call of the system for each.
        if self.in_flight.len() > self.depth / 2 {
            return Ok(());
        }
        let before = self.in_flight.len();
        let mut piece = Vec::new();
        let mut share = self.share();
        while share > 0
            && let Some(job) = self.next_job()?
        {
            if let Err(why) = self.worker()? {
                job.tell(None, Outcome::NoWorker(why));
                continue;
            }
            if !self.fits(&job) {
                self.next.push_front(job);
                break;
            }
            piece.extend_from_slice(&job.order);
            self.in_flight.push_back(job);
            share = (share - 1).min(self.share());
        }
        self.send(&piece, self.in_flight.len() - before);
        Ok(())
    }

    /// How many more chunks the worker may have before it: of those that
    /// wait, no more than leaves enough to the others.
    fn share(&self) -> usize {
        let given = self.worker.as_ref().map_or(0, Worker::chunks);
        let waiting = self.jobs.len() / (2 * self.team.workers);
        // One more than it is at, so that it need not wait for us.
        let most = self.depth.min(waiting.max(2));
        let allowed = self.team.chunks_per_worker - given;
        most.saturating_sub(self.in_flight.len()).min(allowed)
    }

    fn fits(&self, job: &Job) -> bool {
        let ahead: usize = self.in_flight.iter().map(|j| j.order.len()).sum();
        ahead == 0 || ahead + job.order.len() <= BYTES_AHEAD
    }

    fn send(&mut self, piece: &[u8], chunks: usize) {
        if chunks == 0 {
            return;
        }
        if chunks == self.in_flight.len() {
            // It was idle, so it gets to them now.
            self.begun = Instant::now();
        }
        let time = self.time_left();
        let Some(worker) = &mut self.worker else { return };
        match worker.send(piece, chunks, time) {
            Ok(true) => self.seat.note(self.tasks_ahead(), 0),
            // It was idle, and yet has not read them in time. So the first of
            // them has no time left, as we are going to notice.
            Ok(false) if chunks == self.in_flight.len() => {}
            // It is gone, or shall be, as its reports will tell; and it has
            // not begun these.
            Ok(false) | Err(_) => {
                let _ = worker.process.kill();
                self.take_back(chunks);
            }
        }
    }

    /// The next job that has not been cancelled. Waits for one only where
    /// the worker has nothing to do.
    fn next_job(&mut self) -> Result<Option<Job>, Stop> {
        loop {
            let job = match self.next.pop_front() {
                Some(job) => return Ok(Some(job)),
                None if self.in_flight.is_empty() => self.wait_for_job()?,
                None => self.jobs.try_recv().ok(),
            };
            match job {
                Some(job) if !job.stage.begin() => {}
                job => return Ok(job),
            }
        }
    }

    fn wait_for_job(&mut self) -> Result<Option<Job>, Stop> {
        let Some(worker) = &self.worker else {
            return self.wait_for_job_and_worker();
        };
        select! {
            recv(self.jobs) -> job => Ok(job.ok()),
            recv(worker.ended) -> _ => {
                // It was idle: nothing is lost.
                self.mourn(None)?;
                self.wait_for_job()
            }
        }
    }

    /// Takes a job only when it has a worker for it: while it has none,
    /// others may. Where nobody has one, it takes it all the same, to tell
    /// that.
    fn wait_for_job_and_worker(&mut self) -> Result<Option<Job>, Stop> {
        loop {
            let mut something = Select::new();
            something.recv(&self.jobs);
            something.ready();
            if self.jobs.is_empty() {
                match self.jobs.try_recv() {
                    Ok(job) => return Ok(Some(job)),
                    Err(TryRecvError::Disconnected) => return Ok(None),
                    Err(TryRecvError::Empty) => continue,
                }
            }
            let has_worker = self.worker()?.is_ok();
            if has_worker || self.team.staffed.load(Ordering::Relaxed) == 0 {
                match self.jobs.try_recv() {
                    Ok(job) => return Ok(Some(job)),
                    // Somebody else was faster.
                    Err(_) => continue,
                }
            }
            thread::sleep(PAUSE);
        }
    }

    /// The worker, a fresh one where there is none; or why there is none.
    fn worker(&mut self) -> Result<Result<&mut Worker, String>, Stop> {
        if self.seat.is_stopped() {
            return Err(Stop::Terminated);
        }
        if self.worker.is_none() {
            if let Some((when, why)) = &self.despaired
                && when.elapsed() < DESPAIR
            {
                return Ok(Err(why.clone()));
            }
            match self.hire()? {
                Ok(worker) => {
                    self.worker = Some(worker);
                    self.team.staffed.fetch_add(1, Ordering::Relaxed);
                }
                Err(error) => {
                    let why = causes(error);
                    self.despaired = Some((Instant::now(), why.clone()));
                    return Ok(Err(why));
                }
            }
        }
        Ok(self.worker.as_mut().ok_or_else(String::new))
    }

    /// Starts a fresh worker; tries again where that fails.
    fn hire(&self) -> Result<Result<Worker, PoolError>, Stop> {
        let mut attempt = 1;
        loop {
            let failed = match self.start() {
                Ok(worker) => return Ok(Ok(worker)),
                Err(error) => error,
            };
            if self.seat.is_stopped() {
                return Err(Stop::Terminated);
            }
            if let PoolError::Interrupted(by) = failed {
                return Err(Stop::Interrupted(by));
            }
            if attempt == ATTEMPTS {
                return Ok(Err(failed));
            }
            attempt += 1;
            thread::sleep(PAUSE);
        }
    }

    fn start(&self) -> Result<Worker, PoolError> {
        let worker = (self.team.recruit)()?;
        // Before it is through its initializer, which may take its time: the
        // pool must be able to end it.
        self.seat.give_to(&worker.process)?;
        worker.greet(self.team.initializer_deadline)
    }

    /// The worker's next report; `None` where it takes too long.
    fn next_report(&self) -> Result<Option<Vec<u8>>, RecvError> {
        let worker = self.worker.as_ref().ok_or(RecvError::Closed)?;
        match self.time_left() {
            None => worker.recv().map(Some),
            Some(left) => worker.recv_timeout(left),
        }
    }

    /// How much is left of [`time_for_first`](Self::time_for_first).
    fn time_left(&self) -> Option<Duration> {
        Some(self.time_for_first()?.saturating_sub(self.begun.elapsed()))
    }

    /// How long the worker may be at the first chunk in flight; `None` where
    /// it may take for ever.
    fn time_for_first(&self) -> Option<Duration> {
        let tasks = self.in_flight.front()?.places.len();
        let tasks = u32::try_from(tasks).unwrap_or(u32::MAX);
        Some(self.team.task_deadline?.saturating_mul(tasks))
    }

    /// Passes a report on to whoever waits for it.
    fn pass_on(&mut self, report: Vec<u8>) {
        let label = self.worker.as_ref().map(Worker::label);
        let Some(job) = self.in_flight.pop_front() else { return };
        self.begun = Instant::now();
        self.seat.note(self.tasks_ahead(), job.places.len());
        let outcome = match postcard::take_from_bytes::<Report>(&report) {
            Ok((header, results)) => {
                self.look_ahead(header.nanoseconds);
                let results_at = report.len() - results.len();
                Outcome::Reported { header, bytes: report, results_at }
            }
            Err(error) => Outcome::Unreadable(error.to_string()),
        };
        job.tell(label, outcome);
    }

    /// Chooses how many chunks the worker may have before it, from how long
    /// it took for the last.
    fn look_ahead(&mut self, nanoseconds: u64) {
        let in_time = AHEAD.as_nanos() / u128::from(nanoseconds.max(1));
        let in_time = usize::try_from(in_time).unwrap_or(usize::MAX);
        self.depth = in_time.clamp(1, self.team.most_ahead);
    }

    /// The worker is at the first in flight for too long.
    fn end_late_worker(&mut self) -> Result<(), Stop> {
        if let Some(worker) = &self.worker {
            // It may have ended by itself just now.
            let _ = worker.process.kill();
        }
        self.mourn(self.time_for_first())
    }

    // ANCHOR: mourn
    /// The worker is gone. What it was at has failed; what it had not begun
    /// is for the next.
    fn mourn(&mut self, late: Option<Duration>) -> Result<(), Stop> {
        let Some(mut worker) = self.leave() else { return Ok(()) };
        self.seat.clear();
        self.depth = 1;
        if self.seat.is_stopped() {
            return Err(Stop::Terminated);
        }
        let outcome = match (late, worker.end()) {
            (Some(after), _) => Outcome::TimedOut(after),
            (None, Ok(exit)) => Outcome::WorkerEnded(exit),
            (None, Err(error)) => {
                Outcome::Unreadable(format!("it ended: {error}"))
            }
        };
        // It carries out its orders one after the other, and reports each.
        if let Some(job) = self.in_flight.pop_front() {
            job.tell(Some(worker.label()), outcome);
        }
        self.take_back(self.in_flight.len());
        Ok(())
    }
    // ANCHOR_END: mourn

    /// The last `chunks` in flight have not begun: they are next.
    fn take_back(&mut self, chunks: usize) {
        let kept = self.in_flight.len() - chunks;
        for job in self.in_flight.drain(kept..).rev() {
            self.next.push_front(job);
        }
    }

    fn tasks_ahead(&self) -> usize {
        self.in_flight.iter().map(|job| job.places.len()).sum()
    }

    fn has_served(&self) -> bool {
        let chunks = self.worker.as_ref().map_or(0, Worker::chunks);
        self.in_flight.is_empty() && chunks >= self.team.chunks_per_worker
    }

    fn dismiss(&mut self) {
        if let Some(worker) = self.leave() {
            worker.dismiss();
            self.seat.clear();
        }
    }

    /// Takes leave of the worker.
    fn leave(&mut self) -> Option<Worker> {
        let worker = self.worker.take()?;
        self.team.staffed.fetch_sub(1, Ordering::Relaxed);
        Some(worker)
    }
}
