//! Lesson 3: the same work on threads and on processes, measured.
//!
//! | Python                              | here                           |
//! | ----------------------------------- | ------------------------------ |
//! | a loop                              | [`sequential`]                 |
//! | `threading.Thread`, started, joined | [`threads`]: `thread::scope`   |
//! | `queue.Queue` and some threads      | [`work_queue`]: crossbeam      |
//! | `ThreadPoolExecutor.map`            | [`thread_pool`]: rayon         |
//! | `multiprocessing.Process`           | [`processes`]                  |
//! | the GIL                             | [`threads_with_one_lock`], a [`Gil`] |
//!
//! In Python only processes compute in parallel, because of the Global
//! Interpreter Lock. Rust has no such lock; what it would do to threads can
//! be seen by giving it one. What the lock does not do, in either language, is
//! to keep a program from [races]; Rust's compiler does.
//!
//! Left out: async, which is for tasks that wait and not for such as compute;
//! use [tokio](https://docs.rs/tokio) for those.

mod creation;
mod gil;
pub mod races;
mod ways;

pub use creation::{creation_of_a_process, creation_of_a_thread};
pub use gil::Gil;
pub use ways::{
    COMPUTE, Load, processes, sequential, thread_pool, threads,
    threads_with_one_lock, work_queue,
};
