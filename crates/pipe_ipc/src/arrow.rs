//! The messages in the trace: an arrow from each `send` to its `recv`.

use std::cell::Cell;
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};
use time_utils::trace;

/// What the two ends of a pipe have in common, so that the trace can tell
/// which message is which: the pipe's name, and how many have gone through.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Arrows {
    /// The process that made the pipe, and which of its pipes it is; `None`
    /// where the trace shall not have them.
    pipe: Option<(u32, u64)>,
    messages: Cell<u64>,
}

impl Arrows {
    pub(crate) fn new() -> Self {
        static PIPES: AtomicU64 = AtomicU64::new(0);
        let number = PIPES.fetch_add(1, Ordering::Relaxed);
        let pipe = Some((process::id(), number));
        Self { pipe, messages: Cell::new(0) }
    }

    pub(crate) fn none() -> Self {
        Self { pipe: None, messages: Cell::new(0) }
    }

    /// To be called before the message is sent: it may be received before
    /// the sender gets to say anything.
    pub(crate) fn sent(&self) {
        self.message(trace::sent);
    }

    /// The message was not sent after all.
    pub(crate) fn not_sent(&self) {
        self.messages.set(self.messages.get() - 1);
    }

    pub(crate) fn received(&self) {
        self.message(trace::received);
    }

    fn message(&self, draw: fn(&str, &str)) {
        let number = self.messages.get();
        self.messages.set(number + 1);
        if let Some((pid, pipe)) = self.pipe
            && trace::is_on()
        {
            draw("message", &format!("{pid}-{pipe}-{number}"));
        }
    }
}
