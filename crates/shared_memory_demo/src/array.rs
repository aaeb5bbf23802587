//! Many numbers that several processes read and change.

use std::fmt;
use std::ops::Deref;
use std::slice;

use serde::{Deserialize, Serialize};

use crate::cell::SharedCell;
use crate::element::Element;
use crate::error::{CreateError, LockError, OpenError};
use crate::shared::{Backing, Shared};

/// Numbers that several processes read and change.
///
/// It is used like a slice of [`SharedCell`]s, and otherwise as a
/// [`Value`](crate::Value): it can be cloned, and be part of a worker's
/// argument, and the same holds for its name.
///
/// ```
/// use shared_memory_demo::Array;
///
/// let numbers = Array::new(&[3, 5, 8])?;
/// numbers[1].set(-5);
/// for number in &numbers {
///     number.fetch_add(1);
/// }
/// assert_eq!(numbers.snapshot(), [4, -4, 9]);
/// # Ok::<(), shared_memory_demo::CreateError>(())
/// ```
///
/// Python: `multiprocessing.Array('i', [3, 5, 8])`.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Array<T: Element> {
    shared: Shared<T>,
}

impl<T: Element> Array<T> {
    /// A new array of these numbers, in memory with a name.
    ///
    /// # Errors
    ///
    /// [`CreateError`], where there is no room or the system refuses.
    pub fn new(numbers: &[T]) -> Result<Self, CreateError> {
        Self::new_in(Backing::Named, numbers)
    }

    /// A new array of these numbers, in memory of this kind.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn new_in(
        backing: Backing,
        numbers: &[T],
    ) -> Result<Self, CreateError> {
        let fill = |cells: &[SharedCell<T>]| {
            for (cell, number) in cells.iter().zip(numbers) {
                cell.set(*number);
            }
        };
        Ok(Self { shared: Shared::create(backing, numbers.len(), fill)? })
    }

    /// A new array of `count` zeros (for `bool`, of `false`), in memory of
    /// this kind. Python: `Array('i', count)`.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn zeros(backing: Backing, count: usize) -> Result<Self, CreateError> {
        Ok(Self { shared: Shared::create(backing, count, |_| {})? })
    }

    /// The array that somebody has made under this name.
    ///
    /// # Errors
    ///
    /// [`OpenError`], where there is none, or not of this type.
    pub fn open(name: &str) -> Result<Self, OpenError> {
        Ok(Self { shared: Shared::open(name)? })
    }

    /// The name by which other programs find it; `None` in a memfd.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.shared.name()
    }

    /// A copy of all numbers, read one after the other. Others may write
    /// meanwhile; for all of one moment, take it inside of
    /// [`locked`](Self::locked).
    ///
    /// Python: `array[:]`.
    #[must_use]
    pub fn snapshot(&self) -> Vec<T> {
        self.iter().map(SharedCell::get).collect()
    }

    /// Calls `change` with all the numbers while nobody else who asks for the
    /// lock has it, and returns what it returns. Who does not ask for it,
    /// changes them all the same.
    ///
    /// Waits as long as it takes; where the holder dies, it does not take
    /// long. Python: `with array.get_lock():`, which then waits for ever.
    ///
    /// # Errors
    ///
    /// [`LockError`]: `change` was not called.
    pub fn locked<R>(
        &self,
        change: impl FnOnce(&[SharedCell<T>]) -> R,
    ) -> Result<R, LockError> {
        self.shared.locked(false, change)
    }

    /// As [`locked`](Self::locked), also where the last holder died in the
    /// middle of its change: `change` puts things right.
    ///
    /// # Errors
    ///
    /// As [`locked`](Self::locked), but for [`LockError::Abandoned`].
    pub fn mend<R>(
        &self,
        change: impl FnOnce(&[SharedCell<T>]) -> R,
    ) -> Result<R, LockError> {
        self.shared.locked(true, change)
    }
}

impl<T: Element> Clone for Array<T> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<T: Element> Deref for Array<T> {
    type Target = [SharedCell<T>];

    fn deref(&self) -> &[SharedCell<T>] {
        self.shared.cells()
    }
}

/// As a slice of numbers.
impl<T: Element> fmt::Debug for Array<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<'a, T: Element> IntoIterator for &'a Array<T> {
    type Item = &'a SharedCell<T>;
    type IntoIter = slice::Iter<'a, SharedCell<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
