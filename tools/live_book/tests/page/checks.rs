//! An exercise that fails, hangs and passes, checked again at each save.

use browser::{Axe, Browser};

use crate::place::Place;
use crate::reader::{assert_faultless, open, wait_long};

const EXERCISE: &str = "exercises/06_queue_ipc/02_join_before_drain";
const SOLUTION: &str = "solutions/06_queue_ipc/02_join_before_drain";
const NAME: &str = "join_before_drain";

pub(crate) fn an_exercise_fails_hangs_and_passes(
    place: &Place,
    browser: &Browser,
    axe: &Axe,
) {
    let main = format!("{EXERCISE}/src/main.rs");
    let page = open(place, browser, "queue_ipc.html");
    let panel = format!(".live-check[aria-label$=\"{NAME}\"]");
    let status = format!("{panel} .live-status");
    let query = |what: &str, is: &str| {
        format!("document.querySelector('{panel} {what}')?.{is}")
    };
    let progress = "[...document.querySelectorAll('.sidebar .chapter a')]\
         .find((it) => it.pathname.endsWith('/queue_ipc.html'))\
         .querySelector('.live-progress').innerText";
    let before: String = page.evaluate(progress);

    // The stub.
    page.click(&format!("{panel} .live-go"));
    let says = query(".live-status", "innerText.startsWith('Not yet')");
    wait_long(&page, &says, &status);
    let failed = format!("{panel} .is-failed");
    assert!(page.text(&failed).starts_with('✗'), "{}", page.text(&failed));
    assert!(page.shows(&format!("{failed} pre")), "it does not say why");

    // A save is checked without a click. It hangs.
    place.put(&format!("{SOLUTION}/wrong/still_joined_first.rs"), &main);
    let waits = query("", "innerText.includes('waits for a message')");
    wait_long(&page, &waits, &status);
    wait_long(&page, &says, &status);
    assert!(page.shows(&format!("{panel} .is-ok")), "nothing holds");
    assert_faultless(&page, place, axe);

    // It passes.
    place.put(&format!("{SOLUTION}/src/main.rs"), &main);
    let passes = query(".live-status", "innerText.startsWith('It passes')");
    wait_long(&page, &passes, &status);
    assert!(!page.shows(&failed));
    let ok = page.text(&format!("{panel} .is-ok"));
    assert!(ok.starts_with('✓'), "{ok}");
    let after: String = page.evaluate(progress);
    assert_ne!(before, after);

    // A hint unfolds, and there is the next one.
    let second = format!("{panel} .live-hint:nth-child(2)");
    assert!(!page.shows(&second));
    page.click(&format!("{panel} .live-hint summary"));
    page.wait_until(&query(".live-hint:nth-child(2)", "checkVisibility()"));
    assert!(page.shows(&format!("{panel} .live-hint p")));
    assert_faultless(&page, place, axe);
    drop(page);
    place.see_that_nothing_is_left();
}
