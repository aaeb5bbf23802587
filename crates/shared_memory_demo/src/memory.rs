//! The memory itself, and all of the unsafe code of this lesson.
//!
//! Two facts are relied upon: a mapping stays where it is until it is
//! dropped, and nothing in it is ever reached but through atomics.

use std::fmt;
use std::sync::atomic::{AtomicU32, AtomicU64};

use memmap2::MmapRaw;
use shared_memory::Shmem;

use crate::cell::SharedCell;
use crate::element::Element;

/// A piece of memory that other processes may have mapped as well.
pub(crate) struct Memory {
    mapping: Mapping,
}

/// Keeps the memory mapped for as long as it lives.
pub(crate) enum Mapping {
    /// From the crate `shared_memory`. The owner's removes the name when it
    /// is dropped.
    Named(Shmem),
    /// Of a memfd.
    Nameless(MmapRaw),
    /// For tests under Miri, which has neither of the two.
    #[cfg(test)]
    Heap(Box<[std::cell::UnsafeCell<u64>]>),
}

// SAFETY: `Shmem` is not `Send` because it holds a pointer. The memory that
// it points to belongs to no thread: it can be used and unmapped from any.
#[expect(unsafe_code, reason = "a mapping holds a pointer")]
unsafe impl Send for Memory {}

// SAFETY: through `&Memory` one gets the length, which never changes, and
// atomics, which any number of threads may use at once. Nothing else of the
// mapping can be reached.
#[expect(unsafe_code, reason = "a mapping holds a pointer")]
unsafe impl Sync for Memory {}

impl From<Mapping> for Memory {
    fn from(mapping: Mapping) -> Self {
        Self { mapping }
    }
}

impl Memory {
    /// How many bytes there are.
    pub(crate) fn bytes(&self) -> usize {
        match &self.mapping {
            Mapping::Named(memory) => memory.len(),
            Mapping::Nameless(memory) => memory.len(),
            #[cfg(test)]
            Mapping::Heap(words) => size_of_val(&**words),
        }
    }

    fn start(&self) -> *const u8 {
        match &self.mapping {
            Mapping::Named(memory) => memory.as_ptr().cast_const(),
            Mapping::Nameless(memory) => memory.as_ptr(),
            #[cfg(test)]
            Mapping::Heap(words) => words.as_ptr().cast(),
        }
    }

    /// `count` atomics, the first one `offset` bytes from the start.
    ///
    /// # Panics
    ///
    /// Where they are not all inside of the memory, or not aligned.
    // ANCHOR: atomics
    #[expect(unsafe_code, reason = "memory of other processes has no type")]
    pub(crate) fn atomics<A: OnlyAtomic>(
        &self,
        offset: usize,
        count: usize,
    ) -> &[A] {
        let bytes = count.checked_mul(size_of::<A>());
        let end = bytes.and_then(|bytes| bytes.checked_add(offset));
        assert!(
            end.is_some_and(|end| end <= self.bytes()),
            "{count} numbers do not fit at {offset}"
        );
        let first = self.start().wrapping_add(offset).cast::<A>();
        assert!(first.is_aligned(), "not aligned at {offset}");
        // SAFETY: the `count` atomics lie inside of the mapping, which stays
        // where it is for as long as `self` is borrowed, and are aligned, as
        // just checked. Any bytes are a value of an `OnlyAtomic`. Whoever
        // writes there meanwhile, in this process or another, writes through
        // atomics too.
        unsafe { std::slice::from_raw_parts(first, count) }
    }
    // ANCHOR_END: atomics
}

/// An atomic integer, or nothing but one.
///
/// # Safety
///
/// Every pattern of bits must be a value of it, and it must be changed only
/// through atomic operations.
#[expect(unsafe_code, reason = "`atomics` relies on it")]
pub(crate) unsafe trait OnlyAtomic {}

// SAFETY: an atomic integer.
#[expect(unsafe_code, reason = "see above")]
unsafe impl OnlyAtomic for AtomicU32 {}

// SAFETY: an atomic integer.
#[expect(unsafe_code, reason = "see above")]
unsafe impl OnlyAtomic for AtomicU64 {}

// SAFETY: `repr(transparent)` over one of the five atomic integers that
// `element.rs`, and nobody else, implements `Atomic` for.
#[expect(unsafe_code, reason = "see above")]
unsafe impl<T: Element> OnlyAtomic for SharedCell<T> {}

#[cfg(test)]
impl Memory {
    /// Memory of this process alone.
    pub(crate) fn on_the_heap(bytes: usize) -> Self {
        assert!(bytes.is_multiple_of(8), "whole words");
        let words = (0..bytes / 8).map(|_| std::cell::UnsafeCell::new(0));
        Mapping::Heap(words.collect()).into()
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} bytes)", self.bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicI64;
    use std::sync::atomic::Ordering::Relaxed;
    use std::thread;

    #[test]
    fn what_is_written_is_there_at_its_offset() {
        let memory = Memory::on_the_heap(32);
        memory.atomics::<AtomicU32>(8, 2)[1].store(7, Relaxed);
        let words = memory.atomics::<AtomicU32>(0, 8);
        let words: Vec<_> = words.iter().map(|w| w.load(Relaxed)).collect();
        assert_eq!(words, [0, 0, 0, 7, 0, 0, 0, 0]);
    }

    #[test]
    fn nothing_at_the_very_end_is_inside() {
        let memory = Memory::on_the_heap(16);
        assert!(memory.atomics::<AtomicU64>(16, 0).is_empty());
    }

    #[test]
    #[should_panic(expected = "2 numbers do not fit at 8")]
    fn what_ends_outside_is_refused() {
        let memory = Memory::on_the_heap(16);
        let _ = memory.atomics::<AtomicU64>(8, 2);
    }

    #[test]
    #[should_panic(expected = "do not fit at 8")]
    fn more_bytes_than_can_be_counted_are_refused() {
        let memory = Memory::on_the_heap(16);
        let _ = memory.atomics::<AtomicU64>(8, usize::MAX / 8 + 1);
    }

    #[test]
    #[should_panic(expected = "0 numbers do not fit at 24")]
    fn what_begins_outside_is_refused() {
        let memory = Memory::on_the_heap(16);
        let _ = memory.atomics::<AtomicU64>(24, 0);
    }

    #[test]
    #[should_panic(expected = "not aligned at 4")]
    fn what_is_not_aligned_is_refused() {
        let memory = Memory::on_the_heap(16);
        let _ = memory.atomics::<AtomicU64>(4, 1);
    }

    #[test]
    fn several_threads_add_to_one_cell() {
        let memory = Memory::on_the_heap(16);
        let cells: &[SharedCell<f64>] = memory.atomics(0, 2);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let cells: &[SharedCell<f64>] = memory.atomics(0, 2);
                    for _ in 0..20 {
                        cells[0].fetch_add(1.0);
                        cells[1].set(cells[0].get());
                    }
                });
            }
        });
        assert_eq!(cells[0].get().to_bits(), 60_f64.to_bits());
    }

    #[test]
    fn it_may_be_dropped_by_another_thread() {
        let memory = Memory::on_the_heap(8);
        let used = thread::spawn(move || {
            memory.atomics::<SharedCell<i64>>(0, 1)[0].fetch_add(1)
        });
        assert_eq!(used.join().unwrap(), 0);
    }

    #[test]
    fn a_cell_is_as_wide_as_its_number() {
        assert_eq!(size_of::<SharedCell<bool>>(), size_of::<bool>());
        assert_eq!(size_of::<SharedCell<f64>>(), size_of::<AtomicI64>());
    }
}
