//! The price of an item in a queue, here and in Python, side by side in one
//! run; and in a queue for threads. Prints the tables of the book:
//!
//! ```text
//! cargo bench -q -p queue_ipc --bench queue_cost
//! ```
//!
//! Needs python3, or what `MP_PYTHON` names.

use std::num::NonZeroUsize;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use crossbeam::channel;
use pipe_ipc::{Receiver, Sender, one_way};
use process_spawning::{Process, Target, exit_code, main_guard};
use queue_ipc::{Consumer, Producer, Queue};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send,
    socketpair,
};
use side_by_side::{Contender, Python, Unit, print_table};
use time_utils::{measure, print_line};

const ROUNDS: usize = 21;
const ITEMS: u32 = 20_000;

type Requests = (Receiver<()>, Producer<u32>);
const PRODUCE: Target<Requests> = Target::new("produce", |(asked, queue)| {
    while let Ok(()) = asked.recv() {
        (0..ITEMS).try_for_each(|number| queue.put(&number))?;
    }
    Ok(())
});

type Answers = (Consumer<u32>, Sender<()>);
const CONSUME: Target<Answers> = Target::new("consume", |(queue, answers)| {
    for number in queue.iter() {
        if number? == ITEMS - 1 {
            answers.send(())?;
        }
    }
    Ok(())
});

fn main() -> ExitCode {
    main_guard(&[&PRODUCE, &CONSUME]);
    exit_code(run())
}

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/queue_cost.py");

fn run() -> anyhow::Result<()> {
    let unit = Unit::ThousandsPerSecond(f64::from(ITEMS));
    let mut python = Python::start(SCRIPT, &[])?;

    let results = Queue::new();
    let (asked, ask) = one_way()?;
    let argument = (asked, results.producer()?);
    let _producer = Process::target(PRODUCE).start(argument)?;
    print_table(
        "small items, worker to parent",
        unit,
        ROUNDS,
        &mut [
            Contender::new("multiprocessing.Queue", || {
                python.once("to parent")
            }),
            Contender::new("queue_ipc::Queue", || {
                ask.send(())?;
                get_all(&results)
            }),
            Contender::new("crossbeam::channel, two threads", threads),
            Contender::new("a bare pair of sockets", bare),
        ],
    )?;

    print_line("")?;
    let (tasks, answers, _one) = start_consumer(1)?;
    let (fetched, fetched_answers, _many) = start_consumer(64)?;
    print_table(
        "small items, parent to worker",
        unit,
        ROUNDS,
        &mut [
            Contender::new("multiprocessing.Queue", || {
                python.once("to worker")
            }),
            Contender::new("queue_ipc::Queue", || put_all(&tasks, &answers)),
            Contender::new("queue_ipc::Queue, prefetch 64", || {
                put_all(&fetched, &fetched_answers)
            }),
        ],
    )
}

fn start_consumer(
    prefetch: usize,
) -> anyhow::Result<(Queue<u32>, Receiver<()>, Process)> {
    let queue = Queue::new();
    let (answers, answer) = one_way()?;
    let prefetch = NonZeroUsize::new(prefetch).context("at least one")?;
    let consumer = queue.consumer()?.prefetch(prefetch);
    let process = Process::target(CONSUME).start((consumer, answer))?;
    Ok((queue, answers, process))
}

fn get_all(queue: &Queue<u32>) -> anyhow::Result<Duration> {
    let (got, time) =
        measure(|| (0..ITEMS).try_for_each(|_| queue.get().map(drop)));
    got?;
    Ok(time)
}

fn put_all(
    queue: &Queue<u32>,
    answers: &Receiver<()>,
) -> anyhow::Result<Duration> {
    let (done, time) = measure(|| {
        (0..ITEMS).try_for_each(|number| queue.put(&number))?;
        answers.recv()?;
        anyhow::Ok(())
    });
    done.map(|()| time)
}

fn threads() -> anyhow::Result<Duration> {
    let (sender, receiver) = channel::unbounded();
    let producer = thread::spawn(move || {
        (0..ITEMS).try_for_each(|number| sender.send(number))
    });
    let (count, time) = measure(|| receiver.iter().count());
    producer.join().ok().context("the producer panicked")??;
    anyhow::ensure!(count == ITEMS as usize, "items are missing");
    Ok(time)
}

fn bare() -> anyhow::Result<Duration> {
    let (ours, theirs): (OwnedFd, OwnedFd) = socketpair(
        AddressFamily::UNIX,
        SocketType::SEQPACKET,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let producer = thread::spawn(move || {
        (0..ITEMS).try_for_each(|number| {
            let item = number.to_le_bytes();
            send(theirs.as_fd(), &item, SendFlags::NOSIGNAL).map(drop)
        })
    });
    let (received, time) = measure(|| {
        let mut item = [0; 4];
        (0..ITEMS).try_for_each(|_| {
            recv(ours.as_fd(), &mut item, RecvFlags::empty()).map(drop)
        })
    });
    received?;
    producer.join().ok().context("the producer panicked")??;
    Ok(time)
}
