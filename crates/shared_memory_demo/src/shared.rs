//! Numbers in shared memory: making, opening, and passing them on.

use std::marker::PhantomData;
use std::sync::Arc;

use process_spawning::{Descriptors, refusal, refusal_to_write};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::cell::SharedCell;
use crate::element::Element;
use crate::error::{CreateError, LockError, OpenError};
use crate::layout;
use crate::lock::Lock;
use crate::memory::{Mapping, Memory};
use crate::named::{self, Named};
use crate::nameless::{self, Nameless};
use crate::names::Claim;

/// What shared memory is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backing {
    /// A segment with a name, by the crate `shared_memory`: for whoever shall
    /// be found by other programs.
    Named,
    /// A memfd, which has no name: it is passed on, and ends by itself with
    /// its last user. Linux only.
    Memfd,
}

/// `count` numbers, and the lock that comes with them.
#[derive(Debug)]
pub(crate) struct Shared<T: Element> {
    inner: Arc<Inner>,
    count: usize,
    numbers: PhantomData<T>,
}

#[derive(Debug)]
struct Inner {
    memory: Memory,
    lock: Lock,
    name: Option<String>,
    /// Dropped after `memory`, which removes the name.
    _claim: Option<Claim>,
}

impl From<Named> for Inner {
    fn from(Named { memory, file, claim }: Named) -> Self {
        let name = Some(memory.get_os_id().to_owned());
        let memory = Mapping::Named(memory).into();
        Self { memory, lock: Lock::new(file), name, _claim: claim }
    }
}

impl From<Nameless> for Inner {
    fn from(Nameless { memory, file }: Nameless) -> Self {
        let memory = Mapping::Nameless(memory).into();
        Self { memory, lock: Lock::new(file), name: None, _claim: None }
    }
}

impl<T: Element> Shared<T> {
    /// Makes `count` numbers of the value zero, then has `fill` write them,
    /// and only then lets others in.
    pub(crate) fn create(
        backing: Backing,
        count: usize,
        fill: impl FnOnce(&[SharedCell<T>]),
    ) -> Result<Self, CreateError> {
        let bytes = layout::bytes::<T>(count);
        let bytes = bytes.ok_or(CreateError::TooMany { count })?;
        let inner: Inner = match backing {
            Backing::Named => named::create(bytes)?.into(),
            Backing::Memfd => nameless::create(bytes)?.into(),
        };
        layout::describe::<T>(&inner.memory, count);
        fill(layout::cells(&inner.memory, count));
        layout::publish(&inner.memory);
        Ok(Self::new(inner, count))
    }

    pub(crate) fn open(name: &str) -> Result<Self, OpenError> {
        named::open(name, |named| Self::checked(named.into()))
    }

    fn checked(inner: Inner) -> Result<Self, OpenError> {
        let count = layout::check::<T>(&inner.memory)?;
        Ok(Self::new(inner, count))
    }

    fn new(inner: Inner, count: usize) -> Self {
        Self { inner: Arc::new(inner), count, numbers: PhantomData }
    }

    pub(crate) fn name(&self) -> Option<&str> {
        self.inner.name.as_deref()
    }

    pub(crate) fn cells(&self) -> &[SharedCell<T>] {
        layout::cells(&self.inner.memory, self.count)
    }

    pub(crate) fn locked<R>(
        &self,
        mend: bool,
        change: impl FnOnce(&[SharedCell<T>]) -> R,
    ) -> Result<R, LockError> {
        let Inner { memory, lock, .. } = &*self.inner;
        lock.locked(layout::holder(memory), mend, || change(self.cells()))
    }
}

impl<T: Element> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self {
            inner: Arc::clone(&self.inner),
            count: self.count,
            numbers: PhantomData,
        }
    }
}

/// How it travels: by its name, or as a descriptor.
#[derive(Serialize, Deserialize)]
enum Handle {
    Named(String),
    Nameless(Descriptors<1>),
}

impl<T: Element> Serialize for Shared<T> {
    fn serialize<S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        let handle = if let Some(name) = self.name() {
            Handle::Named(name.to_owned())
        } else {
            let file = nameless::reopen(self.inner.lock.file());
            let file = file.map_err(refusal_to_write)?;
            Handle::Nameless(Descriptors([file.into()]))
        };
        handle.serialize(serializer)
    }
}

impl<'de, T: Element> Deserialize<'de> for Shared<T> {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let opened = match Handle::deserialize(deserializer)? {
            Handle::Named(name) => Self::open(&name),
            Handle::Nameless(Descriptors([descriptor])) => {
                nameless::open(descriptor)
                    .and_then(|nameless| Self::checked(nameless.into()))
            }
        };
        opened.map_err(refusal)
    }
}
