//! The line between a producer or consumer and the keeper of the queue.
//!
//! A message is a header and an item, as bytes, which only those need to
//! understand who put it and get it. Several messages may come in one piece.

use std::io;
use std::mem;
use std::time::Duration;

use pipe_ipc::{BytesReceiver, BytesSender, bytes_pipe_without_arrows};
use serde::{Deserialize, Serialize};

use crate::error::QueueError;

/// How long somebody is willing to wait; `None`: as long as it takes.
pub(crate) type Patience = Option<Duration>;

/// A piece that has got so large is sent.
pub(crate) const PIECE_BYTES: usize = 32 * 1024;

/// One end of a line.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) to: BytesSender,
    pub(crate) from: BytesReceiver,
}

impl Line {
    /// Both ends of a new line.
    pub(crate) fn pair() -> io::Result<(Self, Self)> {
        let (from_first, to_second) = bytes_pipe_without_arrows()?;
        let (from_second, to_first) = bytes_pipe_without_arrows()?;
        let first = Self { to: to_second, from: from_second };
        let second = Self { to: to_first, from: from_first };
        Ok((first, second))
    }

    pub(crate) fn say(
        &self,
        header: &impl Serialize,
        item: &[u8],
    ) -> Result<(), QueueError> {
        Ok(self.to.send(&written(header, item)?)?)
    }

    /// What is said next, to be [read].
    pub(crate) fn hear(&self) -> Result<Vec<u8>, QueueError> {
        Ok(self.from.recv()?)
    }
}

/// After Ctrl-C, ends of lines stay open until this process ends. Those at
/// the other ends hear of Ctrl-C too, if a little later, and shall not tell
/// the user that we were gone before.
pub(crate) fn keep_until_our_end<T>(ends: T) {
    mem::forget(ends);
}

/// A message, as bytes.
pub(crate) fn written(
    header: &impl Serialize,
    item: &[u8],
) -> Result<Vec<u8>, QueueError> {
    Ok(postcard::to_extend(&(header, item), Vec::new())?)
}

/// The first message of a piece: its header, its item, and what follows.
pub(crate) fn read<'a, H: Deserialize<'a>>(
    piece: &'a [u8],
) -> Result<(H, &'a [u8], &'a [u8]), QueueError> {
    let ((header, item), rest) = postcard::take_from_bytes(piece)?;
    Ok((header, item, rest))
}
