//! A function that can run in another process.

use std::fmt;
use std::os::fd::BorrowedFd;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::handover::{self, HandoverError};

/// What can be passed to a [`Target`]: any value that serde can write and
/// read. It may hold ipc-channel's senders, receivers and shared memory, as
/// Python's `args` may hold a `Queue`.
pub trait Argument: Serialize + DeserializeOwned + Send + 'static {}

impl<A: Serialize + DeserializeOwned + Send + 'static> Argument for A {}

/// A function that can run in another process, and the name that it is
/// found by there.
///
/// Python finds a target by its module and name, and pickles its arguments.
/// Here it is a constant beside the function, and stands in the list of the
/// [main guard](crate::main_guard):
///
/// ```
/// use process_spawning::Target;
///
/// const GREET: Target<String> = Target::new("greet", greet);
///
/// fn greet(whom: String) -> anyhow::Result<()> {
///     time_utils::print_line(format_args!("hello, {whom}"))?;
///     Ok(())
/// }
/// ```
///
/// An argument of several parts is a tuple or a struct.
pub struct Target<A> {
    pub(crate) name: &'static str,
    run: fn(A) -> anyhow::Result<()>,
}

impl<A: Argument> Target<A> {
    /// The target `run`, found by `name`.
    #[must_use]
    pub const fn new(
        name: &'static str,
        run: fn(A) -> anyhow::Result<()>,
    ) -> Self {
        Self { name, run }
    }
}

impl<A> Clone for Target<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Target<A> {}

impl<A> fmt::Debug for Target<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Target").field(&self.name).finish()
    }
}

/// A target of whatever argument, so that one list can hold them all.
///
/// A later lesson makes targets of its own kind: a pool's worker (lesson 7)
/// takes not one argument, but one after the other.
pub trait AnyTarget {
    /// The name that the target is found by.
    fn name(&self) -> &'static str;

    /// Worker: takes the argument that the parent hands over; what comes back
    /// is the function with it, still to be called.
    ///
    /// # Errors
    ///
    /// [`HandoverError`], which the parent is told.
    fn take(&self, from: Handover<'_>) -> Result<Call, HandoverError>;
}

/// A target together with its argument, ready to be called.
pub type Call = Box<dyn FnOnce() -> anyhow::Result<()>>;

/// The argument on its way: what [`AnyTarget::take`] takes it from.
#[derive(Debug)]
pub struct Handover<'a> {
    lifeline: BorrowedFd<'a>,
}

impl<'a> Handover<'a> {
    pub(crate) fn through(lifeline: BorrowedFd<'a>) -> Self {
        Self { lifeline }
    }

    /// The argument, which must be of the type that the parent started the
    /// target with.
    ///
    /// # Errors
    ///
    /// [`HandoverError`], where it is of another type, or the parent is gone.
    pub fn argument<A: Argument>(self) -> Result<A, HandoverError> {
        handover::take(self.lifeline)
    }
}

impl<A: Argument> AnyTarget for Target<A> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn take(&self, from: Handover<'_>) -> Result<Call, HandoverError> {
        let run = self.run;
        let argument = from.argument()?;
        Ok(Box::new(move || run(argument)))
    }
}
