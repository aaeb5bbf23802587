//! Asking ahead, and putting results in order.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::iter::{Fuse, FusedIterator};
use std::num::NonZeroUsize;
use std::ops::Range;
use std::time::{Duration, Instant};

use crossbeam::channel::{Receiver, Sender, unbounded};
use crossbeam::select;
use queue_ipc::interruption;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::{Cause, TaskError};
use crate::job::{Job, Reply};
use crate::message::Order;
use crate::pool::Pool;
use crate::task::Task;

/// A source that takes longer is not asked for more while there is a result
/// to be given out.
const SLOW: Duration = Duration::from_millis(1);

/// How far [`Results`] asks ahead of what has come back.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    /// In chunks.
    chunks: usize,
    /// In bytes of arguments and results; but always two for each worker.
    bytes: usize,
}

impl Ahead {
    /// So far that no worker of `pool` is idle, and no further: what is
    /// taken from an iterator of a million values are some hundred.
    fn of(pool: &Pool) -> Self {
        Self { chunks: pool.workers() * 64, bytes: 4 << 20 }
    }
}

/// The results of a call, as they are asked for: see
/// [`Pool::imap`](crate::Pool::imap).
///
/// It takes values from its source only some way ahead, in the thread that
/// asks for results: so a source must not wait for them. In memory are at
/// most some hundred of them, and no more than a few megabytes; but two for
/// each worker, however large.
///
/// Dropped before its end, it asks for nothing more; what it has asked for
/// is still done, for nobody.
pub struct Results<'pool, S: Iterator, A, R> {
    pool: &'pool Pool,
    task: Task<A, R>,
    source: Fuse<S>,
    chunk_size: NonZeroUsize,
    ahead: Ahead,
    replies: (Sender<Reply>, Receiver<Reply>),
    /// Asked for, and not yet replied.
    outstanding: usize,
    outstanding_bytes: usize,
    /// In bytes: those that come will hardly be larger.
    largest_reply: usize,
    /// How many values have been taken from the source.
    taken: usize,
    /// In which order results are given out.
    order: Option<InOrder<R>>,
    /// To be given out next.
    ready: VecDeque<Result<R, TaskError>>,
}

/// Results that came before their turn, by the place of their first.
struct InOrder<R> {
    /// The place whose turn it is.
    turn: usize,
    early: BTreeMap<usize, Outcomes<R>>,
}

/// What became of a chunk: as many places as it had, and for each a result.
type Outcomes<R> = (Range<usize>, Vec<Result<R, TaskError>>);

