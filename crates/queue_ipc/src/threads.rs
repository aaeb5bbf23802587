//! The same work queue inside one process: crossbeam channels and threads.

use std::thread;

use crossbeam::channel::{Receiver, SendError, Sender, unbounded};

use crate::{Work, square};

// ANCHOR: work
type Share = std::ops::Range<u64>;
type Square = (u64, u64);

fn produce(share: Share, items: Sender<u64>) -> Result<(), SendError<u64>> {
    for item in share {
        items.send(item)?;
    }
    Ok(())
}

fn consume(
    items: Receiver<u64>,
    squares: Sender<Square>,
    iterations: u64,
) -> Result<(), SendError<Square>> {
    for item in items {
        squares.send((item, square(item, iterations)))?;
    }
    Ok(())
}
// ANCHOR_END: work

/// As in `processes`; a thread cannot be killed, and shares our memory.
pub(crate) fn squares(work: Work) -> anyhow::Result<Vec<Square>> {
    let ((put_item, items), (put_square, squares)) = (unbounded(), unbounded());
    thread::scope(|scope| {
        let mut consumers = Vec::new();
        for _ in 0..work.consumers {
            let (items, put_square) = (items.clone(), put_square.clone());
            // Not `scope.spawn`: it panics where the system has no thread left.
            let consumer = thread::Builder::new()
                .spawn_scoped(scope, move || {
                    consume(items, put_square, work.iterations)
                })?;
            consumers.push(consumer);
        }
        let mut producers = Vec::new();
        for share in work.shares() {
            let put_item = put_item.clone();
            let producer = thread::Builder::new()
                .spawn_scoped(scope, || produce(share, put_item))?;
            producers.push(producer);
        }
        // Ours are ends too: the channels close when all are dropped.
        drop((put_item, items, put_square));
        let all = squares.iter().collect();
        for producer in producers {
            producer.join().expect("produce does not panic")?;
        }
        for consumer in consumers {
            consumer.join().expect("consume does not panic")?;
        }
        Ok(all)
    })
}
