//! One number that several processes read and change.

use std::fmt;
use std::ops::Deref;

use process_spawning::refusal;
use serde::{Deserialize, Deserializer, Serialize};

use crate::cell::SharedCell;
use crate::element::Element;
use crate::error::{CreateError, LockError, OpenError};
use crate::shared::{Backing, Shared};

/// One number that several processes read and change.
///
/// It is used like the [`SharedCell`] in it, can be cloned for use by several
/// threads, and can be part of a worker's argument. The memory is there for
/// as long as anybody uses it. Its name goes when the last clone in the
/// process that made it is dropped; where that process is killed, whoever of
/// its family has it open removes it.
///
/// `std::process::exit` drops nothing: return from `main` instead.
///
/// ```
/// use shared_memory_demo::Value;
///
/// let counter = Value::new(40_i64)?;
/// counter.fetch_add(2);
/// assert_eq!(counter.get(), 42);
/// # Ok::<(), shared_memory_demo::CreateError>(())
/// ```
///
/// Python: `multiprocessing.Value('q', 40)`, whose `+=` is two steps.
#[derive(Serialize, Deserialize)]
#[serde(transparent, bound = "")]
pub struct Value<T: Element> {
    #[serde(deserialize_with = "one_number")]
    shared: Shared<T>,
}

/// What comes from elsewhere may be an array.
fn one_number<'de, T: Element, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Shared<T>, D::Error> {
    let shared = Shared::deserialize(deserializer)?;
    checked(shared).map_err(refusal)
}

fn checked<T: Element>(shared: Shared<T>) -> Result<Shared<T>, OpenError> {
    match shared.cells().len() {
        1 => Ok(shared),
        count => Err(OpenError::NotAValue { count }),
    }
}

impl<T: Element> Value<T> {
    /// A new value, in memory with a name.
    ///
    /// # Errors
    ///
    /// [`CreateError`], where there is no room or the system refuses.
    pub fn new(initial: T) -> Result<Self, CreateError> {
        Self::new_in(Backing::Named, initial)
    }

    /// A new value, in memory of this kind.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new).
    pub fn new_in(backing: Backing, initial: T) -> Result<Self, CreateError> {
        let fill = |cells: &[SharedCell<T>]| cells[0].set(initial);
        Ok(Self { shared: Shared::create(backing, 1, fill)? })
    }

    /// The value that somebody has made under this name.
    ///
    /// # Errors
    ///
    /// [`OpenError`], where there is none, or not of this type.
    pub fn open(name: &str) -> Result<Self, OpenError> {
        Ok(Self { shared: checked(Shared::open(name)?)? })
    }

    /// The name by which other programs find it; `None` in a memfd.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.shared.name()
    }

    /// Calls `change` while nobody else who asks for the lock has it, and
    /// returns what it returns. Who does not ask for it, changes the value
    /// all the same.
    ///
    /// Waits as long as it takes; where the holder dies, it does not take
    /// long. Python: `with value.get_lock():`, which then waits for ever.
    ///
    /// # Errors
    ///
    /// [`LockError`]: `change` was not called.
    pub fn locked<R>(
        &self,
        change: impl FnOnce(&SharedCell<T>) -> R,
    ) -> Result<R, LockError> {
        self.shared.locked(false, |cells| change(&cells[0]))
    }

    /// As [`locked`](Self::locked), also where the last holder died in the
    /// middle of its change: `change` puts things right.
    ///
    /// # Errors
    ///
    /// As [`locked`](Self::locked), but for [`LockError::Abandoned`].
    pub fn mend<R>(
        &self,
        change: impl FnOnce(&SharedCell<T>) -> R,
    ) -> Result<R, LockError> {
        self.shared.locked(true, |cells| change(&cells[0]))
    }
}

impl<T: Element> Clone for Value<T> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

/// As a number.
impl<T: Element> fmt::Debug for Value<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T: Element> Deref for Value<T> {
    type Target = SharedCell<T>;

    fn deref(&self) -> &SharedCell<T> {
        &self.shared.cells()[0]
    }
}
