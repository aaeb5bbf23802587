//! An item in the queue.

use crossbeam::channel::Sender;

// ANCHOR: entry
/// An item, as bytes, and the way back into the queue, should the consumer
/// that it is on its way to die.
///
/// The way back is also what keeps the queue open: no consumer is told that
/// nothing comes any more while an item may still come back.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) bytes: Vec<u8>,
    way_back: Sender<Entry>,
}
// ANCHOR_END: entry

impl Entry {
    pub(crate) fn new(bytes: Vec<u8>, queue: &Sender<Entry>) -> Self {
        Self { bytes, way_back: queue.clone() }
    }

    /// Puts it into the queue again, for somebody else.
    pub(crate) fn go_back(self) {
        let queue = self.way_back.clone();
        // Where nobody is left to get it, it is gone with the queue.
        let _ = queue.send(self);
    }
}
