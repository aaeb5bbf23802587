//! Values that cannot be sent, and ends of pipes, which can.

use std::fs::File;
use std::os::fd::AsRawFd as _;

use anyhow::ensure;
use pipe_ipc::{Connection, Ready as _, Receiver, Sender, one_way, pipe};
use process_spawning::{Process, Target};
use serde::de::Error as _;
use serde::ser::{Error as _, SerializeTuple as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time_utils::print_line;

use crate::descriptors;

#[derive(Debug, Serialize, Deserialize)]
enum Note {
    Text(String),
    Poison(Poison),
    Panic(Panicky),
}

/// Fails to be written after an end of a pipe has been written in it.
#[derive(Debug, Deserialize)]
struct Poison {
    end: Sender<u32>,
    _never_comes: (),
}

impl Serialize for Poison {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut tuple = to.serialize_tuple(2)?;
        tuple.serialize_element(&self.end)?;
        Err(S::Error::custom("poisoned"))
    }
}

/// The same, by a panic.
#[derive(Debug, Deserialize)]
struct Panicky {
    end: Sender<u32>,
}

impl Serialize for Panicky {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_tuple(1)?.serialize_element(&self.end)?;
        panic!("it does not want to be written");
    }
}

/// After each failure the pipe works, and so does another one: nothing of
/// what failed turns up in it.
pub(crate) fn that_cannot_be_sent() -> anyhow::Result<()> {
    let (notes, to_notes) = one_way()?;
    let (others, to_others) = one_way::<Receiver<String>>()?;
    let before = descriptors()?;
    for bad in [poison, panicky] {
        for _ in 0..3 {
            print_line(format_args!("{:?}", to_notes.send(bad()?)))?;
        }
        // An unrelated message, which carries an end itself.
        let (receiver, sender) = one_way()?;
        to_others.send(receiver)?;
        sender.send("right".into())?;
        print_line(others.recv()?.recv()?)?;
        to_notes.send(Note::Text("right, too".into()))?;
        print_line(format_args!("{:?}", notes.recv()?))?;
    }
    let after = descriptors()?;
    ensure!(before == after, "{before} descriptors became {after}");
    Ok(())
}

fn poison() -> anyhow::Result<Note> {
    let (_, end) = one_way()?;
    Ok(Note::Poison(Poison { end, _never_comes: () }))
}

fn panicky() -> anyhow::Result<Note> {
    let (_, end) = one_way()?;
    Ok(Note::Panic(Panicky { end }))
}

/// Odd numbers are not read.
#[derive(Debug, Serialize)]
pub(crate) struct Even(pub(crate) u32);

impl<'de> Deserialize<'de> for Even {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match u32::deserialize(from)? {
            number if number % 2 == 0 => Ok(Self(number)),
            number => Err(D::Error::custom(format!("{number} is odd"))),
        }
    }
}

pub(crate) fn that_cannot_be_read() -> anyhow::Result<()> {
    let (receiver, sender) = one_way()?;
    for number in 1..=2 {
        sender.send(Even(number))?;
        print_line(format_args!("{:?}", receiver.recv()))?;
    }
    Ok(())
}

type Ends = (Receiver<String>, Sender<String>);

/// Reads from the one end that it is given, and writes to the other.
pub(crate) const GIVE_BACK: Target<Connection<i32, Ends>> =
    Target::new("give_back", |parent| {
        let _many = three_hundred_files()?;
        while let Ok((receiver, sender)) = parent.recv() {
            parent.send(receiver.source().as_raw_fd())?;
            sender.send(receiver.recv()?)?;
        }
        Ok(())
    });

fn three_hundred_files() -> std::io::Result<Vec<File>> {
    (0..300).map(|_| File::open("/dev/null")).collect()
}

pub(crate) fn with_ends_in_them() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let _child = Process::target(GIVE_BACK).start(theirs)?;
    give_ends(&ours)?;
    let _many = three_hundred_files()?;
    give_ends(&ours)
}

fn give_ends(child: &Connection<Ends, i32>) -> anyhow::Result<()> {
    let (for_child, there) = one_way()?;
    let (back, from_child) = one_way()?;
    there.send("through two pipes".into())?;
    child.send((for_child, from_child))?;
    let number = child.recv()?;
    ensure!(number > 256, "the child has it as descriptor {number}");
    print_line(back.recv()?)?;
    // Nobody has another copy of the child's end.
    print_line(format_args!("{:?}", back.recv()))?;
    Ok(())
}

pub(crate) fn with_too_many_ends() -> anyhow::Result<()> {
    let (receiver, sender) = one_way::<Vec<Sender<u8>>>()?;
    for count in [65, 200, 64] {
        let pipes = (0..count)
            .map(|_| one_way())
            .collect::<std::io::Result<Vec<_>>>()?;
        let (receivers, senders): (Vec<_>, Vec<_>) = pipes.into_iter().unzip();
        if let Err(error) = sender.send(senders) {
            print_line(format_args!("{count}: {error}"))?;
            continue;
        }
        for (sender, number) in receiver.recv()?.iter().zip(0..) {
            sender.send(number)?;
        }
        for (receiver, number) in receivers.iter().zip(0..) {
            ensure!(receiver.recv()? == number, "another end");
        }
        print_line(format_args!("{count}: arrived"))?;
    }
    Ok(())
}
