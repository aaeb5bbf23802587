//! What parent and worker tell each other.

use serde::{Deserialize, Serialize};

use crate::error::Failure;
use crate::writing::write;

/// Parent to worker: the name of a task, and arguments for it, as bytes.
///
/// Several orders may come in one piece. Each begins with three numbers: the
/// length of the whole, how many arguments there are, and the length of the
/// name.
#[derive(Debug)]
pub(crate) struct Order {
    bytes: Vec<u8>,
    arguments: usize,
}

/// An order as the worker reads it.
#[derive(Debug)]
pub struct Received<'a> {
    pub task: &'a str,
    /// How many arguments there are: some take no bytes.
    pub count: usize,
    pub arguments: &'a [u8],
}

const NUMBER_BYTES: usize = size_of::<u64>();
const HEADER_BYTES: usize = 3 * NUMBER_BYTES;

impl Order {
    /// An order for `task`, without arguments so far.
    pub(crate) fn begin(task: &str) -> Self {
        let mut bytes = vec![0; HEADER_BYTES];
        bytes.extend_from_slice(task.as_bytes());
        let mut this = Self { bytes, arguments: 0 };
        this.write(2, task.len());
        this
    }

    /// One more argument; where it cannot be written, the order is as before.
    pub(crate) fn add(
        &mut self,
        argument: &impl Serialize,
    ) -> postcard::Result<()> {
        write(argument, &mut self.bytes)?;
        self.arguments += 1;
        Ok(())
    }

    pub(crate) fn into_bytes(mut self) -> Vec<u8> {
        self.write(0, self.bytes.len());
        self.write(1, self.arguments);
        self.bytes
    }

    fn write(&mut self, place: usize, number: usize) {
        let at = place * NUMBER_BYTES;
        let number = (number as u64).to_le_bytes();
        self.bytes[at..at + NUMBER_BYTES].copy_from_slice(&number);
    }

    /// Worker: takes the first order from `piece`; `None` where there is
    /// none.
    pub(crate) fn take<'a>(piece: &mut &'a [u8]) -> Option<Received<'a>> {
        let mut header = *piece;
        let whole = take_number(&mut header)?;
        let count = take_number(&mut header)?;
        let name = take_number(&mut header)?;
        let (order, rest) = piece.split_at_checked(whole)?;
        let order = order.get(HEADER_BYTES..)?;
        let (name, arguments) = order.split_at_checked(name)?;
        *piece = rest;
        let task = std::str::from_utf8(name).ok()?;
        Some(Received { task, count, arguments })
    }
}

fn take_number(from: &mut &[u8]) -> Option<usize> {
    let (number, rest) = from.split_first_chunk()?;
    *from = rest;
    u64::from_le_bytes(*number).try_into().ok()
}

/// Worker to parent, once, when it begins.
pub(crate) type Greeting = Result<(), Failure>;

/// Worker to parent, for each order: what failed. After it come the results
/// of what did not, as bytes.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    /// How long the worker was at it.
    pub nanoseconds: u64,
    /// For how many arguments it was done. What came after them failed as
    /// the last of `failures` did.
    pub done: usize,
    /// Which failed, in order.
    pub failures: Vec<(usize, Failure)>,
}
