//! Which tasks are still to be done: what `join` waits for.

use std::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crossbeam::channel::{Sender, bounded};
use crossbeam::select;

use crate::error::JoinError;
use crate::interruption::interruption;
use crate::line::Patience;
use crate::queue::{end_of, interrupted};

/// How many tasks are to be done, and by whom.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// Put, and not yet called done.
    unfinished: usize,
    /// Those of them whose consumer has ended.
    lost: usize,
    /// The consumers in other processes; `None` before the first.
    consumers: Option<usize>,
    /// The keeper gets items, too.
    keeper_gets: bool,
    /// Dropped to wake up those who wait.
    waiting: Vec<Sender<Infallible>>,
}

impl Counts {
    /// Whether all is done that will be; `None` while that is open.
    fn outcome(&self) -> Option<Result<(), JoinError>> {
        let tasks = match self.consumers {
            Some(0) if !self.keeper_gets => self.unfinished,
            _ => self.lost,
        };
        (self.unfinished == tasks).then_some(match tasks {
            0 => Ok(()),
            tasks => Err(JoinError::Lost { tasks }),
        })
    }

    fn wake_if_settled(&mut self) {
        if self.outcome().is_some() {
            self.waiting.clear();
        }
    }
}

impl Tally {
    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A task is put.
    pub(crate) fn add(&self) {
        self.counts().unfinished += 1;
    }

    /// The task was not put after all.
    pub(crate) fn take_back(&self) {
        let _ = self.done();
    }

    /// A task is done.
    pub(crate) fn done(&self) -> Result<(), JoinError> {
        let mut counts = self.counts();
        if counts.unfinished == counts.lost {
            return Err(JoinError::NotGot);
        }
        counts.unfinished -= 1;
        counts.wake_if_settled();
        Ok(())
    }

    /// The keeper is a consumer, too, for as long as it lives.
    pub(crate) fn keeper_gets(&self) {
        self.counts().keeper_gets = true;
    }

    /// There is one more consumer.
    pub(crate) fn consumer_came(&self) {
        *self.counts().consumers.get_or_insert_default() += 1;
    }

    /// A consumer has ended, and left that many tasks undone.
    pub(crate) fn consumer_went(&self, undone: usize) {
        let mut counts = self.counts();
        counts.lost += undone;
        counts.consumers = counts.consumers.map(|consumers| consumers - 1);
        counts.wake_if_settled();
    }

    /// Waits until all tasks are done.
    pub(crate) fn join(&self, patience: Patience) -> Result<(), JoinError> {
        let over = end_of(patience);
        loop {
            let settled = {
                let mut counts = self.counts();
                if let Some(outcome) = counts.outcome() {
                    return outcome;
                }
                let (waiting, settled) = bounded(0);
                counts.waiting.push(waiting);
                settled
            };
            select! {
                recv(settled) -> _ => {}
                recv(interruption()) -> _ => {
                    return Err(interrupted().into());
                }
                recv(over) -> _ => return Err(JoinError::TimedOut),
            }
        }
    }
}
