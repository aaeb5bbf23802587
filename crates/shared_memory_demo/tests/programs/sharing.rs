//! What a worker was handed is what its parent has.

use std::fs;

use anyhow::{Context as _, ensure};
use pipe_ipc::one_way;
use process_spawning::Process;
use shared_memory_demo::{
    Array, Backing, CreateError, Element, HEADER_BYTES, MAGIC, VERSION, Value,
};

use crate::workers::{LOOK, RELAY, TWIST, join};

pub(crate) fn types(backing: Backing) -> anyhow::Result<()> {
    let all = (
        (
            Value::new_in(backing, true)?,
            Value::new_in(backing, u8::MAX)?,
            Value::new_in(backing, i32::MIN)?,
            Value::new_in(backing, u32::MAX)?,
        ),
        (
            Value::new_in(backing, i64::MIN)?,
            Value::new_in(backing, u64::MAX)?,
            Value::new_in(backing, -0.5)?,
        ),
        (
            Array::new_in(backing, &[true; 3])?,
            Array::new_in(backing, &[u8::MAX; 3])?,
            Array::new_in(backing, &[i32::MIN; 3])?,
            Array::new_in(backing, &[u32::MAX; 3])?,
        ),
        (
            Array::new_in(backing, &[i64::MIN; 3])?,
            Array::new_in(backing, &[u64::MAX; 3])?,
            Array::new_in(backing, &[-0.5; 3])?,
        ),
    );
    join(&mut Process::target(TWIST).start(all.clone())?)?;
    let ((yes, byte, int, word), (long, giant, float), some, more) = &all;
    ensure_all(yes, &some.0, false)?;
    ensure_all(byte, &some.1, 1)?;
    ensure_all(int, &some.2, i32::MAX)?;
    ensure_all(word, &some.3, 0)?;
    ensure_all(long, &more.0, i64::MAX)?;
    ensure_all(giant, &more.1, 7)?;
    ensure_all(float, &more.2, -1.5)
}

fn ensure_all<T: Element>(
    value: &Value<T>,
    array: &Array<T>,
    expected: T,
) -> anyhow::Result<()> {
    ensure!(value.get() == expected, "{value:?}, not {expected:?}");
    ensure!(array.snapshot() == [expected; 3], "{array:?}, not {expected:?}");
    Ok(())
}

/// The parent keeps nothing: what the worker has is there all the same, and
/// its name is gone when the parent's is dropped.
pub(crate) fn moved(backing: Backing) -> anyhow::Result<()> {
    let numbers = Array::new_in(backing, &[1, 2, 3])?;
    let name = numbers.name().map(str::to_owned);
    let ((told, tell), (begin, begins)) = (one_way()?, one_way()?);
    let mut worker = Process::target(LOOK).start((numbers, begin, tell))?;
    if let Some(name) = name {
        ensure!(Array::<i32>::open(&name).is_err(), "the name is there");
    }
    begins.send(())?;
    ensure!(told.recv()? == [2, 3, 4], "other numbers");
    join(&mut worker)
}

/// From worker to worker.
pub(crate) fn passed_on(backing: Backing) -> anyhow::Result<()> {
    let numbers = Array::new_in(backing, &[1, 2, 3])?;
    let sum = Value::new_in(backing, 0)?;
    let argument = (numbers.clone(), sum.clone());
    join(&mut Process::target(RELAY).start(argument)?)?;
    ensure!(numbers.snapshot() == [2, 3, 4], "{numbers:?}");
    ensure!(sum.get() == 9, "{sum:?}");
    Ok(())
}

pub(crate) fn empty() -> anyhow::Result<()> {
    for backing in [Backing::Named, Backing::Memfd] {
        let nothing = Array::new_in(backing, &[])?;
        ensure!(nothing.is_empty() && nothing.snapshot().is_empty());
        let ((told, tell), (begin, begins)) = (one_way()?, one_way()?);
        let argument = (nothing.clone(), begin, tell);
        let mut worker = Process::target(LOOK).start(argument)?;
        begins.send(())?;
        ensure!(told.recv()?.is_empty(), "not empty");
        join(&mut worker)?;
        ensure!(nothing.locked(<[_]>::is_empty)?, "not empty");
    }
    Ok(())
}

/// The bytes of the file, offset by offset.
pub(crate) fn layout() -> anyhow::Result<()> {
    ensure!(MAGIC.to_ne_bytes() == *b"MPSHARED", "{MAGIC:x}");
    ensure!((VERSION, HEADER_BYTES) == (1, 64), "the layout has changed");
    let array = Array::new(&[-2_i32, 3])?;
    let mut expected = Vec::from(b"MPSHARED");
    expected.extend(1_u32.to_ne_bytes());
    expected.extend(u32::from(b'i').to_ne_bytes());
    expected.extend(2_u64.to_ne_bytes());
    expected.extend(0_u32.to_ne_bytes());
    expected.extend([0; 36]);
    expected.extend((-2_i32).to_ne_bytes());
    expected.extend(3_i32.to_ne_bytes());
    let bytes = || fs::read(path(&array)?).context("its file");
    ensure!(bytes()? == expected, "{:?}", bytes()?);
    let locked = array.locked(|_| bytes())??;
    expected[24..28].copy_from_slice(&std::process::id().to_ne_bytes());
    ensure!(locked == expected, "{locked:?}");
    ensure!(bytes()?[24..28] == [0; 4], "nobody has the lock");

    ensure_typecode(true, b'?')?;
    ensure_typecode(1_u8, b'B')?;
    ensure_typecode(1_u32, b'I')?;
    ensure_typecode(1_i64, b'q')?;
    ensure_typecode(1_u64, b'Q')?;
    ensure_typecode(1.0, b'd')
}

fn ensure_typecode<T: Element>(one: T, code: u8) -> anyhow::Result<()> {
    let bytes = fs::read(path(&Array::new(&[one])?)?)?;
    ensure!(bytes[12..16] == u32::from(code).to_ne_bytes(), "{bytes:?}");
    ensure!(bytes.len() == 64 + size_of::<T>(), "{bytes:?}");
    Ok(())
}

fn path<T: Element>(array: &Array<T>) -> anyhow::Result<String> {
    Ok(format!("/dev/shm/{}", array.name().context("a name")?))
}

/// Names are never given twice, and a second handle takes nothing along.
pub(crate) fn two_of_one_name() -> anyhow::Result<()> {
    let values = (0..100)
        .map(Value::<i64>::new)
        .collect::<Result<Vec<_>, CreateError>>()?;
    for (value, number) in values.iter().zip(0..) {
        let name = value.name().context("a name")?;
        let second = Value::<i64>::open(name)?;
        ensure!(second.get() == number, "{second:?}, not {number}");
        second.set(number + 1);
        drop(second);
        ensure!(Value::<i64>::open(name)?.get() == number + 1, "{value:?}");
    }
    Ok(())
}
