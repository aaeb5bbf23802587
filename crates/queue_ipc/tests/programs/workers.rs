//! What the scenarios' processes do.

use std::num::NonZeroUsize;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use pipe_ipc::{Receiver, Sender};
use process_spawning::{AnyTarget, Process, Target};
use queue_ipc::{Consumer, GetError, Producer, PutError, Queue};

pub(crate) const ALL: [&dyn AnyTarget; 13] = [
    &PUT_RANGE,
    &PUT_FOR_EVER,
    &PUT_BYTES,
    &PUT_LIMITED,
    &COLLECT,
    &EMPTY,
    &GET_ONE,
    &WORK,
    &HOLD,
    &PATIENT,
    &EXCHANGE,
    &JOIN,
    &NOTHING,
];

/// A patience long enough to be seen, and short enough to be waited for.
pub(crate) const PATIENCE: Duration = Duration::from_millis(60);

/// Far more than anything here takes.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// An item: who put it, and which of its items it is.
pub(crate) type Item = (u32, u64);

/// Puts the items of `range`, and ends.
pub(crate) const PUT_RANGE: Target<(Producer<Item>, u32, u64)> =
    Target::new("put_range", |(queue, who, count)| {
        Ok((0..count).try_for_each(|number| queue.put(&(who, number)))?)
    });

/// Puts items until it is killed, or the keeper is gone.
pub(crate) const PUT_FOR_EVER: Target<(Producer<Item>, u32)> =
    Target::new("put_for_ever", |(queue, who)| {
        Ok((0..).try_for_each(|number| queue.put(&(who, number)))?)
    });

/// Puts one item of so many bytes, and an empty one.
pub(crate) const PUT_BYTES: Target<(Producer<Vec<u8>>, usize)> =
    Target::new("put_bytes", |(queue, length)| {
        queue.put(&vec![7; length])?;
        Ok(queue.put(&Vec::new())?)
    });

/// Fills a queue of two places, and sees that the third is refused in time.
pub(crate) const PUT_LIMITED: Target<Producer<u32>> =
    Target::new("put_limited", |queue| {
        queue.put(&1)?;
        queue.put_timeout(&2, PATIENCE)?;
        let full = took(Duration::ZERO, || queue.try_put(&3))?;
        ensure!(matches!(full, Err(PutError::Full)), "{full:?}");
        let full = took(PATIENCE, || queue.put_timeout(&3, PATIENCE))?;
        ensure!(matches!(full, Err(PutError::Full)), "{full:?}");
        Ok(())
    });

/// Gets items to the queue's end, and puts all that it got at once.
pub(crate) const COLLECT: Target<(Consumer<Item>, Producer<Vec<Item>>, usize)> =
    Target::new("collect", |(queue, got, at_once)| {
        let queue = queue.prefetch(at_once.try_into()?);
        let all = queue.iter().collect::<Result<Vec<_>, _>>()?;
        Ok(got.put(&all)?)
    });

/// Sees that there is nothing to get, in time; then that there is.
pub(crate) const EMPTY: Target<(Consumer<u32>, Sender<()>)> =
    Target::new("empty", |(queue, seen)| {
        let empty = took(Duration::ZERO, || queue.try_get())?;
        ensure!(matches!(empty, Err(GetError::Empty)), "{empty:?}");
        let empty = took(PATIENCE, || queue.get_timeout(PATIENCE))?;
        ensure!(matches!(empty, Err(GetError::Empty)), "{empty:?}");
        seen.send(())?;
        ensure!(queue.get_timeout(LONG)? == 5, "another item");
        Ok(())
    });

/// Says that it is ready, gets items to the end of the queue, tells of each,
/// and calls none of them done.
pub(crate) const PATIENT: Target<(Consumer<Item>, Sender<Option<Item>>)> =
    Target::new("patient", |(queue, tells)| {
        tells.send(None)?;
        for item in queue.iter() {
            tells.send(Some(item?))?;
        }
        Ok(())
    });

