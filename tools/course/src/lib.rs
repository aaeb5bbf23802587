//! The exercises of the course, and how the learner stands with them.
//!
//! - [`catalogue`](Catalogue): all exercises, and which one a name means;
//!   [`exercise`](Exercise): where its files are
//! - [`check`](check()): compiles an exercise and runs its tests by
//!   [`cargo`](cargo()); [`running`](Running) ends all that comes of it,
//!   [`lines`](Lines) and [`reading`](failures()) understand what it prints,
//!   and [`event`](Event) is what it tells
//! - [`progress`](Progress): what passes, with [`fingerprint`](Foundations)
//!   for what has not changed and [`notes`](Notes) for what is remembered
//! - [`hints`](hints()), [`reset`](reset())
//! - [`changes`](Changes): notices when the learner saves
//!
//! The program `course` only shows all this: `options` is what can be asked
//! for, and the files named after commands answer.
//!
//! ```no_run
//! use course::{Catalogue, Manner, Progress};
//!
//! # fn main() -> anyhow::Result<()> {
//! let catalogue = Catalogue::find()?;
//! let progress = Progress::of(catalogue.root());
//! let exercise = catalogue.get("two_processes")?;
//! progress.check(exercise, Manner::default(), None, |event| {
//!     println!("{}", serde_json::to_string(&event)?);
//!     Ok(())
//! })?;
//! # Ok(())
//! # }
//! ```

mod cargo;
mod catalogue;
mod changes;
mod check;
mod event;
mod exercise;
mod fingerprint;
mod hints;
mod lines;
mod notes;
mod progress;
mod reading;
mod reset;
mod running;

pub use cargo::cargo;
pub use catalogue::{Catalogue, UnknownExercise};
pub use changes::{Changes, QUIET, Watch};
pub use check::{Manner, check};
pub use event::{Event, Outcome, Verdict, sentence};
pub use exercise::Exercise;
pub use fingerprint::Foundations;
pub use hints::{Hint, hints};
pub use lines::Lines;
pub use notes::Notes;
pub use progress::{Progress, Standing};
pub use reading::failures;
pub use reset::reset;
pub use running::{Awaited, Running};
