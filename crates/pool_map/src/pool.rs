//! The pool: starting its workers, and every way of asking them.

use std::ffi::OsString;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;
use std::{fmt, io};

use crossbeam::channel::{Sender, bounded, unbounded};
use process_spawning::{Argument, START_DEADLINE, interrupted};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::async_result::AsyncResult;
use crate::chunks::automatic_chunk_size;
use crate::completions::Completions;
use crate::error::{PoolError, TaskError};
use crate::job::{Job, Outcome};
use crate::results::Results;
use crate::seat::{Seat, WorkerStatus};
use crate::task::Task;
use crate::tender::{MOST_AHEAD, Team, Tender};
use crate::worker::{Environment, Worker};
use crate::workers::Workers;

/// As many workers as can run at once: the cores that this process may use,
/// by its affinity and its control group's quota. Python's `cpu_count()`
/// counts those of the machine.
#[must_use]
pub fn default_workers() -> usize {
    thread::available_parallelism().map_or(1, NonZeroUsize::get)
}

/// A pool that is about to be started. Made by [`Pool::builder`].
#[must_use = "a pool works once it is started"]
pub struct Builder<I> {
    listed: Workers<I>,
    initial: Box<dyn Fn() -> I + Send + Sync>,
    workers: usize,
    chunks_per_worker: usize,
    most_ahead: usize,
    task_deadline: Option<Duration>,
    initializer_deadline: Duration,
    environment: Environment,
}

impl<I: Argument> Builder<I> {
    /// How many workers there are; without this, [`default_workers`].
    pub fn workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    /// After so many chunks a worker is replaced by a fresh one, which has
    /// what the old one leaked. Without this it stays.
    ///
    /// Python: `maxtasksperchild`, which counts chunks too.
    #[doc(alias = "maxtasksperchild")]
    pub fn chunks_per_worker(mut self, chunks: NonZeroUsize) -> Self {
        self.chunks_per_worker = chunks.get();
        self
    }

    /// How many chunks a worker may have before it, once it has been quick:
    /// the next ones are there when it is done. Without this, 16.
    ///
    /// With 1 a worker gets the next when it has reported the last: for tasks
    /// of very different lengths, or that wait for each other. Python's
    /// workers take one at a time as well, from a pipe that they share.
    pub fn most_ahead(mut self, chunks: NonZeroUsize) -> Self {
        self.most_ahead = chunks.get();
        self
    }

    /// How long a worker may be at a task. When that is over, it is killed,
    /// whatever it does, and the task has failed with
    /// [`Cause::TimedOut`](crate::Cause::TimedOut). A chunk has as long as
    /// all its tasks together. Without this a task may take for ever.
    ///
    /// It counts from when the worker gets to the task, on the clock: also
    /// while both are stopped. To pass argument and result on is a part of it.
    /// What the task has started itself is not ended, unless by a lifeline.
    ///
    /// Python has none: the timeout of `AsyncResult.get` ends the waiting,
    /// and not the task.
    pub fn task_deadline(mut self, deadline: Duration) -> Self {
        self.task_deadline = Some(deadline);
        self
    }

    /// How long a worker's initializer may take, 30 s without this. Where it
    /// takes longer, that is [`PoolError::Initializer`].
    ///
    /// Python waits for ever.
    pub fn initializer_deadline(mut self, deadline: Duration) -> Self {
        self.initializer_deadline = deadline;
        self
    }

    /// A variable in the environment of each worker, also of a fresh one.
    ///
    /// Python: set `os.environ` before the pool is made.
    pub fn env(
        mut self,
        name: impl Into<OsString>,
        value: impl Into<OsString>,
    ) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Starts the workers, and returns when each has been through its
    /// initializer.
    ///
    /// # Errors
    ///
    /// [`PoolError`]. There is no worker then.
    pub fn start(self) -> Result<Pool, PoolError> {
        if self.workers == 0 {
            return Err(PoolError::NoWorkers);
        }
        let (listed, initial) = (self.listed, self.initial);
        let environment = self.environment;
        let named = AtomicUsize::new(0);
        let recruit = move || {
            let number = named.fetch_add(1, Ordering::Relaxed) + 1;
            let name = format!("Worker-{number}");
            Worker::start(listed, name, &environment, initial())
        };
        // Started all before waiting for any: they begin at the same time.
        let started = (0..self.workers).map(|_| recruit());
        let started = started.collect::<Result<Vec<_>, _>>()?;
        let time = self.initializer_deadline;
        let greeted = started.into_iter().map(|worker| worker.greet(time));
        let greeted = greeted.collect::<Result<Vec<_>, _>>()?;
        let team = Team {
            recruit: Box::new(recruit),
            workers: self.workers,
            chunks_per_worker: self.chunks_per_worker,
            most_ahead: self.most_ahead,
            task_deadline: self.task_deadline,
            initializer_deadline: time,
            staffed: AtomicUsize::new(0),
        };
        Pool::of(greeted, &Arc::new(team))
    }
}

