//! The live book, as a reader has it in a browser: what runs, what is killed,
//! what is checked. The programs are those of the course, built from a copy of
//! its sources.

#![expect(clippy::unwrap_used, reason = "tests, also in their helpers")]

mod checks;
mod panel;
mod place;
mod reader;
mod runs;
mod tabs;
mod texts;

use std::time::Instant;

use crate::reader::Reader;

type Part = fn(&Reader);

/// What is promised, and what shows it.
const PARTS: [(&str, Part); 18] = [
    ("the plain book", runs::without_the_token_there_is_the_plain_book),
    ("paper", runs::the_page_for_paper_has_no_panels),
    ("no options", runs::a_choice_without_options_has_no_panel),
    ("a run", runs::a_run_grows_and_ends_by_itself),
    ("growth", runs::the_picture_grows_between_events),
    ("the first bar", runs::the_first_bar_comes_soon),
    ("stop", runs::stop_ends_a_run),
    ("a last word", runs::what_is_printed_after_stop_is_shown),
    ("kill", runs::a_worker_is_killed),
    ("kill twice", runs::a_task_is_taken_up_and_given_up),
    ("a fault", runs::a_fault_of_the_page_is_told_as_such),
    ("HTML", texts::what_looks_like_html_is_text),
    ("an error", texts::what_the_compiler_says_is_text),
    ("checks", checks::an_exercise_fails_hangs_and_passes),
    ("a bomb", checks::a_check_that_takes_too_much_is_ended),
    ("another page", checks::another_page_knows_what_passes),
    ("tabs", tabs::the_other_tab_has_to_wait),
    ("the end", runs::a_server_that_has_ended_is_told_as_such),
];

/// In one test, as all share a server that does one thing at a time, and what
/// it has built.
#[test]
#[ignore = "needs chromium and axe-core"]
fn a_reader_runs_kills_and_checks() {
    let begun = Instant::now();
    let reader = Reader::new();
    println!("the server and the browser: {:.1?}", begun.elapsed());
    for (what, part) in PARTS {
        let begun = Instant::now();
        part(&reader);
        println!("{what}: {:.1?}", begun.elapsed());
    }
    reader.finish();
    println!("all of it: {:.0?}", begun.elapsed());
}
