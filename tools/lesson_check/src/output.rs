//! What a program prints, read while it runs.

use std::io::{PipeReader, PipeWriter, Read};
use std::os::fd::AsFd;
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
}

impl Output {
    /// What comes out of `pipe`, from now on.
    ///
    /// # Panics
    ///
    /// Where the system has no pipe left.
    pub fn of(pipe: impl Read + AsFd + Send + 'static) -> Self {
        let (sender, lines) = channel();
        let (stop, stopper) = std::io::pipe().expect("a pipe");
        let reader = thread::spawn(move || read_lines(pipe, &stop, &sender));
        Self {
            lines: Some(lines),
            reader: Some((stopper, reader)),
            seen: String::new(),
        }
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
                    return Err(std::mem::take(&mut self.seen));
                }
            }
        }
        Ok(std::mem::take(&mut self.seen))
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
fn read_lines(
    mut pipe: impl Read + AsFd,
    stop: &PipeReader,
    lines: &Sender<String>,
) {
    let (mut bytes, mut line) = ([0; 4096], Vec::new());
    while is_ready_before(&pipe, stop) {
        let Ok(length @ 1..) = pipe.read(&mut bytes) else { break };
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
}

fn to_text(line: &mut Vec<u8>) -> String {
    String::from_utf8_lossy(&std::mem::take(line)).into_owned()
}

fn is_ready_before(pipe: &impl AsFd, stop: &PipeReader) -> bool {
    let mut polled =
        [PollFd::new(stop, PollFlags::IN), PollFd::new(pipe, PollFlags::IN)];
    poll(&mut polled, None).is_ok() && polled[0].revents().is_empty()
}
