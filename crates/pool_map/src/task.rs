//! A function that workers can be asked to run.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::cell::RefCell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe, catch_unwind};
use std::thread;

use postcard::Deserializer;
use process_spawning::panic_message;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::Failure;
use crate::message::{Received, Report};
use crate::writing::write;

/// A function from `A` to `R` that workers can be asked to run, and the name
/// that it is found by there.
///
/// A function of several arguments takes a tuple: then `map` is Python's
/// `starmap`.
pub struct Task<A, R> {
    name: &'static str,
    run: fn(A) -> anyhow::Result<R>,
}

impl<A, R> Task<A, R> {
    /// The task `run`, found by `name`.
    #[must_use]
    pub const fn new(
        name: &'static str,
        run: fn(A) -> anyhow::Result<R>,
    ) -> Self {
        Self { name, run }
    }

    /// The name that it is found by.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }
}

impl<A, R> Clone for Task<A, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A, R> Copy for Task<A, R> {}

impl<A, R> fmt::Debug for Task<A, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Task").field(&self.name).finish()
    }
}

/// A task of whatever types, so that one list can hold them all.
///
/// Only [`Task`] implements it.
pub trait AnyTask: Sync + sealed::Sealed {
    /// The name that the task is found by.
    #[doc(hidden)]
    fn name(&self) -> &'static str;

    /// Runs it for all arguments of an order, and writes the results.
    #[doc(hidden)]
    fn carry_out(&self, order: &Received<'_>, results: &mut Vec<u8>) -> Report;
}

impl<A: DeserializeOwned, R: Serialize> AnyTask for Task<A, R> {
    fn name(&self) -> &'static str {
        self.name
    }

    fn carry_out(&self, order: &Received<'_>, results: &mut Vec<u8>) -> Report {
        let mut report = Report::default();
        let mut arguments = Deserializer::from_bytes(order.arguments);
        for place in 0..order.count {
            let (before, mut is_read) = (results.len(), false);
            let step = caught(|| {
                let argument = A::deserialize(&mut arguments)
                    .map_err(|error| Failure::unreadable("argument", &error))?;
                is_read = true;
                let result = call(self.run, argument)?;
                write(&result, results)
                    .map_err(|error| Failure::unreadable("result", &error))
            });
            if let Err(failure) = step {
                // A panic may have left half a result.
                results.truncate(before);
                report.failures.push((place, failure));
            }
            if !is_read {
                // Where the next one begins, nobody knows either.
                return report;
            }
            report.done += 1;
        }
        report
    }
}

/// Does `step`, and makes a value of a panic in it.
pub(crate) fn caught<T>(
    step: impl FnOnce() -> Result<T, Failure>,
) -> Result<T, Failure> {
    // What a panic leaves half done is the task's own: it had its argument
    // to itself.
    let done = catch_unwind(AssertUnwindSafe(step));
    done.unwrap_or_else(|panic| Err(panicked(&*panic)))
}

/// Calls `function`, and makes a value of its error.
pub(crate) fn call<A, R>(
    function: fn(A) -> anyhow::Result<R>,
    argument: A,
) -> Result<R, Failure> {
    function(argument).map_err(|error| Failure::Error {
        chain: error.chain().map(ToString::to_string).collect(),
        backtrace: shown(error.backtrace()),
    })
}

fn shown(backtrace: &Backtrace) -> Option<String> {
    let captured = backtrace.status() == BacktraceStatus::Captured;
    captured.then(|| backtrace.to_string())
}

thread_local! {
    /// Where the last panic of this thread was, and how it got there.
    static LAST_PANIC: RefCell<(String, Option<String>)> =
        RefCell::default();
}

/// Worker: from now on remembers where a panic of this thread was, for the
/// parent, instead of printing it. Other threads panic as ever.
pub(crate) fn note_panics() {
    let (worker, print) = (thread::current().id(), panic::take_hook());
    panic::set_hook(Box::new(move |panic| {
        if thread::current().id() != worker {
            return print(panic);
        }
        let place = panic.location().map(ToString::to_string);
        let backtrace = shown(&Backtrace::capture());
        LAST_PANIC.set((place.unwrap_or_default(), backtrace));
    }));
}

fn panicked(panic: &(dyn Any + Send)) -> Failure {
    let message = panic_message(panic).to_owned();
    let (place, backtrace) = LAST_PANIC.take();
    Failure::Panic { message, place, backtrace }
}

mod sealed {
    pub trait Sealed {}
    impl<A, R> Sealed for super::Task<A, R> {}
}
