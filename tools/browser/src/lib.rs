//! A reader's browser: a real Chromium, driven from a test.
//!
//! - [`browser`](Browser): Chromium itself, which ends with the value
//! - [`page`](Page): a tab with a storage of its own: visit, click, press a
//!   key, wait for a text, evaluate, take a picture
//! - [`screen`](Screen): what the page is shown on
//! - [`journal`](Journal): what went on in a page: requests, errors
//! - [`axe`](Axe): what stands in the way of readers with a screen reader, a
//!   keyboard or weak eyes, as far as a machine can find it
//! - [`book`](THEMES): the themes of a page by mdBook, and whether it scrolls
//!   sideways
//!
//! What is wrong is a panic, as in any test, with what was seen in it. And
//! whatever waits has a deadline.

mod axe;
mod book;
mod browser;
mod journal;
mod page;
mod screen;

pub use axe::{Axe, Violation};
pub use book::{THEMES, choose_theme, sideways_scroll};
pub use browser::Browser;
pub use journal::Journal;
pub use page::Page;
pub use screen::Screen;