/// Waits for an item, which never comes.
pub(crate) const GET_ONE: Target<Consumer<Item>> =
    Target::new("get_one", |queue| {
        queue.get()?;
        Ok(())
    });

/// Gets items to the queue's end, and calls each done.
pub(crate) const WORK: Target<Consumer<Item>> = Target::new("work", |queue| {
    for item in queue.iter() {
        item?;
        queue.task_done()?;
    }
    Ok(())
});

/// Gets so many, and fetches up to so many; says so, and stays.
pub(crate) const HOLD: Target<(Consumer<Item>, Sender<Item>, usize, usize)> =
    Target::new("hold", |(queue, tells, count, at_once)| {
        let queue = queue.prefetch(at_once.try_into()?);
        for _ in 0..count {
            tells.send(queue.get()?)?;
        }
        loop {
            thread::park();
        }
    });

/// Puts so many items before it gets as many.
pub(crate) const EXCHANGE: Target<(Producer<Item>, Consumer<Item>, u64)> =
    Target::new("exchange", |(to, from, count)| {
        (0..count).try_for_each(|number| to.put(&(1, number)))?;
        for number in 0..count {
            ensure!(from.get()? == (0, number), "another item");
        }
        Ok(())
    });

/// Waits for all tasks of a queue to be done.
pub(crate) const JOIN: Target<(Producer<Item>, Receiver<()>)> =
    Target::new("join", |(queue, begin)| {
        begin.recv()?;
        Ok(queue.join()?)
    });

pub(crate) const NOTHING: Target<()> = Target::new("nothing", |()| Ok(()));

/// Does `work`, and sees that it took as long as `patience`, and not longer
/// than a busy machine makes it.
pub(crate) fn took<T>(
    patience: Duration,
    work: impl FnOnce() -> T,
) -> anyhow::Result<T> {
    let begin = Instant::now();
    let result = work();
    let time = begin.elapsed();
    ensure!(time >= patience, "it took only {time:?}");
    ensure!(time < patience + Duration::from_secs(5), "it took {time:?}");
    Ok(result)
}

/// All that comes until the queue is closed.
pub(crate) fn get_all<T>(queue: &Queue<T>) -> anyhow::Result<Vec<T>>
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    let mut all = Vec::new();
    loop {
        match queue.get_timeout(LONG) {
            Ok(item) => all.push(item),
            Err(GetError::Closed) => return Ok(all),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Waits for the ends of all, and sees that all went well.
pub(crate) fn join_all(
    processes: impl IntoIterator<Item = Process>,
) -> anyhow::Result<()> {
    for mut process in processes {
        let exit = process.join_timeout(LONG)?;
        let exit = exit.context("it does not end")?;
        ensure!(exit.success(), "{} ended: {exit}", process.name());
    }
    Ok(())
}

pub(crate) fn kill(mut process: Process) -> anyhow::Result<()> {
    process.kill()?;
    process.join()?;
    Ok(())
}

/// Looks again and again, for what nobody sends a message of.
pub(crate) fn until(
    what: &str,
    mut is_so: impl FnMut() -> bool,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + LONG;
    while !is_so() {
        ensure!(Instant::now() < deadline, "it never came: {what}");
        sleep(Duration::from_millis(1));
    }
    Ok(())
}

/// Sees that `items` are those of `producers`, `each` of them, each once.
pub(crate) fn ensure_each_once(
    mut items: Vec<Item>,
    producers: u32,
    each: u64,
) -> anyhow::Result<()> {
    items.sort_unstable();
    let all = (0..producers).flat_map(|who| (0..each).map(move |n| (who, n)));
    let is_all = items.iter().copied().eq(all);
    ensure!(is_all, "{} items, or not these", items.len());
    Ok(())
}

pub(crate) fn at_once(items: usize) -> anyhow::Result<NonZeroUsize> {
    NonZeroUsize::new(items).context("at least one")
}
