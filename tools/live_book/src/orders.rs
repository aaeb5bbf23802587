//! What the server asks of a keeper while it is at work: a
//! line on its standard input for each.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd};

use course::Lines;

/// The orders as they come. Their end is an order, too: to end.
#[derive(Debug)]
pub(crate) struct Orders(Lines);

impl Orders {
    /// Those that come on standard input.
    pub(crate) fn from_stdin() -> io::Result<Self> {
        let stdin = io::stdin().as_fd().try_clone_to_owned()?;
        Ok(Self(Lines::of(Some(stdin))))
    }

    /// Readable when there is one; nothing, once they have ended.
    pub(crate) fn source(&self) -> Option<BorrowedFd<'_>> {
        self.0.source()
    }

    /// The processes that are to be killed: what there is to order.
    pub(crate) fn read(&mut self) -> Vec<u32> {
        let lines = self.0.read();
        lines.iter().filter_map(|line| line.parse().ok()).collect()
    }
}
