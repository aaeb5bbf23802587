//! A worker as its parent sees it: a process, and the ways to it.

use std::convert::Infallible;
use std::ffi::OsString;
use std::io;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::time::Duration;

use crossbeam::channel::Receiver;
use pipe_ipc::{BytesReceiver, BytesSender, RecvError, SendError, bytes_pipe};
use process_spawning::{Argument, END_GRACE, Exit, Process};
use queue_ipc::ending;
use rustix::event::PollFlags;

use crate::error::PoolError;
use crate::message::Greeting;
use crate::workers::{Station, Workers};

/// Variables of a worker, beside those that it inherits.
pub(crate) type Environment = Vec<(OsString, OsString)>;

/// A worker, and the ways to it.
#[derive(Debug)]
pub(crate) struct Worker {
    label: Arc<str>,
    orders: BytesSender,
    reports: BytesReceiver,
    pub(crate) process: Process,
    /// Cut off when it ends.
    pub(crate) ended: Receiver<Infallible>,
    /// How many chunks it has been given.
    chunks: usize,
}

impl Worker {
    /// Starts one. It is not waited for: [greet](Self::greet) it.
    pub(crate) fn start<I: Argument>(
        workers: Workers<I>,
        name: String,
        environment: &Environment,
        initial: I,
    ) -> Result<Self, PoolError> {
        let (their_orders, orders) = bytes_pipe()?;
        let (reports, their_reports) = bytes_pipe()?;
        let station =
            Station { orders: their_orders, reports: their_reports, initial };
        let mut process = Process::listed(workers.name()).name(name);
        for (variable, value) in environment {
            process = process.env(variable, value);
        }
        let process = process.start(station)?;
        let label = format!("{} (PID {})", process.name(), process.pid());
        let label = label.into();
        let sentinel = process.as_fd().try_clone_to_owned()?;
        let ended = ending(sentinel, PollFlags::IN)?;
        Ok(Self { label, orders, reports, process, ended, chunks: 0 })
    }

    /// Waits until its initializer is through, which may take so long.
    pub(crate) fn greet(mut self, time: Duration) -> Result<Self, PoolError> {
        let why = match self.recv_timeout(time) {
            Ok(None) => format!("it was not through after {time:?}"),
            Ok(Some(greeting)) => {
                match postcard::from_bytes::<Greeting>(&greeting) {
                    Ok(Ok(())) => return Ok(self),
                    Ok(Err(failure)) => failure.to_string(),
                    Err(error) => error.to_string(),
                }
            }
            Err(RecvError::Interrupted(by)) => {
                return Err(PoolError::Interrupted(by));
            }
            Err(_) => format!("the worker ended: {}", self.end()?),
        };
        let worker = self.process.name().to_owned();
        Err(PoolError::Initializer { worker, why })
    }

    /// Its name and number.
    pub(crate) fn label(&self) -> Arc<str> {
        Arc::clone(&self.label)
    }

    /// How many chunks it has been given.
    pub(crate) fn chunks(&self) -> usize {
        self.chunks
    }

    /// Gives it so many chunks, in one piece. `false` where it has not taken
    /// them in this time; it takes nothing more then.
    pub(crate) fn send(
        &mut self,
        piece: &[u8],
        chunks: usize,
        time: Option<Duration>,
    ) -> Result<bool, SendError> {
        self.chunks += chunks;
        match time {
            None => self.orders.send(piece).map(|()| true),
            Some(time) => self.orders.send_timeout(piece, time),
        }
    }

    pub(crate) fn recv(&self) -> Result<Vec<u8>, RecvError> {
        self.reports.recv()
    }

    /// `None` where nothing came in that time.
    pub(crate) fn recv_timeout(
        &self,
        timeout: Duration,
    ) -> Result<Option<Vec<u8>>, RecvError> {
        self.reports.recv_timeout(timeout)
    }

    /// Lets it end by itself: there are no more orders.
    pub(crate) fn dismiss(mut self) {
        drop(self.orders);
        let _ = ended(&mut self.process);
    }

    /// How it ended; where it has not, it is ended now.
    pub(crate) fn end(&mut self) -> io::Result<Exit> {
        ended(&mut self.process)
    }
}

fn ended(process: &mut Process) -> io::Result<Exit> {
    match process.join_timeout(END_GRACE) {
        Ok(Some(exit)) => Ok(exit),
        _ => process.end(),
    }
}
