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

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Memory({} bytes)", self.bytes())
    }
}
