//! What a program prints, read while it runs.

use std::io::{PipeReader, PipeWriter, Read};
use std::os::fd::AsFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, poll};

/// How long after the program's end somebody may hold its output open.
const LINGER: Duration = Duration::from_secs(1);

/// What comes out of a pipe, line by line, read by a thread until this is
/// dropped: then the pipe is closed.
#[derive(Debug, Default)]
pub struct Output {
    lines: Option<Receiver<String>>,
    reader: Option<(PipeWriter, JoinHandle<()>)>,
    seen: String,
    flooded: Arc<AtomicBool>,
}

impl Output {
    /// What comes out of `pipe`, from now on.
    ///
    /// # Panics
    ///
    /// Where the system has no pipe left.
    pub fn of(pipe: impl Read + AsFd + Send + 'static) -> Self {
        Self::up_to(usize::MAX, pipe)
    }

    /// What comes out of `pipe`, but no more than so many bytes: then the
    /// pipe is closed.
    ///
    /// # Panics
    ///
    /// As [`of`](Self::of).
    pub fn up_to(most: usize, pipe: impl Read + AsFd + Send + 'static) -> Self {
        let (sender, lines) = channel();
        let (stop, stopper) = std::io::pipe().expect("a pipe");
        let flooded = Arc::new(AtomicBool::new(false));
        let flood = Arc::clone(&flooded);
        let reader = thread::spawn(move || {
            flood.store(!read_lines(pipe, most, &stop, &sender), Relaxed);
        });
        Self {
            lines: Some(lines),
            reader: Some((stopper, reader)),
            seen: String::new(),
            flooded,
        }
    }

    /// Whether more has come than may come.
    #[must_use]
    pub fn is_flooded(&self) -> bool {
        self.flooded.load(Relaxed)
    }

    /// Everything that has come so far.
    pub fn so_far(&mut self) -> String {
        let lines = self.lines.iter().flat_map(Receiver::try_iter);
        self.seen.extend(lines);
        self.seen.clone()
    }

    pub(crate) fn line_with(
        &mut self,
        text: &str,
        deadline: Instant,
    ) -> Option<String> {
        let lines = self.lines.as_ref()?;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = lines.recv_timeout(left).ok()?;
            self.seen += &line;
            if line.contains(text) {
                return Some(line);
            }
        }
    }

    /// Everything, once the pipe is at its end.
    ///
    /// # Errors
    ///
    /// What has come so far, where somebody still holds the pipe open.
    pub fn rest(&mut self) -> Result<String, String> {
        let deadline = Instant::now() + LINGER;
        while let Some(lines) = &self.lines {
            let left = deadline.saturating_duration_since(Instant::now());
            match lines.recv_timeout(left) {
                Ok(line) => self.seen += &line,
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    return Err(self.seen.clone());
                }
            }
        }
        Ok(self.seen.clone())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some((stopper, reader)) = self.reader.take() {
            drop(stopper);
            let _ = reader.join();
        }
    }
}

/// Reads until the end of `pipe`, or until the other end of `stop` is closed.
/// False where there is more than `most` bytes.
fn read_lines(
    mut pipe: impl Read + AsFd,
    most: usize,
    stop: &PipeReader,
    lines: &Sender<String>,
) -> bool {
    let (mut bytes, mut line, mut total) = ([0; 4096], Vec::new(), 0);
    while total <= most && is_ready_before(&pipe, stop) {
        let Ok(length @ 1..) = pipe.read(&mut bytes) else { break };
        total += length;
        for byte in &bytes[..length] {
            line.push(*byte);
            if *byte == b'\n' {
                let _ = lines.send(to_text(&mut line));
            }
        }
    }
    if !line.is_empty() {
        let _ = lines.send(to_text(&mut line));
    }
    total <= most
}

fn to_text(line: &mut Vec<u8>) -> String {
    String::from_utf8_lossy(&std::mem::take(line)).into_owned()
}

fn is_ready_before(pipe: &impl AsFd, stop: &PipeReader) -> bool {
    let mut polled =
        [PollFd::new(stop, PollFlags::IN), PollFd::new(pipe, PollFlags::IN)];
    poll(&mut polled, None).is_ok() && polled[0].revents().is_empty()
}
