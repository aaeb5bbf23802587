//! The list of what workers can be asked to run, and the life of a worker.

use std::time::Instant;

use pipe_ipc::{BytesReceiver, BytesSender, SendError};
use process_spawning::{AnyTarget, Argument, Call, Handover, HandoverError};
use serde::{Deserialize, Serialize};
use time_utils::trace;

use crate::error::Failure;
use crate::message::{Greeting, Order, Received, Report};
use crate::task::{AnyTask, call, caught, note_panics};

/// What workers are: the tasks that they can be asked to run, and what each
/// does first. A constant, listed in the main guard, as a target is.
///
/// `I` is the argument of the initializer. It may hold what no task's
/// argument may: an end of a queue or a pipe. A queue's producer that is kept
/// in a `static` wants a `flush` at the end of a task: a worker that ends
/// drops no statics.
pub struct Workers<I = ()> {
    name: &'static str,
    tasks: &'static [&'static dyn AnyTask],
    initializer: fn(I) -> anyhow::Result<()>,
}

impl Workers {
    /// Workers for `tasks`, found by `name`.
    #[must_use]
    pub const fn new(
        name: &'static str,
        tasks: &'static [&'static dyn AnyTask],
    ) -> Self {
        Self::with_initializer(name, |()| Ok(()), tasks)
    }
}

impl<I> Workers<I> {
    /// Workers for `tasks`, found by `name`, each of which first calls
    /// `initializer`.
    ///
    /// Python: `Pool(initializer=…, initargs=…)`.
    #[must_use]
    pub const fn with_initializer(
        name: &'static str,
        initializer: fn(I) -> anyhow::Result<()>,
        tasks: &'static [&'static dyn AnyTask],
    ) -> Self {
        Self { name, tasks, initializer }
    }

    pub(crate) fn name(&self) -> &'static str {
        self.name
    }
}

impl<I> Clone for Workers<I> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<I> Copy for Workers<I> {}

impl<I> std::fmt::Debug for Workers<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Workers").field(&self.name).finish()
    }
}

/// What a worker is given when it starts.
#[derive(Serialize, Deserialize)]
pub(crate) struct Station<I> {
    pub(crate) orders: BytesReceiver,
    pub(crate) reports: BytesSender,
    pub(crate) initial: I,
}

impl<I: Argument> AnyTarget for Workers<I> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn take(&self, from: Handover<'_>) -> Result<Call, HandoverError> {
        let workers = *self;
        let station: Station<I> = from.argument()?;
        Ok(Box::new(move || workers.serve(station)))
    }
}

impl<I: Argument> Workers<I> {
    /// The life of a worker: it ends with the last order.
    fn serve(self, station: Station<I>) -> anyhow::Result<()> {
        let Station { orders, reports, initial } = station;
        note_panics();
        let begun = caught(|| call(self.initializer, initial));
        let heard = tell(&reports, &postcard::to_stdvec::<Greeting>(&begun)?)?;
        if begun.is_err() || !heard {
            // Where it failed, the parent tells the person.
            return Ok(());
        }
        while let Ok(piece) = orders.recv() {
            let mut piece = &piece[..];
            // Each is reported before the next begins, so that the parent
            // knows what we were at, should we end here.
            while let Some(order) = Order::take(&mut piece) {
                if !tell(&reports, &self.carry_out(&order)?)? {
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn carry_out(&self, order: &Received<'_>) -> anyhow::Result<Vec<u8>> {
        let _span = trace::span(trace::Category::Task, order.task);
        let start = Instant::now();
        // Results are often about as large as arguments.
        let mut results = Vec::with_capacity(order.arguments.len() * 2);
        let mut report =
            match self.tasks.iter().find(|task| task.name() == order.task) {
                Some(task) => task.carry_out(order, &mut results),
                None => self.unlisted(),
            };
        report.nanoseconds = start.elapsed().as_nanos().try_into()?;
        let mut report = postcard::to_stdvec(&report)?;
        report.append(&mut results);
        Ok(report)
    }

    fn unlisted(&self) -> Report {
        let names: Vec<_> = self.tasks.iter().map(|t| t.name()).collect();
        let failure = Failure::Unlisted { listed: names.join(", ") };
        Report { failures: vec![(0, failure)], ..Report::default() }
    }
}

/// `false` where the parent listens no more: nobody misses what is told.
fn tell(parent: &BytesSender, what: &[u8]) -> Result<bool, SendError> {
    match parent.send(what) {
        Ok(()) => Ok(true),
        Err(SendError::Closed) => Ok(false),
        Err(error) => Err(error),
    }
}
