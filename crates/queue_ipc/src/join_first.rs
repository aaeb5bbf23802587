//! A worker is joined before anything that it put is got. In Python that is
//! a deadlock.

use process_spawning::{Process, Target};
use queue_ipc::{Producer, Queue};
use time_utils::print_line;

const BYTES: usize = 1 << 20;
const ITEMS: usize = 100_000;

// ANCHOR: join_first
pub(crate) const PUT: Target<Producer<Vec<u8>>> = Target::new("put", |queue| {
    queue.put(&vec![0; BYTES])?;
    for _ in 0..ITEMS {
        queue.put(&Vec::new())?;
    }
    print_line(format_args!("worker  puts {BYTES} bytes, and {ITEMS} items"))?;
    Ok(())
});

pub(crate) fn show() -> anyhow::Result<()> {
    let mut queue = Queue::new();
    let mut worker = Process::target(PUT).start(queue.producer()?)?;
    queue.close();
    let exit = worker.join()?;
    print_line(format_args!("parent  joins it first: {exit}"))?;
    let large = queue.get()?.len();
    print_line(format_args!("parent  gets {large} bytes"))?;
    for _ in 0..ITEMS {
        queue.get()?;
    }
    print_line(format_args!("parent  gets {ITEMS} items"))?;
    Ok(())
}
// ANCHOR_END: join_first
