//! The end of a queue that puts, in another process, and the thread that
//! serves it in the process that keeps the queue.

use std::cell::{OnceCell, RefCell};
use std::io;
use std::marker::PhantomData;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam::channel::Sender;
use pipe_ipc::{BytesReceiver, BytesSender};
use serde::{Deserialize, Serialize};

use process_spawning::interrupted;

use crate::entry::Entry;
use crate::error::{JoinError, PutError, QueueError};
use crate::feeder::Feeder;
use crate::item;
use crate::line::{Line, Patience, keep_until_our_end, read, written};
use crate::queue::put;
use crate::tally::Tally;

/// What a producer says.
#[derive(Debug, Serialize, Deserialize)]
enum Request {
    /// Into a queue without a bound: there is nothing to wait for.
    Put,
    PutWithin(Patience),
    JoinWithin(Patience),
}

/// What it is answered.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Done,
    Full,
    Closed,
    Lost { tasks: usize },
    TimedOut,
}

/// The end of a [`Queue`](crate::Queue) that puts, for another process.
///
/// When the last one is gone, and the queue closed by its keeper, the
/// consumers are told so after the last item. Once it has been used, it
/// stays in its process.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Producer<T> {
    /// `None` once the feeder has it.
    to: RefCell<Option<BytesSender>>,
    from: BytesReceiver,
    bounded: bool,
    /// In a queue without a bound, from the first message on.
    #[serde(skip)]
    feeder: OnceCell<Feeder>,
    items: PhantomData<fn(T)>,
}

impl<T: Serialize> Producer<T> {
    /// Puts a copy of `item` into the queue. Waits for a place, where the
    /// queue is bounded; returns when the item is on its way, where it is
    /// not.
    ///
    /// # Errors
    ///
    /// [`PutError`], without `Full`.
    pub fn put(&self, item: &T) -> Result<(), PutError> {
        if self.bounded {
            return self.put_within(item, None);
        }
        let item = item::to_bytes(item).map_err(PutError::Value)?;
        Ok(self.say(&Request::Put, &item)?)
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

    /// As [`put`](Self::put), but does not wait for a place.
    ///
    /// # Errors
    ///
    /// [`PutError`]: [`Full`](PutError::Full) where there is no place.
    #[doc(alias = "put_nowait")]
    pub fn try_put(&self, item: &T) -> Result<(), PutError> {
        self.put_within(item, Some(Duration::ZERO))
    }

    fn put_within(&self, item: &T, patience: Patience) -> Result<(), PutError> {
        let item = item::to_bytes(item).map_err(PutError::Value)?;
        match self.ask(&Request::PutWithin(patience), &item)? {
            Answer::Done => Ok(()),
            Answer::Full => Err(PutError::Full),
            _ => Err(PutError::Closed),
        }
    }

    /// Waits until what was put is out of this process. Only before a
    /// `process::exit` with a producer that is not dropped, as in a `static`.
    ///
    /// Python: `Queue.close()` and `Queue.join_thread()`.
    pub fn flush(&self) {
        if let Some(feeder) = self.feeder.get() {
            feeder.flush();
        }
    }

    /// Waits until each task that was put, by whomever, has been called done.
    ///
    /// # Errors
    ///
    /// [`JoinError`]: [`Lost`](JoinError::Lost) where nobody is left who
    /// would do them all.
    pub fn join(&self) -> Result<(), JoinError> {
        self.join_within(None)
    }

    /// As [`join`](Self::join), but waits no longer than `timeout`.
    ///
    /// # Errors
    ///
    /// [`JoinError`]: [`TimedOut`](JoinError::TimedOut) where some are still
    /// to be done.
    pub fn join_timeout(&self, timeout: Duration) -> Result<(), JoinError> {
        self.join_within(Some(timeout))
    }

    fn join_within(&self, patience: Patience) -> Result<(), JoinError> {
        match self.ask(&Request::JoinWithin(patience), &[])? {
            Answer::Done => Ok(()),
            Answer::Lost { tasks } => Err(JoinError::Lost { tasks }),
            _ => Err(JoinError::TimedOut),
        }
    }

    fn ask(
        &self,
        request: &Request,
        item: &[u8],
    ) -> Result<Answer, QueueError> {
        self.say(request, item)?;
        let (answer, ..) = read(&self.from.recv()?)?;
        Ok(answer)
    }

    fn say(&self, request: &Request, item: &[u8]) -> Result<(), QueueError> {
        let message = written(request, item)?;
        if self.bounded {
            let to = self.to.borrow();
            return Ok(to.as_ref().ok_or_else(used)?.send(&message)?);
        }
        if self.feeder.get().is_none() {
            let to = self.to.take().ok_or_else(used)?;
            self.feeder.get_or_init(|| Feeder::start(to));
        }
        let feeder = self.feeder.get().ok_or_else(used)?;
        if feeder.pass(message) {
            return Ok(());
        }
        // The feeder has ended: with the keeper, or at Ctrl-C.
        Err(interrupted().map_or(QueueError::Gone, QueueError::Interrupted))
    }
}

fn used() -> io::Error {
    io::Error::other("a producer that has been used cannot be passed on")
}

/// Keeper: a new producer, and a thread that serves it.
pub(crate) fn connect<T>(
    puts: Sender<Entry>,
    tally: Arc<Tally>,
) -> io::Result<Producer<T>> {
    let (ours, theirs) = Line::pair()?;
    let bounded = puts.capacity().is_some();
    thread::Builder::new().name("producer".into()).spawn(move || {
        let served = serve(&ours, &puts, &tally);
        if let Err(PutError::Queue(QueueError::Interrupted(_))) = served {
            keep_until_our_end(ours);
        }
    })?;
    Ok(Producer {
        to: RefCell::new(Some(theirs.to)),
        from: theirs.from,
        bounded,
        feeder: OnceCell::new(),
        items: PhantomData,
    })
}

fn serve(
    line: &Line,
    puts: &Sender<Entry>,
    tally: &Tally,
) -> Result<(), PutError> {
    loop {
        let piece = line.hear()?;
        let mut rest = &piece[..];
        while !rest.is_empty() {
            let (request, item, after) = read(rest)?;
            rest = after;
            match request {
                Request::Put => put(item.to_vec(), puts, tally, None)?,
                Request::PutWithin(patience) => {
                    let put = put(item.to_vec(), puts, tally, patience);
                    line.say(&Answer::try_from(put)?, &[])?;
                }
                Request::JoinWithin(patience) => {
                    let joined = tally.join(patience);
                    line.say(&Answer::try_from(joined)?, &[])?;
                }
            }
        }
    }
}

impl TryFrom<Result<(), PutError>> for Answer {
    type Error = QueueError;

    fn try_from(put: Result<(), PutError>) -> Result<Self, QueueError> {
        match put {
            Ok(()) => Ok(Self::Done),
            Err(PutError::Full) => Ok(Self::Full),
            Err(PutError::Queue(error)) => Err(error),
            Err(_) => Ok(Self::Closed),
        }
    }
}

impl TryFrom<Result<(), JoinError>> for Answer {
    type Error = QueueError;

    fn try_from(joined: Result<(), JoinError>) -> Result<Self, QueueError> {
        match joined {
            Ok(()) => Ok(Self::Done),
            Err(JoinError::Lost { tasks }) => Ok(Self::Lost { tasks }),
            Err(JoinError::Queue(error)) => Err(error),
            Err(_) => Ok(Self::TimedOut),
        }
    }
}
