//! Two put all they have before either gets anything. With a pipe, neither
//! would come to an end.

use process_spawning::{Process, Target};
use queue_ipc::{Consumer, Producer, Queue};
use time_utils::print_line;

const ITEMS: usize = 10_000;
const BYTES: usize = 1024;

// ANCHOR: both_send
type Ends = (Producer<Vec<u8>>, Consumer<Vec<u8>>);

pub(crate) const EXCHANGE: Target<Ends> =
    Target::new("exchange", |(to_parent, from_parent)| {
        for _ in 0..ITEMS {
            to_parent.put(&vec![0; BYTES])?;
        }
        for _ in 0..ITEMS {
            from_parent.get()?;
        }
        print_line(format_args!(
            "worker  put {ITEMS} items, then got {ITEMS}"
        ))?;
        Ok(())
    });

pub(crate) fn show() -> anyhow::Result<()> {
    let (to_worker, mut from_worker) = (Queue::new(), Queue::new());
    let ends = (from_worker.producer()?, to_worker.consumer()?);
    let mut worker = Process::target(EXCHANGE).start(ends)?;
    from_worker.close();
    for _ in 0..ITEMS {
        to_worker.put(&vec![0; BYTES])?;
    }
    let exit = worker.join()?;
    anyhow::ensure!(exit.success(), "{} ended: {exit}", worker.name());
    for _ in 0..ITEMS {
        from_worker.get()?;
    }
    print_line(format_args!("parent  put {ITEMS} items, then got {ITEMS}"))?;
    Ok(())
}
// ANCHOR_END: both_send
