//! The queue, in the process that keeps it.

use std::convert::Infallible;
use std::fmt;
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam::channel::{
    self, Receiver, Sender, TryRecvError, TrySendError, never,
};
use crossbeam::select;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::consumer::{self, Consumer};
use crate::entry::Entry;
use crate::error::{GetError, JoinError, PutError, QueueError};
use crate::interruption::{interrupted_by, interruption};
use crate::item;
use crate::line::Patience;
use crate::producer::{self, Producer};
use crate::tally::Tally;

/// A queue of items of type `T`, kept by the process that makes it.
///
/// | Python                          | here                                |
/// | ------------------------------- | ----------------------------------- |
/// | `Queue()`, `SimpleQueue()`      | [`Queue::new()`](Self::new)         |
/// | `Queue(maxsize=3)`              | [`Queue::bounded(3)`](Self::bounded) |
/// | the queue as an argument        | [`.producer()`](Self::producer), [`.consumer()`](Self::consumer) |
/// | `.put(item)`                    | [`.put(&item)`](Self::put)          |
/// | `.put(item, timeout=1)`         | [`.put_timeout(&item, t)`](Self::put_timeout) |
/// | `.put_nowait(item)`             | [`.try_put(&item)`](Self::try_put)  |
/// | `.get()`                        | [`.get()`](Self::get)               |
/// | `.get(timeout=1)`               | [`.get_timeout(t)`](Self::get_timeout) |
/// | `.get_nowait()`                 | [`.try_get()`](Self::try_get)       |
/// | `.qsize()`, `.empty()`, `.full()` | [`.len()`](Self::len), [`.is_empty()`](Self::is_empty), [`.is_full()`](Self::is_full) |
/// | `.task_done()`, `.join()`       | [the](Self::task_done) [same](Self::join) |
/// | `.close()`                      | [`.close()`](Self::close)           |
/// | `.join_thread()`                | [`producer.flush()`](Producer::flush), or its drop |
///
/// The items are in this process's memory, as bytes. So a producer may end
/// as soon as it has put its last item: joined before its items have been
/// got, a Python producer would wait for ever, and its parent with it.
///
/// Nobody holds a lock while a process may die: a consumer that is killed
/// while it gets an item takes nothing along but, at most, that item.
pub struct Queue<T> {
    /// `None` once it is closed.
    puts: Option<Sender<Entry>>,
    gets: Receiver<Entry>,
    tally: Arc<Tally>,
    items: PhantomData<fn(T) -> T>,
}

impl<T: Serialize + DeserializeOwned> Queue<T> {
    /// A queue for as many items as there is memory for: `put` never waits.
    #[must_use]
    pub fn new() -> Self {
        Self::over(channel::unbounded())
    }

    /// A queue for `maxsize` items: `put` waits until there is a place. 0 is
    /// without a bound, as in Python.
    #[must_use]
    pub fn bounded(maxsize: usize) -> Self {
        match maxsize {
            0 => Self::new(),
            maxsize => Self::over(channel::bounded(maxsize)),
        }
    }

    fn over((puts, gets): (Sender<Entry>, Receiver<Entry>)) -> Self {
        let tally = Arc::default();
        Self { puts: Some(puts), gets, tally, items: PhantomData }
    }

    /// An end of the queue for another process, to put items.
    ///
    /// # Errors
    ///
    /// Where the queue is closed, or the system has no socket left.
    pub fn producer(&self) -> io::Result<Producer<T>> {
        let puts = self.puts.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        producer::connect(puts.clone(), Arc::clone(&self.tally))
    }

    /// An end of the queue for another process, to get items.
    ///
    /// # Errors
    ///
    /// Where the system has no socket left.
    pub fn consumer(&self) -> io::Result<Consumer<T>> {
        consumer::connect(self.gets.clone(), Arc::clone(&self.tally))
    }

    /// Puts a copy of `item` into the queue. Waits for a place, where the
    /// queue is bounded.
    ///
    /// # Errors
    ///
    /// [`PutError`], without `Full`.
    pub fn put(&self, item: &T) -> Result<(), PutError> {
        self.put_within(item, None)
    }

    /// As [`put`](Self::put), but waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`PutError`]: [`Full`](PutError::Full) where no place became free.
    pub fn put_timeout(
        &self,
        item: &T,
        timeout: Duration,
    ) -> Result<(), PutError> {
        self.put_within(item, Some(timeout))
    }

    /// As [`put`](Self::put), but does not wait.
    ///
    /// # Errors
    ///
    /// [`PutError`]: [`Full`](PutError::Full) where there is no place.
    #[doc(alias = "put_nowait")]
    pub fn try_put(&self, item: &T) -> Result<(), PutError> {
        self.put_within(item, Some(Duration::ZERO))
    }

    fn put_within(&self, item: &T, patience: Patience) -> Result<(), PutError> {
        let bytes = item::to_bytes(item).map_err(PutError::Value)?;
        let puts = self.puts.as_ref().ok_or(PutError::Closed)?;
        put(bytes, puts, &self.tally, patience)
    }

    /// Takes the next item out of the queue. Waits until there is one.
    ///
    /// # Errors
    ///
    /// [`GetError`], without `Empty`.
    pub fn get(&self) -> Result<T, GetError> {
        self.get_within(None)
    }

