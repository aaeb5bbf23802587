//! The end of a queue that gets, in another process, and the thread that
//! serves it in the process that keeps the queue.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crossbeam::channel::{Receiver, never};
use pipe_ipc::Ready as _;
use rustix::event::PollFlags;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::ending::ending;
use crate::entry::Entry;
use crate::error::{GetError, JoinError, QueueError};
use crate::item;
use crate::line::{
    Line, PIECE_BYTES, Patience, keep_until_our_end, read, written,
};
use crate::queue::{Taken, take};
use crate::tally::Tally;

/// What a consumer says.
#[derive(Debug, Serialize, Deserialize)]
enum Request {
    /// Up to so many items.
    GetWithin(Patience, NonZeroUsize),
    /// The next item that was sent is got.
    Got,
    Done,
}

/// What it is answered; several items may come in one piece.
#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Item,
    Empty,
    Closed,
}

/// The end of a [`Queue`](crate::Queue) that gets, for another process.
///
/// Several may get from one queue: each item goes to one of them. An item
/// that had not arrived when its consumer ended goes to somebody else.
#[derive(Debug, Serialize, Deserialize)]
#[serde(bound = "")]
pub struct Consumer<T> {
    line: Line,
    at_once: NonZeroUsize,
    /// Items that are here, and not yet got.
    here: RefCell<VecDeque<Vec<u8>>>,
    /// Tasks got, and not yet called done.
    undone: Cell<usize>,
    items: PhantomData<fn() -> T>,
}

impl<T: DeserializeOwned> Consumer<T> {
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

    /// As [`get`](Self::get), but does not wait for an item.
    ///
    /// # Errors
    ///
    /// [`GetError`]: [`Empty`](GetError::Empty) where there is no item.
    #[doc(alias = "get_nowait")]
    pub fn try_get(&self) -> Result<T, GetError> {
        self.get_within(Some(Duration::ZERO))
    }

    // ANCHOR: get
    fn get_within(&self, patience: Patience) -> Result<T, GetError> {
        if self.here.borrow().is_empty() {
            self.fetch(patience)?;
        }
        let item = self.here.borrow_mut().pop_front();
        let item = item.ok_or(QueueError::Gone)?;
        // Until it hears this, the keeper would give the item to another.
        self.line.say(&Request::Got, &[])?;
        self.undone.set(self.undone.get() + 1);
        item::from_bytes(&item).map_err(GetError::Value)
    }
    // ANCHOR_END: get

    fn fetch(&self, patience: Patience) -> Result<(), GetError> {
        let get = Request::GetWithin(patience, self.at_once);
        self.line.say(&get, &[])?;
        let piece = self.line.hear()?;
        let mut rest = &piece[..];
        while !rest.is_empty() {
            let (answer, item, after) = read(rest)?;
            rest = after;
            match answer {
                Answer::Item => self.here.borrow_mut().push_back(item.into()),
                Answer::Empty => return Err(GetError::Empty),
                Answer::Closed => return Err(GetError::Closed),
            }
        }
        Ok(())
    }

    /// From now on fetches up to `items` at once from the keeper, so far as
    /// there are. Without this it is one at a time.
    ///
    /// For tiny tasks that is many times faster. For long ones it is wrong:
    /// what is here waits for this consumer, though another may be idle.
    /// Should this one die, what it has not got goes to the others.
    #[must_use]
    pub fn prefetch(mut self, items: NonZeroUsize) -> Self {
        self.at_once = items;
        self
    }

    /// The items, one after the other, until the queue is closed.
    pub fn iter(&self) -> impl Iterator<Item = Result<T, GetError>> {
        std::iter::from_fn(|| match self.get() {
            Err(GetError::Closed) => None,
            got => Some(got),
        })
    }

    /// Says that a task, which this consumer got, is done.
    ///
    /// # Errors
    ///
    /// [`JoinError::NotGot`] where all that it got are done.
    pub fn task_done(&self) -> Result<(), JoinError> {
        let undone = self.undone.get().checked_sub(1);
        self.undone.set(undone.ok_or(JoinError::NotGot)?);
        Ok(self.line.say(&Request::Done, &[])?)
    }
}

/// Keeper: a new consumer, and a thread that serves it.
pub(crate) fn connect<T>(
    gets: Receiver<Entry>,
    tally: Arc<Tally>,
) -> io::Result<Consumer<T>> {
    let (ours, theirs) = Line::pair()?;
    // So that nobody waits for an item on behalf of a consumer that has
    // ended. Its end is told without being asked for.
    let line = ours.from.source().try_clone_to_owned()?;
    let gone = ending(line, PollFlags::empty())?;
    tally.consumer_came();
    let mut server = Server {
        line: ours,
        gone,
        gets,
        tally,
        sent: VecDeque::new(),
        undone: 0,
    };
    thread::Builder::new().name("consumer".into()).spawn(move || {
        if let Err(QueueError::Interrupted(_)) = server.serve() {
            keep_until_our_end(server);
        }
    })?;
    Ok(Consumer {
        line: theirs,
        at_once: NonZeroUsize::MIN,
        here: RefCell::default(),
        undone: Cell::new(0),
        items: PhantomData,
    })
}

struct Server {
    line: Line,
    gone: Receiver<Infallible>,
    gets: Receiver<Entry>,
    tally: Arc<Tally>,
    /// Sent, and not yet got.
    sent: VecDeque<Entry>,
    /// Got, and not yet called done.
    undone: usize,
}

impl Server {
    // ANCHOR: serve
    fn serve(&mut self) -> Result<(), QueueError> {
        loop {
            let message = self.line.hear()?;
            let (request, ..) = read(&message)?;
            match request {
                Request::GetWithin(patience, most) => {
                    self.give(patience, most)?;
                }
                Request::Got => {
                    self.sent.pop_front();
                    self.undone += 1;
                }
                Request::Done => {
                    let _ = self.tally.done();
                    self.undone = self.undone.saturating_sub(1);
                }
            }
        }
    }

    // ANCHOR_END: serve

    fn give(
        &mut self,
        patience: Patience,
        most: NonZeroUsize,
    ) -> Result<(), QueueError> {
        match take(&self.gets, &self.gone, patience) {
            Taken::Entry(entry) => self.sent.push_back(entry),
            Taken::Empty => return self.line.say(&Answer::Empty, &[]),
            Taken::Closed => return self.line.say(&Answer::Closed, &[]),
            Taken::CutOff => return Err(QueueError::Gone),
        }
        let mut piece = Vec::new();
        let mut left = most.get();
        while let Some(entry) = self.sent.back() {
            piece.extend(written(&Answer::Item, &entry.bytes)?);
            left -= 1;
            if left == 0 || piece.len() >= PIECE_BYTES {
                break;
            }
            let Ok(next) = self.gets.try_recv() else { break };
            self.sent.push_back(next);
        }
        Ok(self.line.to.send(&piece)?)
    }
}

// ANCHOR: drop
/// The consumer is gone: what it had not got is for somebody else.
impl Drop for Server {
    fn drop(&mut self) {
        self.tally.consumer_went(self.undone);
        // Going back may mean to wait for a place, but not as one of those
        // who could make it.
        self.gets = never();
        self.sent.drain(..).for_each(Entry::go_back);
    }
}
// ANCHOR_END: drop
