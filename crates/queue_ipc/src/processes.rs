//! The work queue, with producers and consumers in processes of their own.

use process_spawning::{Process, Target};
use queue_ipc::{Consumer, GetError, Producer, Queue};

use crate::{Work, square};

// ANCHOR: work
type Share = std::ops::Range<u64>;
type Square = (u64, u64);

pub(crate) const PRODUCE: Target<(Share, Producer<u64>)> =
    Target::new("produce", |(share, items)| {
        for item in share {
            items.put(&item)?;
        }
        Ok(())
    });

pub(crate) const CONSUME: Target<(Consumer<u64>, Producer<Square>, u64)> =
    Target::new("consume", |(items, squares, iterations)| {
        for item in items.iter() {
            let item = item?;
            squares.put(&(item, square(item, iterations)))?;
        }
        Ok(())
    });
// ANCHOR_END: work

// ANCHOR: squares
pub(crate) fn squares(work: Work) -> anyhow::Result<Vec<Square>> {
    let (mut items, mut squares) = (Queue::new(), Queue::new());
    let mut processes = Vec::new();
    for number in 1..=work.consumers {
        let argument =
            (items.consumer()?, squares.producer()?, work.iterations);
        let consumer = Process::target(CONSUME);
        let consumer = consumer.name(format!("Consumer_{number}"));
        processes.push(consumer.start(argument)?);
    }
    for (share, number) in work.shares().zip(1..) {
        let producer = Process::target(PRODUCE);
        let producer = producer.name(format!("Producer_{number}"));
        processes.push(producer.start((share, items.producer()?))?);
    }
    // Nothing comes from here, so that the queues end when the others do.
    items.close();
    squares.close();
    let all = get_all(&squares)?;
    for mut process in processes {
        let exit = process.join()?;
        anyhow::ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(all)
}

fn get_all(squares: &Queue<Square>) -> anyhow::Result<Vec<Square>> {
    let mut all = Vec::new();
    loop {
        match squares.get() {
            Ok(square) => all.push(square),
            Err(GetError::Closed) => return Ok(all),
            Err(error) => return Err(error.into()),
        }
    }
}
// ANCHOR_END: squares