    /// As [`get`](Self::get), but waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`GetError`]: [`Empty`](GetError::Empty) where no item came.
    pub fn get_timeout(&self, timeout: Duration) -> Result<T, GetError> {
        self.get_within(Some(timeout))
    }

    /// As [`get`](Self::get), but does not wait.
    ///
    /// An item is on its way for moments after another process has put it.
    ///
    /// # Errors
    ///
    /// [`GetError`]: [`Empty`](GetError::Empty) where there is no item.
    #[doc(alias = "get_nowait")]
    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_within(Some(Duration::ZERO))
    }

    fn get_within(&self, patience: Patience) -> Result<T, GetError> {
        match take(&self.gets, interruption(), patience) {
            Taken::Entry(entry) => {
                self.tally.keeper_gets();
                item::from_bytes(&entry.bytes).map_err(GetError::Value)
            }
            Taken::Empty => Err(GetError::Empty),
            Taken::Closed => Err(closed()),
            Taken::CutOff => Err(interrupted().into()),
        }
    }

    /// How many items are in the queue at this moment.
    #[doc(alias = "qsize")]
    #[must_use]
    pub fn len(&self) -> usize {
        self.gets.len()
    }

    /// Whether no item is in the queue at this moment.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.gets.is_empty()
    }

    /// Whether there is no place in the queue at this moment.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.gets.is_full()
    }

    /// Says that a task, which this process got from the queue, is done.
    ///
    /// # Errors
    ///
    /// [`JoinError::NotGot`] where all that were put are done.
    pub fn task_done(&self) -> Result<(), JoinError> {
        self.tally.done()
    }

    /// Waits until each task that was put has been called done.
    ///
    /// # Errors
    ///
    /// [`JoinError`]: [`Lost`](JoinError::Lost) where nobody is left who
    /// would do them all.
    pub fn join(&self) -> Result<(), JoinError> {
        self.tally.join(None)
    }

    /// As [`join`](Self::join), but waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`JoinError`]: [`TimedOut`](JoinError::TimedOut) where some are still
    /// to be done.
    pub fn join_timeout(&self, timeout: Duration) -> Result<(), JoinError> {
        self.tally.join(Some(timeout))
    }

    /// This process will put nothing more. Once the producers in other
    /// processes are gone too, and the items got, every `get` says
    /// [`Closed`](GetError::Closed).
    pub fn close(&mut self) {
        self.puts = None;
    }
}

impl<T: Serialize + DeserializeOwned> Default for Queue<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: Serialize + DeserializeOwned> fmt::Debug for Queue<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("len", &self.len())
            .finish_non_exhaustive()
    }
}

/// What came of [`take`].
pub(crate) enum Taken {
    Entry(Entry),
    Empty,
    Closed,
    /// What was to be watched meanwhile was cut off.
    CutOff,
}

/// Takes an entry, and waits for it while `watched` is not cut off.
pub(crate) fn take(
    gets: &Receiver<Entry>,
    watched: &Receiver<Infallible>,
    patience: Patience,
) -> Taken {
    match gets.try_recv() {
        Ok(entry) => return Taken::Entry(entry),
        Err(TryRecvError::Disconnected) => return Taken::Closed,
        Err(TryRecvError::Empty) => {}
    }
    let over = end_of(patience);
    select! {
        recv(gets) -> entry => entry.map_or(Taken::Closed, Taken::Entry),
        recv(watched) -> _ => Taken::CutOff,
        recv(over) -> _ => Taken::Empty,
    }
}

/// Puts an item, and counts it as a task.
pub(crate) fn put(
    item: Vec<u8>,
    puts: &Sender<Entry>,
    tally: &Tally,
    patience: Patience,
) -> Result<(), PutError> {
    // Counted first: it may be done before we come back.
    tally.add();
    let placed = place(Entry::new(item, puts), puts, patience);
    if placed.is_err() {
        tally.take_back();
    }
    placed
}

/// Puts an entry, and waits for a place.
fn place(
    entry: Entry,
    puts: &Sender<Entry>,
    patience: Patience,
) -> Result<(), PutError> {
    let entry = match puts.try_send(entry) {
        Ok(()) => return Ok(()),
        Err(TrySendError::Disconnected(_)) => return Err(PutError::Closed),
        Err(TrySendError::Full(entry)) => entry,
    };
    let over = end_of(patience);
    select! {
        send(puts, entry) -> sent => sent.map_err(|_| PutError::Closed),
        recv(interruption()) -> _ => Err(interrupted().into()),
        recv(over) -> _ => Err(PutError::Full),
    }
}

/// The error for the end of a queue. After Ctrl-C it is that: the last
/// producers may have ended by it.
fn closed() -> GetError {
    let interrupted = process_spawning::interrupted();
    interrupted
        .map_or(GetError::Closed, |by| QueueError::Interrupted(by).into())
}

/// What is received from when somebody's patience is over.
pub(crate) fn end_of(patience: Patience) -> Receiver<Instant> {
    let end = patience.and_then(|time| Instant::now().checked_add(time));
    end.map_or_else(never, channel::at)
}

/// The error for what cut off [`interruption`].
pub(crate) fn interrupted() -> QueueError {
    match interrupted_by() {
        Some(by) => QueueError::Interrupted(by),
        None => QueueError::System(io::ErrorKind::Interrupted.into()),
    }
}
