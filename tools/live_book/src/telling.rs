//! Telling the server what happens, without waiting for it: who looks after a
//! run must not stand still because a page reads slowly.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use crossbeam::channel::{Receiver, Sender, bounded, unbounded};
use serde::Serialize;
use time_utils::{OutputError, print_line};

/// How many bytes may wait to be told. A run that prints and traces as much as
/// it may needs a fraction of it.
const MOST: usize = 64 * 1024 * 1024;

/// How long the last of them may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Lines of JSON on their way to standard output.
#[derive(Debug)]
pub(crate) struct Telling {
    lines: Sender<String>,
    /// How many bytes wait.
    waiting: Arc<AtomicUsize>,
    /// Hears of the end of the thread that prints.
    end: Receiver<()>,
}

/// Why something cannot be told.
#[derive(Debug, thiserror::Error)]
#[error("the page does not read what it is told")]
struct Unread;

impl Telling {
    /// Begins.
    pub(crate) fn new() -> Self {
        let (lines, next) = unbounded();
        let (at_end, end) = bounded(0);
        let waiting = Arc::<AtomicUsize>::default();
        let its_waiting = Arc::clone(&waiting);
        thread::spawn(move || {
            print_all(&next, &its_waiting);
            drop(at_end);
        });
        Self { lines, waiting, end }
    }

    /// Tells of `event`, later.
    ///
    /// # Errors
    ///
    /// Where nobody reads any more, or too slowly for what there is.
    pub(crate) fn tell(&self, event: &impl Serialize) -> anyhow::Result<()> {
        let line = serde_json::to_string(event)?;
        let length = line.len();
        let waiting = self.waiting.fetch_add(length, Ordering::Relaxed);
        if waiting + length > MOST {
            return Err(Unread.into());
        }
        Ok(self.lines.send(line).map_err(|_| OutputError::Closed)?)
    }

    /// Waits until all is told, if that is soon.
    pub(crate) fn finish(self) {
        drop(self.lines);
        let _over = self.end.recv_timeout(PATIENCE);
    }
}

fn print_all(lines: &Receiver<String>, waiting: &AtomicUsize) {
    for line in lines {
        let length = line.len();
        if print_line(line).is_err() {
            return;
        }
        waiting.fetch_sub(length, Ordering::Relaxed);
    }
}
