//! Lesson 9: locks, semaphores, events, conditions and barriers for processes.
//!
//! The counterparts of what Python's `multiprocessing` has by these names.
//! Each can be part of a worker's argument:
//!
//! ```no_run
//! use process_spawning::{Process, Target, main_guard};
//! use shared_memory_demo::Value;
//! use synchronization::Lock;
//!
//! const ADD: Target<(Lock, Value<i64>)> = Target::new("add", add);
//!
//! fn add((lock, counter): (Lock, Value<i64>)) -> anyhow::Result<()> {
//!     for _ in 0..1000 {
//!         let _held = lock.acquire()?;
//!         counter.set(counter.get() + 1);
//!     }
//!     Ok(())
//! }
//!
//! fn main() -> anyhow::Result<()> {
//!     main_guard(&[&ADD]);
//!     let (lock, counter) = (Lock::new()?, Value::new(0)?);
//!     let start = || Process::target(ADD).start((lock.clone(), counter.clone()));
//!     for mut worker in [start()?, start()?] {
//!         worker.join()?;
//!     }
//!     println!("{}", counter.get()); // 2000
//!     Ok(())
//! }
//! ```
//!
//! What is held when a process dies, is not lost: the next owner of a
//! [`Lock`] gets it and is told, permits of a [`Semaphore`] come back, a
//! [`Barrier`] breaks, a notification goes to the next who waits. In Python
//! those who wait, wait for ever.
//!
//! How: all state is words in shared memory (lesson 8), and each change that
//! matters is one atomic step, so that there is nothing half done that
//! somebody could leave behind. A word says who holds it. And each process
//! that was given one of these holds the end of a pipe; when that end closes,
//! the process that gave it takes back what the other one held. Who has to
//! wait, sleeps on the word that has to change: a futex.
//!
//! As with Python's, the only way to pass one on is to start a process with
//! it. So all who have it end before its maker does. Up to 32 of them fit into
//! one argument. Each time costs whoever passes it on a descriptor and a
//! thread that waits; while that process is stopped (SIGSTOP), nobody takes
//! back what the dead held.
//!
//! Where to look:
//!
//! - [`lock`](Lock), [`rlock`](RLock): one at a time
//! - [`semaphore`](Semaphore): so many at a time
//! - [`event`](Event): until somebody says so
//! - [`condition`](Condition): until something is true
//! - [`barrier`](Barrier): until all are there
//! - `word`: a word of shared memory, and sleeping on it
//! - `ownership`, `signal`, `slots`, `rounds`: the steps that the above are
//!   made of, each checked in every order that threads can take them in
//! - `member`: who is who, and passing on
//! - `watch`: noticing that somebody has gone
//!
//! Linux only, because of the futex. Where that does not do, a file lock
//! ([`std::fs::File::lock`], lesson 8) works everywhere and dies with its
//! holder too; the chapter measures both. And where messages do (lessons 5 to
//! 7), they are the better choice: nobody can forget to lock a message.
//!
//! Each takes up 2 of the 64 places that one argument or message has for
//! descriptors, and a [`Condition`] 4, since it brings its lock along: so 32
//! fit, or 16 conditions, and with more the start of the worker is an error.
//! Many of one kind are better one, with an [`Array`](shared_memory_demo::Array)
//! beside it.
//!
//! Left out: fairness, and locks for readers and writers.

mod barrier;
mod condition;
mod error;
mod event;
mod lock;
mod member;
mod ownership;
mod rlock;
mod rounds;
mod semaphore;
mod signal;
mod slots;
mod watch;
mod word;

pub use barrier::Barrier;
pub use condition::Condition;
pub use error::{
    AcquireError, BarrierError, MakeError, NotifyError, ReleaseError, WaitError,
};
pub use event::Event;
pub use lock::{Guard, Lock};
pub use rlock::{RGuard, RLock};
pub use semaphore::{BoundedSemaphore, Permit, Semaphore};
