//! The lines that come out of a pipe, read when there is something to read.

use std::fs::File;
use std::io::ErrorKind::Interrupted;
use std::io::Read as _;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

/// What is longer than this is told in pieces, as if it were several lines:
/// nobody can fill the memory with a line that never ends.
const LONGEST: usize = 64 * 1024;

/// A pipe, and the beginning of a line that is not whole yet.
#[derive(Debug)]
pub struct Lines {
    /// None, once it is at its end.
    pipe: Option<File>,
    begun: Vec<u8>,
}

impl Lines {
    /// The lines of `pipe`; without one, they are at their end.
    #[must_use]
    pub fn of(pipe: Option<impl Into<OwnedFd>>) -> Self {
        let pipe = pipe.map(|pipe| File::from(pipe.into()));
        Self { pipe, begun: Vec::new() }
    }

    /// What to wait for; none, at the end.
    #[must_use]
    pub fn source(&self) -> Option<BorrowedFd<'_>> {
        self.pipe.as_ref().map(File::as_fd)
    }

    /// The lines that are whole with what one read brings; at the end also
    /// one without a line break.
    pub fn read(&mut self) -> Vec<String> {
        let mut bytes = [0; 16 * 1024];
        let length = self.pipe.as_mut().map(|pipe| pipe.read(&mut bytes));
        if matches!(&length, Some(Err(error)) if error.kind() == Interrupted) {
            return Vec::new();
        }
        let Some(Ok(length @ 1..)) = length else {
            self.pipe = None;
            let last = std::mem::take(&mut self.begun);
            return if last.is_empty() {
                Vec::new()
            } else {
                vec![text(&last)]
            };
        };
        self.begun.extend_from_slice(&bytes[..length]);
        let Some(end) = self.begun.iter().rposition(|byte| *byte == b'\n')
        else {
            let is_long = self.begun.len() > LONGEST;
            let piece = is_long.then(|| std::mem::take(&mut self.begun));
            return piece.iter().map(|piece| text(piece)).collect();
        };
        let whole: Vec<u8> = self.begun.drain(..=end).collect();
        whole[..end].split(|byte| *byte == b'\n').map(text).collect()
    }
}

fn text(line: &[u8]) -> String {
    String::from_utf8_lossy(line).into_owned()
}