impl<I> fmt::Debug for Builder<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("listed", &self.listed)
            .field("workers", &self.workers)
            .field("chunks_per_worker", &self.chunks_per_worker)
            .finish_non_exhaustive()
    }
}

/// Processes that run tasks: `multiprocessing.Pool`.
///
/// | Python                    | here                                      |
/// | ------------------------- | ----------------------------------------- |
/// | `Pool()`                  | [`Pool::new(WORKERS)`](Self::new)         |
/// | `Pool(4, init, (a,), 10)` | [`Pool::builder_with(…)`](Self::builder_with)`.workers(4).…start()` |
/// | `.map(f, xs)`             | [`.map(F, xs)`](Self::map)                |
/// | `.map(f, xs, chunksize=n)` | [`.chunks_of(n).map(F, xs)`](Self::chunks_of) |
/// | `.starmap(f, pairs)`      | [`.starmap(F, pairs)`](Self::starmap)     |
/// | `.imap(f, xs)`            | [`.imap(F, xs)`](Self::imap)              |
/// | `.imap_unordered(f, xs)`  | [`.imap_unordered(F, xs)`](Self::imap_unordered) |
/// | `.apply(f, (x,))`         | [`.apply(F, x)`](Self::apply)             |
/// | `.apply_async(f, (x,))`   | [`.apply_async(F, x)`](Self::apply_async) |
/// | `wait(futures, FIRST_COMPLETED)` | [`.completions(F)`](Self::completions) |
/// | `.close()`, `.terminate()`, `.join()` | [the](Self::close) [same](Self::terminate) [three](Self::join) |
/// | `with Pool() as pool:`    | the scope: at its end the pool is terminated, as Python's is |
///
/// A task that fails, panics, or takes its worker along is an error of that
/// task; the pool is as usable as before. After a worker's end a fresh one
/// takes its place.
#[derive(Debug)]
pub struct Pool {
    /// `None` once it takes no tasks any more.
    jobs: Option<Sender<Job>>,
    seats: Vec<Arc<Seat>>,
    tenders: Vec<JoinHandle<()>>,
}

impl Pool {
    /// A pool of [`default_workers`].
    ///
    /// # Errors
    ///
    /// As [`Builder::start`].
    pub fn new(workers: Workers) -> Result<Self, PoolError> {
        Self::builder(workers).start()
    }

    /// A pool of these workers, to be told how many.
    pub fn builder(workers: Workers) -> Builder<()> {
        Self::builder_with(workers, || ())
    }

    /// A pool of these workers, each of which is given a value of `initial`
    /// for its initializer: a fresh one too, so that it is called as often
    /// as there are workers.
    pub fn builder_with<I: Argument>(
        workers: Workers<I>,
        initial: impl Fn() -> I + Send + Sync + 'static,
    ) -> Builder<I> {
        Builder {
            listed: workers,
            initial: Box::new(initial),
            workers: default_workers(),
            chunks_per_worker: usize::MAX,
            most_ahead: MOST_AHEAD,
            task_deadline: None,
            initializer_deadline: START_DEADLINE,
            environment: Environment::new(),
        }
    }