impl<'pool, S, A, R> Results<'pool, S, A, R>
where
    S: Iterator<Item = A>,
    A: Serialize,
    R: DeserializeOwned,
{
    pub(crate) fn new(
        pool: &'pool Pool,
        task: Task<A, R>,
        source: S,
        chunk_size: NonZeroUsize,
    ) -> Self {
        Self {
            pool,
            task,
            source: source.fuse(),
            chunk_size,
            ahead: Ahead::of(pool),
            replies: unbounded(),
            outstanding: 0,
            outstanding_bytes: 0,
            largest_reply: 0,
            taken: 0,
            order: None,
            ready: VecDeque::new(),
        }
    }

    /// The results come in the order of the values.
    pub(crate) fn in_order(mut self) -> Self {
        self.order = Some(InOrder { turn: 0, early: BTreeMap::new() });
        self
    }

    /// All of them, in the order of the values; or, when all are done, the
    /// first error in that order.
    pub(crate) fn all(mut self) -> Result<Vec<R>, TaskError> {
        while self.ask_for_chunk() {}
        let refused = self.ready.drain(..).filter_map(Result::err);
        let mut errors: Vec<_> = refused.collect();
        let (mut results, mut early) = (Vec::new(), BTreeMap::new());
        results.reserve_exact(self.taken);
        let mut turn = 0;
        while self.outstanding > 0 {
            let reply = self.next_reply()?;
            self.outstanding -= 1;
            early.insert(reply.places.start, reply);
            while let Some(reply) = early.remove(&turn) {
                turn = reply.places.end;
                errors.extend(reply.add_to(&mut results, self.task.name()));
            }
        }
        let first = errors.into_iter().min_by_key(|error| error.places().start);
        first.map_or(Ok(results), Err)
    }

    fn ask_ahead(&mut self) {
        // Many at once: to wake a thread for each would cost more than it.
        if self.ahead_now() > self.ahead.chunks / 2 {
            return;
        }
        let start = Instant::now();
        while self.may_ask() && self.ask_for_chunk() {
            // A slow source does not keep back what has come.
            let has_come = !self.replies.1.is_empty();
            if has_come && start.elapsed() > SLOW {
                return;
            }
        }
    }

    /// How much has been taken from the source and not been given out: what
    /// has come back before its turn takes room, too.
    fn ahead_now(&self) -> usize {
        let early = self.order.as_ref().map_or(0, |order| order.early.len());
        self.outstanding + early + self.ready.len()
    }

    /// Takes a chunk from the source and asks for it; `false` where nothing
    /// is left.
    fn ask_for_chunk(&mut self) -> bool {
        let begin = self.taken;
        let mut order = Order::begin(self.task.name());
        while self.taken - begin < self.chunk_size.get() {
            let Some(value) = self.source.next() else { break };
            if let Err(error) = order.add(&value) {
                self.ask(order, begin..self.taken);
                self.refuse(Cause::Argument(error));
                return true;
            }
            self.taken += 1;
        }
        self.ask(order, begin..self.taken)
    }

    /// No worker gets to see the value that was taken last.
    fn refuse(&mut self, cause: Cause) {
        let places = self.taken..self.taken + 1;
        self.taken += 1;
        let name = self.task.name();
        let error = TaskError::new(name, places.clone(), None, cause);
        self.hand_out(places, vec![Err(error)]);
    }

    fn may_ask(&self) -> bool {
        let ahead = self.ahead_now();
        let results = ahead.saturating_mul(self.largest_reply);
        let bytes = self.outstanding_bytes.saturating_add(results);
        ahead < self.ahead.chunks
            && (ahead < 2 * self.pool.workers() || bytes < self.ahead.bytes)
    }

    fn ask(&mut self, order: Order, places: Range<usize>) -> bool {
        if places.is_empty() {
            return false;
        }
        let job = Job::new(order.into_bytes(), places, self.replies.0.clone());
        self.outstanding += 1;
        self.outstanding_bytes += job.order.len();
        self.pool.submit(job);
        true
    }

    /// Settles what has come, `first` and what is behind it.
    fn settle_all(&mut self, first: Reply) {
        self.settle(first);
        while let Ok(next) = self.replies.1.try_recv() {
            self.settle(next);
        }
    }

    fn settle(&mut self, reply: Reply) {
        self.outstanding -= 1;
        self.outstanding_bytes -= reply.order_bytes;
        self.largest_reply = self.largest_reply.max(reply.bytes());
        let places = reply.places.clone();
        let outcomes = reply.outcomes(self.task.name());
        self.hand_out(places, outcomes);
    }

    fn hand_out(
        &mut self,
        places: Range<usize>,
        outcomes: Vec<Result<R, TaskError>>,
    ) {
        let Some(order) = &mut self.order else {
            self.ready.extend(outcomes);
            return;
        };
        order.early.insert(places.start, (places, outcomes));
        while let Some((places, outcomes)) = order.early.remove(&order.turn) {
            order.turn = places.end;
            self.ready.extend(outcomes);
        }
    }

    fn next_reply(&self) -> Result<Reply, TaskError> {
        if let Ok(reply) = self.replies.1.try_recv() {
            return Ok(reply);
        }
        select! {
            recv(self.replies.1) -> reply => {
                reply.map_err(|_| self.error(Cause::Terminated))
            }
            recv(interruption()) -> _ => {
                Err(self.error(Cause::of_interruption()))
            }
        }
    }

    fn error(&self, cause: Cause) -> TaskError {
        TaskError::new(self.task.name(), 0..self.taken, None, cause)
    }
}

impl<S, A, R> Iterator for Results<'_, S, A, R>
where
    S: Iterator<Item = A>,
    A: Serialize,
    R: DeserializeOwned,
{
    type Item = Result<R, TaskError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(result) = self.ready.pop_front() {
                return Some(result);
            }
            self.ask_ahead();
            if self.outstanding == 0 {
                // Unless a value could not even be asked for.
                return self.ready.pop_front();
            }
            match self.next_reply() {
                Ok(reply) => self.settle_all(reply),
                Err(error) => {
                    // Nothing more will come, nor be asked for.
                    self.ahead.chunks = 0;
                    self.outstanding = 0;
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<S, A, R> FusedIterator for Results<'_, S, A, R>
where
    S: Iterator<Item = A>,
    A: Serialize,
    R: DeserializeOwned,
{
}

impl<S: Iterator, A, R> fmt::Debug for Results<'_, S, A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Results")
            .field("task", &self.task)
            .field("taken", &self.taken)
            .field("outstanding", &self.outstanding)
            .finish_non_exhaustive()
    }
}
