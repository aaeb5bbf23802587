//! A consumer is killed while it waits, and while it works: what becomes of
//! the queue, of the items, and of those who wait for their end.

use std::thread;

use pipe_ipc::{Sender, one_way};
use process_spawning::{Process, Target};
use queue_ipc::{Consumer, JoinError, Producer, Queue};
use time_utils::print_line;

const ITEMS: u32 = 6;

/// Does all the tasks it gets, and says how many they were.
pub(crate) const WORK: Target<(Consumer<u32>, Producer<u32>)> =
    Target::new("work", |(tasks, done)| {
        let mut count = 0;
        for task in tasks.iter() {
            task?;
            tasks.task_done()?;
            count += 1;
        }
        Ok(done.put(&count)?)
    });

/// Gets one task, and works on it for ever.
pub(crate) const HANG: Target<(Consumer<u32>, Sender<()>)> =
    Target::new("hang", |(tasks, ready)| {
        ready.send(())?;
        tasks.get()?;
        ready.send(())?;
        loop {
            thread::park();
        }
    });

pub(crate) fn show() -> anyhow::Result<()> {
    print_line("killed while it waits for an item:")?;
    kill_one(When::ItWaits)?;
    print_line("killed while it works on an item:")?;
    kill_one(When::ItWorks)
}

#[derive(Clone, Copy, PartialEq)]
enum When {
    ItWaits,
    ItWorks,
}

// ANCHOR: kill_one
fn kill_one(when: When) -> anyhow::Result<()> {
    let (mut tasks, mut done) = (Queue::new(), Queue::new());
    let (ready, says_ready) = one_way()?;
    let ends = (tasks.consumer()?, says_ready);
    let mut killed = Process::target(HANG).start(ends)?;
    ready.recv()?;
    if when == When::ItWorks {
        tasks.put(&0)?;
        ready.recv()?;
    }
    killed.kill()?;
    killed.join()?;
    let ends = (tasks.consumer()?, done.producer()?);
    let _other = Process::target(WORK).start(ends)?;
    done.close();
    (0..ITEMS).try_for_each(|task| tasks.put(&task))?;
    let joined = match tasks.join() {
        Ok(()) => "all tasks are done".to_owned(),
        Err(lost @ JoinError::Lost { .. }) => lost.to_string(),
        Err(error) => return Err(error.into()),
    };
    tasks.close();
    let count = done.get()?;
    print_line(format_args!("  put after that    {ITEMS} items"))?;
    print_line(format_args!("  the other got     {count} items"))?;
    print_line(format_args!("  join              {joined}"))?;
    Ok(())
}
// ANCHOR_END: kill_one