    fn of(workers: Vec<Worker>, team: &Arc<Team>) -> Result<Self, PoolError> {
        let (jobs, waiting) = unbounded();
        let mut pool =
            Self { jobs: Some(jobs), seats: Vec::new(), tenders: Vec::new() };
        for worker in workers {
            let seat = Arc::<Seat>::default();
            seat.give_to(&worker.process)?;
            let (theirs, team) = (Arc::clone(&seat), Arc::clone(team));
            let tender = Tender::new(waiting.clone(), theirs, team, worker);
            pool.seats.push(seat);
            pool.tenders.push(in_thread(tender)?);
        }
        Ok(pool)
    }

    /// How many workers it has.
    #[must_use]
    pub fn workers(&self) -> usize {
        self.seats.len()
    }

    /// What each worker is at, in the order of their places. Where one has
    /// ended and no fresh one has come yet, its place is left out.
    ///
    /// Python keeps the processes for itself, in `pool._pool`, and does not
    /// know what they are at.
    #[must_use]
    pub fn status(&self) -> Vec<WorkerStatus> {
        self.seats.iter().filter_map(|seat| seat.status()).collect()
    }

    /// To choose how many tasks go to a worker in one message.
    #[must_use]
    pub fn chunks_of(&self, tasks: NonZeroUsize) -> Mapper<'_> {
        Mapper { pool: self, chunk_size: Some(tasks) }
    }

    fn mapper(&self) -> Mapper<'_> {
        Mapper { pool: self, chunk_size: None }
    }

    /// The results of `task` for all of `values`, in their order.
    ///
    /// # Errors
    ///
    /// The first task, in that order, that failed; when all are done, as in
    /// Python. For the results of the others use [`imap`](Self::imap).
    pub fn map<A, R>(
        &self,
        task: Task<A, R>,
        values: impl IntoIterator<Item = A>,
    ) -> Result<Vec<R>, TaskError>
    where
        A: Serialize,
        R: DeserializeOwned,
    {
        self.mapper().map(task, values)
    }

    /// As [`map`](Self::map): a task of several arguments takes a tuple.
    ///
    /// # Errors
    ///
    /// As [`map`](Self::map).
    pub fn starmap<A, R>(
        &self,
        task: Task<A, R>,
        tuples: impl IntoIterator<Item = A>,
    ) -> Result<Vec<R>, TaskError>
    where
        A: Serialize,
        R: DeserializeOwned,
    {
        self.map(task, tuples)
    }

    /// The results of `task` for each of `values`, in their order, each as
    /// soon as it is there. A failed task is an error among them.
    ///
    /// Values are taken only some way ahead, so that the workers are busy:
    /// they may be a million, or without end. Python takes them all at once.
    /// They are taken when a result is asked for, and must not wait for one.
    pub fn imap<A, R, V>(
        &self,
        task: Task<A, R>,
        values: V,
    ) -> Results<'_, V::IntoIter, A, R>
    where
        A: Serialize,
        R: DeserializeOwned,
        V: IntoIterator<Item = A>,
    {
        self.mapper().imap(task, values)
    }

    /// As [`imap`](Self::imap), but in the order in which they get done.
    pub fn imap_unordered<A, R, V>(
        &self,
        task: Task<A, R>,
        values: V,
    ) -> Results<'_, V::IntoIter, A, R>
    where
        A: Serialize,
        R: DeserializeOwned,
        V: IntoIterator<Item = A>,
    {
        self.mapper().imap_unordered(task, values)
    }

    /// The result of `task` for one value.
    ///
    /// # Errors
    ///
    /// [`TaskError`], where there is none.
    pub fn apply<A, R>(
        &self,
        task: Task<A, R>,
        value: A,
    ) -> Result<R, TaskError>
    where
        A: Serialize,
        R: DeserializeOwned,
    {
        self.apply_async(task, value)?.get()
    }

    /// Has `task` done for one value; does not wait for it.
    ///
    /// # Errors
    ///
    /// [`Cause::Argument`](crate::Cause::Argument), where the value cannot be
    /// written.
    pub fn apply_async<A, R>(
        &self,
        task: Task<A, R>,
        value: A,
    ) -> Result<AsyncResult<A, R>, TaskError>
    where
        A: Serialize,
        R: DeserializeOwned,
    {
        let (sender, reply) = bounded(1);
        let job = Job::of_one(task.name(), 0, &value, sender)?;
        let stage = job.stage.clone();
        self.submit(job);
        Ok(AsyncResult::new(task, reply, stage))
    }

    /// For tasks that are asked for one by one, while results come back.
    #[must_use]
    pub fn completions<A, R>(&self, task: Task<A, R>) -> Completions<'_, A, R>
    where
        A: Serialize,
        R: DeserializeOwned,
    {
        Completions::new(self, task)
    }

    pub(crate) fn submit(&self, job: Job) {
        match &self.jobs {
            // Where nobody takes it any more, it tells so itself.
            Some(jobs) => drop(jobs.send(job)),
            None => job.tell(None, Outcome::Closed),
        }
    }

    /// From now on it takes no tasks. Those that it has are still done; then
    /// its workers end.
    pub fn close(&mut self) {
        self.jobs = None;
    }

    /// Ends it at once: the workers are killed, what was not done is lost,
    /// and whoever waits for it is told.
    pub fn terminate(&mut self) {
        for seat in &self.seats {
            seat.stop();
        }
        self.close();
    }

    /// Waits until the workers have ended, which they do when the pool has
    /// been closed or terminated.
    ///
    /// # Errors
    ///
    /// [`PoolError::StillRunning`] where it has been neither;
    /// [`PoolError::Interrupted`] when Ctrl-C comes first.
    pub fn join(&mut self) -> Result<(), PoolError> {
        if self.jobs.is_some() {
            return Err(PoolError::StillRunning);
        }
        let tenders = self.tenders.drain(..);
        // All of them, whatever one of them says.
        let panicked = tenders.filter_map(|tender| tender.join().err()).count();
        if panicked > 0 {
            return Err(io::Error::other("a tender panicked").into());
        }
        interrupted().map_or(Ok(()), |by| Err(PoolError::Interrupted(by)))
    }
}

