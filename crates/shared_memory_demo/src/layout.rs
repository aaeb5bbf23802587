//! What stands where in the shared memory.
//!
//! | offset | bytes | what                                                   |
//! | ------ | ----- | ------------------------------------------------------ |
//! | 0      | 8     | [`MAGIC`], written last: all else is there             |
//! | 8      | 4     | [`VERSION`] of this table                              |
//! | 12     | 4     | the type: the letter that Python's `struct` has for it |
//! | 16     | 8     | how many numbers                                       |
//! | 24     | 4     | the PID of who holds the lock, or 0                    |
//! | 28     | 36    | nothing yet                                            |
//! | 64     | …     | the numbers, one after the other                       |
//!
//! All in the byte order of the machine. The numbers begin on a cache line of
//! their own.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::cell::SharedCell;
use crate::element::Element;
use crate::error::OpenError;
use crate::memory::Memory;

/// The first eight bytes, `MPSHARED` in memory: this is one of ours, and it
/// is complete.
pub const MAGIC: u64 = u64::from_ne_bytes(*b"MPSHARED");

/// The version of the layout.
pub const VERSION: u32 = 1;

/// Where the numbers begin.
pub const HEADER_BYTES: usize = 64;

/// How many bytes `count` numbers take with what stands before them; `None`
/// where that is more than there can be.
pub(crate) fn bytes<T: Element>(count: usize) -> Option<usize> {
    let numbers = count.checked_mul(size_of::<T>())?;
    let all = numbers.checked_add(HEADER_BYTES)?;
    (isize::try_from(all).is_ok()).then_some(all)
}

fn magic(memory: &Memory) -> &AtomicU64 {
    &memory.atomics(0, 1)[0]
}

fn version(memory: &Memory) -> &AtomicU32 {
    &memory.atomics(8, 1)[0]
}

fn typecode(memory: &Memory) -> &AtomicU32 {
    &memory.atomics(12, 1)[0]
}

fn count(memory: &Memory) -> &AtomicU64 {
    &memory.atomics(16, 1)[0]
}

/// The PID of who holds the lock, or 0.
pub(crate) fn holder(memory: &Memory) -> &AtomicU32 {
    &memory.atomics(24, 1)[0]
}

/// The numbers. `count` is what [`check`] has returned for this memory.
pub(crate) fn cells<T: Element>(
    memory: &Memory,
    count: usize,
) -> &[SharedCell<T>] {
    memory.atomics(HEADER_BYTES, count)
}

/// Writes what stands before the numbers. Nobody else has opened it yet.
pub(crate) fn describe<T: Element>(memory: &Memory, numbers: usize) {
    version(memory).store(VERSION, Relaxed);
    typecode(memory).store(T::TYPECODE.into(), Relaxed);
    count(memory).store(numbers as u64, Relaxed);
}

/// From now on others may use it: whoever reads the magic word sees all that
/// was written before.
pub(crate) fn publish(memory: &Memory) {
    magic(memory).store(MAGIC, Release);
}

/// How many numbers of type `T` there are.
///
/// # Errors
///
/// [`OpenError`], where it is not, not yet, or not quite what we expect. It
/// comes from elsewhere: nothing is believed.
pub(crate) fn check<T: Element>(memory: &Memory) -> Result<usize, OpenError> {
    let bytes = memory.bytes();
    if bytes < HEADER_BYTES {
        return Err(OpenError::NotOurs);
    }
    match magic(memory).load(Acquire) {
        MAGIC => {}
        0 => return Err(OpenError::HalfMade),
        _ => return Err(OpenError::NotOurs),
    }
    let found = version(memory).load(Relaxed);
    if found != VERSION {
        return Err(OpenError::Version { found });
    }
    let found = typecode(memory).load(Relaxed);
    if found != u32::from(T::TYPECODE) {
        let found = char::from_u32(found).unwrap_or('\u{fffd}');
        return Err(OpenError::Type { found, expected: T::TYPECODE.into() });
    }
    let count = count(memory).load(Relaxed);
    let needed = usize::try_from(count).ok().and_then(self::bytes::<T>);
    if needed != Some(bytes) {
        return Err(OpenError::Size { bytes, count });
    }
    Ok(usize::try_from(count).expect("it has just been one"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    fn complete(numbers: usize) -> Memory {
        let memory = Memory::on_the_heap(bytes::<f64>(numbers).unwrap());
        describe::<f64>(&memory, numbers);
        publish(&memory);
        memory
    }

    #[test]
    fn what_is_complete_is_taken() {
        for numbers in [0, 1, 5] {
            assert_eq!(check::<f64>(&complete(numbers)).unwrap(), numbers);
        }
    }

    #[test]
    fn what_is_not_published_is_half_made() {
        let memory = Memory::on_the_heap(72);
        describe::<f64>(&memory, 1);
        let checked = check::<f64>(&memory);
        assert!(matches!(checked, Err(OpenError::HalfMade)), "{checked:?}");
    }

    /// Miri shows memory as a processor might that keeps less order than ours:
    /// it fails here where `publish` writes with `Relaxed`.
    #[test]
    fn whoever_sees_the_magic_word_sees_all_that_was_written_before() {
        let memory = Memory::on_the_heap(bytes::<f64>(1).unwrap());
        thread::scope(|scope| {
            scope.spawn(|| {
                describe::<f64>(&memory, 1);
                cells::<f64>(&memory, 1)[0].set(7.5);
                publish(&memory);
            });
            let count = loop {
                match check::<f64>(&memory) {
                    Err(OpenError::HalfMade) => thread::yield_now(),
                    checked => break checked.unwrap(),
                }
            };
            let number = cells::<f64>(&memory, count)[0].get();
            assert_eq!(number.to_bits(), 7.5_f64.to_bits());
        });
    }

    #[test]
    fn another_type_of_the_same_width_is_refused() {
        let checked = check::<u64>(&complete(1));
        let Err(OpenError::Type { found: 'd', expected: 'Q' }) = checked else {
            panic!("{checked:?}");
        };
    }

    #[test]
    fn every_word_of_the_header_is_checked() {
        for (offset, error) in [
            (0, "none of ours"),
            (4, "none of ours"),
            (8, "version"),
            (12, "of type"),
            (16, "it says that it holds"),
            (20, "it says that it holds"),
        ] {
            let memory = complete(1);
            memory.atomics::<AtomicU32>(offset, 1)[0].fetch_add(1, Relaxed);
            let told = check::<f64>(&memory).unwrap_err().to_string();
            assert!(told.contains(error), "at {offset}: {told}");
        }
    }

    #[test]
    fn a_count_that_overflows_is_refused() {
        for wrong in [u64::MAX, u64::MAX / 8 + 2, 1 << 61] {
            let memory = complete(1);
            count(&memory).store(wrong, Relaxed);
            let checked = check::<f64>(&memory);
            assert!(matches!(checked, Err(OpenError::Size { .. })));
        }
    }

    #[test]
    fn less_than_a_header_is_none_of_ours() {
        let checked = check::<u8>(&Memory::on_the_heap(56));
        assert!(matches!(checked, Err(OpenError::NotOurs)), "{checked:?}");
    }
}
