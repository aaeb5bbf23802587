//! The thread that sends what a producer puts into a queue without a bound.
//!
//! To send each item by itself is a call of the system for each, on either
//! side. So `put` only passes the item to this thread, which sends what has
//! come together meanwhile in one piece. Python's queue has such a thread
//! too. A producer that is killed loses what was still with it: what it had
//! put in its last moments.

use std::thread::{self, JoinHandle};

use crossbeam::channel::{Receiver, Sender, bounded};
use pipe_ipc::{BytesSender, SendError};

use crate::line::PIECE_BYTES;

/// As many messages may wait for the thread, before `put` waits for it.
const MESSAGES: usize = 1024;

/// The thread, and the way to it. When it is dropped, everything is sent.
#[derive(Debug)]
pub(crate) struct Feeder {
    messages: Option<Sender<Vec<u8>>>,
    thread: Option<JoinHandle<Result<(), SendError>>>,
}

impl Feeder {
    /// A feeder for `to`. Where the system has no thread left, it is as if
    /// the keeper were gone.
    pub(crate) fn start(to: BytesSender) -> Self {
        let (messages, queue) = bounded(MESSAGES);
        let thread = thread::Builder::new()
            .name("feeder".into())
            .spawn(move || feed(&queue, &to));
        Self { messages: Some(messages), thread: thread.ok() }
    }

    /// Passes a message on; `false` where there is nobody to send it to.
    pub(crate) fn pass(&self, message: Vec<u8>) -> bool {
        let messages = self.messages.as_ref();
        messages.is_some_and(|messages| messages.send(message).is_ok())
    }
}

fn feed(queue: &Receiver<Vec<u8>>, to: &BytesSender) -> Result<(), SendError> {
    for mut piece in queue {
        while piece.len() < PIECE_BYTES
            && let Ok(message) = queue.try_recv()
        {
            piece.extend_from_slice(&message);
        }
        to.send(&piece)?;
    }
    Ok(())
}

impl Drop for Feeder {
    fn drop(&mut self) {
        self.messages = None;
        if let Some(thread) = self.thread.take() {
            // Its error is the end of the keeper: nobody misses the items.
            let _ = thread.join();
        }
    }
}
