//! The live book, as a reader has it in a browser: what runs, what is killed,
//! what is checked. The programs are those of the course, built from a copy of
//! its sources.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

mod checks;
mod place;
mod reader;
mod runs;

use browser::{Axe, Browser};

use crate::place::Place;

/// In one test, as they share a server that does one thing at a time, and what
/// it has built.
#[test]
#[ignore = "needs chromium and axe-core"]
fn a_reader_runs_kills_and_checks() {
    let axe = Axe::find();
    let place = Place::new();
    let browser = Browser::start();
    runs::without_the_token_there_is_the_plain_book(&place, &browser);
    runs::a_run_ends_by_itself(&place, &browser, &axe);
    runs::a_run_grows_and_stop_ends_it(&place, &browser);
    runs::a_worker_is_killed(&place, &browser);
    checks::an_exercise_fails_hangs_and_passes(&place, &browser, &axe);
    drop(browser);
    place.finish();
}
