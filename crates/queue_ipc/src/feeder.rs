//! The thread that sends what a producer puts into a queue without a bound.
//!
//! To send each item by itself is a call of the system for each, on either
//! side. So `put` only passes the item to this thread, which sends what has
//! come together meanwhile in one piece. Python's queue has such a thread
//! too. A producer that is killed loses what was still with it: what it had
//! put in its last moments.

use std::convert::Infallible;
use std::iter;
use std::thread::{self, JoinHandle};

use crossbeam::channel::{Receiver, Sender, bounded};
use pipe_ipc::{BytesSender, SendError};

use crate::line::PIECE_BYTES;

/// As many messages may wait for the thread, before `put` waits for it.
const MESSAGES: usize = 1024;

/// The thread, and the way to it. When it is dropped, everything is sent.
#[derive(Debug)]
pub(crate) struct Feeder {
    messages: Option<Sender<Message>>,
    thread: Option<JoinHandle<Result<(), SendError>>>,
}

enum Message {
    Send(Vec<u8>),
    /// When everything before it is sent, the other end is dropped.
    Flush(Sender<Infallible>),
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
        let message = Message::Send(message);
        messages.is_some_and(|messages| messages.send(message).is_ok())
    }

    /// Waits until everything that was passed on is sent, or cannot be.
    pub(crate) fn flush(&self) {
        let (flushed, wait) = bounded(0);
        if let Some(messages) = &self.messages
            && messages.send(Message::Flush(flushed)).is_ok()
        {
            let _ = wait.recv();
        }
    }
}

fn feed(queue: &Receiver<Message>, to: &BytesSender) -> Result<(), SendError> {
    let mut piece = Vec::new();
    for first in queue {
        let mut flushed = None;
        for message in iter::once(first).chain(queue.try_iter()) {
            match message {
                Message::Send(message) => piece.extend_from_slice(&message),
                Message::Flush(sender) => flushed = Some(sender),
            }
            if flushed.is_some() || piece.len() >= PIECE_BYTES {
                break;
            }
        }
        if !piece.is_empty() {
            to.send(&piece)?;
            piece.clear();
        }
        drop(flushed);
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