fn in_thread(tender: Tender) -> io::Result<JoinHandle<()>> {
    thread::Builder::new().name("tender".into()).spawn(|| tender.run())
}

/// Python's `with` ends in the same way.
impl Drop for Pool {
    fn drop(&mut self) {
        self.terminate();
        // Its error can only be an interruption, which is known elsewhere.
        let _ = self.join();
    }
}

/// A pool, together with how many tasks go to a worker in one message.
#[derive(Clone, Copy, Debug)]
pub struct Mapper<'pool> {
    pool: &'pool Pool,
    chunk_size: Option<NonZeroUsize>,
}

impl<'pool> Mapper<'pool> {
    /// As [`Pool::map`]. Where no chunk size is chosen it is
    /// [`automatic_chunk_size`].
    ///
    /// # Errors
    ///
    /// As [`Pool::map`].
    pub fn map<A, R>(
        self,
        task: Task<A, R>,
        values: impl IntoIterator<Item = A>,
    ) -> Result<Vec<R>, TaskError>
    where
        A: Serialize,
        R: DeserializeOwned,
    {
        let values = values.into_iter();
        if let Some(chunk_size) = self.chunk_size {
            return Results::new(self.pool, task, values, chunk_size).all();
        }
        let values: Vec<A> = values.collect();
        let chunk_size = automatic_chunk_size(values.len(), self.workers());
        Results::new(self.pool, task, values.into_iter(), chunk_size).all()
    }

    /// As [`Pool::imap`]. Where no chunk size is chosen it is 1.
    pub fn imap<A, R, V>(
        self,
        task: Task<A, R>,
        values: V,
    ) -> Results<'pool, V::IntoIter, A, R>
    where
        A: Serialize,
        R: DeserializeOwned,
        V: IntoIterator<Item = A>,
    {
        self.imap_unordered(task, values).in_order()
    }

    /// As [`Pool::imap_unordered`]. Where no chunk size is chosen it is 1.
    pub fn imap_unordered<A, R, V>(
        self,
        task: Task<A, R>,
        values: V,
    ) -> Results<'pool, V::IntoIter, A, R>
    where
        A: Serialize,
        R: DeserializeOwned,
        V: IntoIterator<Item = A>,
    {
        let chunk_size = self.chunk_size.unwrap_or(NonZeroUsize::MIN);
        Results::new(self.pool, task, values.into_iter(), chunk_size)
    }

    fn workers(self) -> usize {
        self.pool.workers()
    }
}
