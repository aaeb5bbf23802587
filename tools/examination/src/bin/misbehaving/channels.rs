//! Messages that nobody takes, or nobody sends.

use std::io::{Read as _, Write as _, pipe, stdout};
use std::process::{Command, Stdio};
use std::thread;

use pipe_ipc::{Receiver, Sender, one_way};
use process_spawning::{AnyTarget, Process, Target};
use queue_ipc::{Producer, Queue};

pub(crate) const TARGETS: &[&dyn AnyTarget] =
    &[&PUT, &SEND, &FEED, &RECEIVE, &END];

/// More than any pipe holds.
const LARGE: usize = 1 << 20;

/// More messages than any channel holds.
const MANY: usize = 10_000;

const PUT: Target<Producer<u32>> = Target::new("put", |queue| {
    for number in 0..10 {
        queue.put(&number)?;
    }
    Ok(())
});

pub(crate) fn join_before_get() -> anyhow::Result<()> {
    let mut queue = Queue::bounded(2);
    let worker = Process::target(PUT).name("producer_1");
    let mut worker = worker.start(queue.producer()?)?;
    queue.close();
    worker.join()?;
    Ok(())
}

pub(crate) fn write_much() -> anyhow::Result<()> {
    Ok(stdout().write_all(&vec![b'.'; LARGE])?)
}

pub(crate) fn wait_before_read() -> anyhow::Result<()> {
    let mut child =
        crate::again("write_much")?.stdout(Stdio::piped()).spawn()?;
    child.wait()?;
    Ok(())
}

const SEND: Target<Sender<Vec<u8>>> = Target::new("send", send);

fn send(sender: Sender<Vec<u8>>) -> anyhow::Result<()> {
    for _ in 0..MANY {
        sender.send(vec![0; LARGE])?;
    }
    Ok(())
}

pub(crate) fn join_before_recv() -> anyhow::Result<()> {
    let (_receiver, sender) = one_way()?;
    Process::target(SEND).name("sender_1").start(sender)?.join()?;
    Ok(())
}

const FEED: Target<Sender<Vec<u8>>> = Target::new("feed", |sender| {
    let feeder = thread::Builder::new().name("my_feeder".to_owned());
    let feeder = feeder.spawn(move || send(sender))?;
    feeder.join().expect("it does not panic")
});

pub(crate) fn feeder_blocked() -> anyhow::Result<()> {
    let (_receiver, sender) = one_way()?;
    Process::target(FEED).name("sender_2").start(sender)?.join()?;
    Ok(())
}

const RECEIVE: Target<Receiver<u32>> = Target::new("receive", |receiver| {
    receiver.recv()?;
    Ok(())
});

pub(crate) fn join_before_send() -> anyhow::Result<()> {
    let (receiver, sender) = one_way()?;
    let mut worker =
        Process::target(RECEIVE).name("receiver_1").start(receiver)?;
    worker.join()?;
    Ok(sender.send(7)?)
}

pub(crate) fn own_writer() -> anyhow::Result<()> {
    let (mut reader, writer) = pipe()?;
    let mut child =
        Command::new("echo").arg("all").stdout(writer.try_clone()?).spawn()?;
    child.wait()?;
    reader.read_to_string(&mut String::new())?;
    drop(writer);
    Ok(())
}

pub(crate) fn own_sender() -> anyhow::Result<()> {
    let (receiver, _sender) = one_way::<u32>()?;
    receiver.recv()?;
    Ok(())
}

pub(crate) fn nobody_speaks() -> anyhow::Result<()> {
    let (theirs, _to_them) = one_way()?;
    let (ours, _to_us) = one_way::<u32>()?;
    let _worker = Process::target(RECEIVE).name("receiver_2").start(theirs)?;
    ours.recv()?;
    Ok(())
}

const END: Target<()> = Target::new("end", |()| Ok(()));

pub(crate) fn dead_sender() -> anyhow::Result<()> {
    let (receiver, _sender) = one_way::<u32>()?;
    let _worker = Process::target(END).name("short_lived").start(())?;
    receiver.recv()?;
    Ok(())
}
