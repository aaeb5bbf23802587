//! The book, as a reader has it in a browser: built by mdBook, and served below
//! a path of a web host.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

mod faults;
mod keyboard;
mod paper;
mod quizzes;
mod search;
mod serve;
mod site;
mod tabs;
mod without_javascript;
