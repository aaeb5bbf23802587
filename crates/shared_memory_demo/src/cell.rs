//! A place for one number in shared memory.

use std::fmt;
use std::sync::atomic::AtomicU32;

use crate::element::{Atomic as _, Element, Number, update};

/// A place for one number, which other processes see and change at the same
/// time: like [`Cell`](std::cell::Cell), between processes.
///
/// Each call is one step, as seen by everybody else: nobody sees half a
/// number. Two calls are two steps: between `get` and `set` another process
/// may have written, and its change is lost. That is what `fetch_add` and
/// `update` are for. Whoever sees a number also sees all that the process
/// which wrote it had written before.
///
/// There is no way to a plain `&mut` of it, or of its number: that would be
/// a promise that nobody else writes there.
///
/// ```compile_fail,E0599
/// let array = shared_memory_demo::Array::new(&[3, 5, 8])?;
/// array.as_mut_slice()[0] = 1;
/// # Ok::<(), shared_memory_demo::CreateError>(())
/// ```
///
/// ```compile_fail,E0596
/// let mut array = shared_memory_demo::Array::new(&[3, 5, 8])?;
/// for cell in array.iter_mut() {}
/// # Ok::<(), shared_memory_demo::CreateError>(())
/// ```
///
/// Python: `value.value` of a `Value`, or `array[i]`.
#[repr(transparent)]
pub struct SharedCell<T: Element>(T::Atomic);

impl<T: Element> SharedCell<T> {
    /// The number that is there now.
    pub fn get(&self) -> T {
        T::from_bits(self.0.load())
    }

    /// Puts `value` there.
    pub fn set(&self, value: T) {
        self.0.store(value.to_bits());
    }

    /// Puts `value` there, and returns what it replaced.
    pub fn swap(&self, value: T) -> T {
        T::from_bits(self.0.swap(value.to_bits()))
    }

    /// Replaces the number by what `change` makes of it, and returns what it
    /// was. `change` is called again whenever another process was faster: it
    /// should do nothing but compute.
    ///
    /// Python: `with value.get_lock(): value.value = change(value.value)`.
    pub fn update(&self, change: impl FnMut(T) -> T) -> T {
        update(&self.0, change)
    }

    /// Puts `new` there if `current` is there.
    ///
    /// # Errors
    ///
    /// What is there instead; then nothing has changed.
    pub fn compare_exchange(&self, current: T, new: T) -> Result<T, T> {
        let mut bits = self.0.load();
        loop {
            let there = T::from_bits(bits);
            // By its bits: a NaN is not equal to itself.
            if there.to_bits() != current.to_bits() {
                return Err(there);
            }
            match self.0.compare_exchange_weak(bits, new.to_bits()) {
                Ok(_) => return Ok(there),
                Err(now) => bits = now,
            }
        }
    }
}

impl SharedCell<u32> {
    /// The atomic itself: for an ordering of one's own, and for the kernel,
    /// which lets one wait until such a word changes (lesson 9).
    pub fn as_atomic(&self) -> &AtomicU32 {
        &self.0
    }
}

impl<T: Number> SharedCell<T> {
    /// Adds, and returns what was there before. Integers wrap around.
    ///
    /// Python: `with value.get_lock(): value.value += by`; its `+=` without
    /// the lock loses updates.
    pub fn fetch_add(&self, by: T) -> T {
        T::fetch_add(&self.0, by)
    }

    /// Subtracts, and returns what was there before. Integers wrap around.
    pub fn fetch_sub(&self, by: T) -> T {
        T::fetch_sub(&self.0, by)
    }
}

impl<T: Element> fmt::Debug for SharedCell<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::memory::Memory;

    fn on<T: Element>(test: impl FnOnce(&SharedCell<T>)) {
        test(&Memory::on_the_heap(8).atomics(0, 1)[0]);
    }

    #[test]
    fn each_call_returns_what_was_there_before() {
        on(|cell: &SharedCell<u8>| {
            assert_eq!(cell.swap(250), 0);
            assert_eq!(cell.fetch_add(10), 250);
            assert_eq!(cell.fetch_sub(5), 4);
            assert_eq!(cell.update(|number| number / 5), 255);
            assert_eq!(cell.get(), 51);
        });
    }

    #[test]
    fn only_what_is_there_is_exchanged() {
        on(|cell: &SharedCell<i32>| {
            assert_eq!(cell.compare_exchange(1, 2), Err(0));
            assert_eq!(cell.compare_exchange(0, -2), Ok(0));
            assert_eq!(cell.get(), -2);
        });
        on(|cell: &SharedCell<f64>| {
            cell.set(f64::NAN);
            assert!(cell.compare_exchange(f64::NAN, 1.0).is_ok());
            // Equal, but not the same.
            cell.set(0.0);
            assert!(cell.compare_exchange(-0.0, 1.0).is_err());
        });
    }

    #[test]
    fn any_byte_is_a_bool() {
        let memory = Memory::on_the_heap(8);
        memory.atomics::<SharedCell<u8>>(0, 1)[0].set(2);
        let cell = &memory.atomics::<SharedCell<bool>>(0, 1)[0];
        assert!(cell.get());
        assert_eq!(cell.compare_exchange(true, false), Ok(true));
        assert!(!cell.get());
    }
}
