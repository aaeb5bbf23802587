//! What the learner relies on.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

mod checking;
mod ending;
mod files;
mod help;
mod library;
mod manners;
mod names;
mod overview;
mod place;
mod watching;
