//! Names of things that are not what they should be, and memory for which
//! there is no room.

use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt as _;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail, ensure};
use process_spawning::{Descriptors, Process, StartError};
use rustix::fs::{MemfdFlags, memfd_create};
use rustix::process::{Signal, getpid, kill_process};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, Backing, CreateError, Value};

use crate::workers::TAKE;

/// A file in `/dev/shm` that is removed at its end.
struct Fake {
    name: String,
}

impl Fake {
    /// The bytes of a `Value<f64>`, spoilt in this way.
    fn new(how: &str) -> anyhow::Result<Self> {
        let value = Value::new(1.5)?;
        let name = value.name().context("a name")?;
        let mut bytes = fs::read(format!("/dev/shm/{name}"))?;
        match how {
            "type" => bytes[12] = b'i',
            "no type" => bytes[12..16].copy_from_slice(&[0xff; 4]),
            "version" => bytes[8] = 9,
            "truncated" => bytes.truncate(70),
            "truncated header" => bytes.truncate(63),
            "too long" => bytes.push(0),
            "huge count" => bytes[16..24].copy_from_slice(&[0xff; 8]),
            "no bytes" => bytes.clear(),
            "no magic" => bytes[..8].copy_from_slice(&[0; 8]),
            "foreign" => bytes[..8].copy_from_slice(b"psm_1234"),
            other => bail!("no way to spoil it called `{other}`"),
        }
        let fake = Self { name: format!("fake-{}", getpid().as_raw_pid()) };
        fs::write(fake.path(), bytes)?;
        Ok(fake)
    }

    fn path(&self) -> PathBuf {
        format!("/dev/shm/{}", self.name).into()
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = fs::remove_file(self.path());
    }
}

/// Opens what is not what it should be: that error is ours.
pub(crate) fn open(what: &str) -> anyhow::Result<()> {
    match what {
        "nothing" => Value::<f64>::open("no-such-name")?,
        "slash" => Value::<f64>::open("a/b")?,
        "nul" => Value::<f64>::open("a\0b")?,
        "array" => {
            let array = Array::new(&[1.0, 2.0])?;
            Value::<f64>::open(array.name().context("a name")?)?
        }
        spoilt => Value::<f64>::open(&Fake::new(spoilt)?.name)?,
    };
    bail!("it was opened")
}

/// As a handle is written, for one that no handle would be.
#[derive(Serialize, Deserialize)]
enum Handle {
    Named(String),
    Nameless(Descriptors<1>),
}

/// Passes on what cannot be opened: what the worker says to it is our error.
pub(crate) fn hand_over(what: &str) -> anyhow::Result<()> {
    let started = match what {
        "version" => {
            let value = Value::new(1.5)?;
            let name = value.name().context("a name")?;
            let path = format!("/dev/shm/{name}");
            File::options().write(true).open(path)?.write_at(&[9], 8)?;
            Process::target(TAKE).start(value)
        }
        "removed" => {
            let value = Value::new(1.5)?;
            let name = value.name().context("a name")?;
            fs::remove_file(format!("/dev/shm/{name}"))?;
            Process::target(TAKE).start(value)
        }
        "array" => {
            let array = Array::new(&[1.0, 2.0])?;
            Process::listed("take").start(array)
        }
        "empty array" => {
            let array = Array::<f64>::new_in(Backing::Memfd, &[])?;
            Process::listed("take").start(array)
        }
        "unsealed" => {
            let unsealed: OwnedFd = memfd_create("", MemfdFlags::CLOEXEC)?;
            let handle = Handle::Nameless(Descriptors([unsealed]));
            Process::listed("take").start(handle)
        }
        "pipe" => {
            let (pipe, _) = std::io::pipe()?;
            let handle = Handle::Nameless(Descriptors([pipe.into()]));
            Process::listed("take").start(handle)
        }
        other => bail!("nothing to hand over called `{other}`"),
    };
    match started {
        Err(error @ StartError::Argument { .. }) => Err(error.into()),
        other => bail!("not the worker's refusal: {other:?}"),
    }
}

/// It becomes complete while somebody waits to open it: first it has no
/// bytes, then no magic word.
pub(crate) fn completed() -> anyhow::Result<()> {
    let value = Value::new(1.5)?;
    let name = value.name().context("a name")?;
    let bytes = fs::read(format!("/dev/shm/{name}"))?;
    let fake = Fake::new("no bytes")?;
    let path = fake.path();
    let completing = thread::spawn(move || -> std::io::Result<()> {
        let file = File::options().write(true).open(path)?;
        // Not to synchronise: whenever it comes, it must be right.
        thread::sleep(Duration::from_millis(50));
        file.write_at(&bytes[8..], 8)?;
        thread::sleep(Duration::from_millis(50));
        file.write_at(&bytes[..8], 0)?;
        Ok(())
    });
    let opened = Value::<f64>::open(&fake.name)?;
    ensure!(opened.get().to_bits() == 1.5_f64.to_bits(), "{opened:?}");
    completing.join().expect("no panic")?;
    Ok(())
}

/// Makes an array of that many bytes, and writes to all of it.
pub(crate) fn make(bytes: usize) -> anyhow::Result<()> {
    let array = Array::<u8>::zeros(Backing::Named, bytes)?;
    for cell in &array {
        cell.set(1);
    }
    bail!("there was room")
}

/// While room is made, children may end: no error.
pub(crate) fn signals() -> anyhow::Result<()> {
    let disturbing = thread::spawn(|| {
        for _ in 0..20 {
            thread::sleep(Duration::from_millis(2));
            kill_process(getpid(), Signal::CHILD)?;
        }
        Ok::<_, rustix::io::Errno>(())
    });
    while !disturbing.is_finished() {
        Array::<u8>::zeros(Backing::Named, 64 << 20)?;
    }
    Ok(disturbing.join().expect("no panic")?)
}

/// More than a process has addresses for; and more than any file may have.
pub(crate) fn too_many() -> anyhow::Result<()> {
    for backing in [Backing::Named, Backing::Memfd] {
        for count in [usize::MAX, usize::MAX / 8, isize::MAX as usize / 8] {
            let made = Array::<f64>::zeros(backing, count);
            let Err(CreateError::TooMany { count: told }) = made else {
                bail!("{count}: {made:?}");
            };
            ensure!(told == count, "{told}, not {count}");
        }
        for count in [isize::MAX as usize - 4096, 1 << 46] {
            let made = Array::<u8>::zeros(backing, count);
            let Err(CreateError::NoRoom { bytes, .. }) = made else {
                bail!("{count}: {made:?}");
            };
            ensure!(bytes == count + 64, "{bytes}, not {count}");
        }
    }
    Ok(())
}
