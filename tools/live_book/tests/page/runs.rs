//! Demonstrations: run, stopped, and with a worker killed.

use std::time::Instant;

use browser::{Axe, Browser, Page};

use crate::place::Place;
use crate::reader::{assert_faultless, open, wait_long};

const PANEL: &str = ".live-panel:not(.live-check)";
const STATUS: &str = ".live-panel:not(.live-check) .live-status";
const GO: &str = ".live-panel:not(.live-check) .live-go";
const STOP: &str = ".live-panel:not(.live-check) .live-stop";
const BARS: &str =
    "document.querySelector('.live-paper svg')?.querySelectorAll('rect')";

/// Chooses an option of the first panel's first choice.
fn choose(page: &Page<'_>, label: &str) {
    page.execute(&format!(
        "const select = document.querySelector('{PANEL} select');
        const option = [...select.options].find(
            (it) => it.textContent === '{label}');
        select.value = option.value;
        select.dispatchEvent(new Event('change', {{ bubbles: true }}));"
    ));
}

fn wait_for_status(page: &Page<'_>, words: &str) {
    let says = format!(
        "document.querySelector('{STATUS}').innerText.includes('{words}')"
    );
    wait_long(page, &says, STATUS);
}

/// How wide the bars are, all in all.
fn width(page: &Page<'_>) -> f64 {
    page.evaluate(&format!(
        "[...({BARS} ?? [])].reduce(
            (sum, it) => sum + Number(it.getAttribute('width')), 0)"
    ))
}

pub(crate) fn without_the_token_there_is_the_plain_book(
    place: &Place,
    browser: &Browser,
) {
    let page = browser.page();
    page.visit(&place.at("pool_map.html"));
    page.wait_for_text("main", "cargo run -p pool_map");
    let panels: u32 =
        page.evaluate("document.querySelectorAll('.live-panel').length");
    assert_eq!(panels, 0);
    let journal = page.take_journal();
    assert_eq!(journal.faults(place.home()), [""; 0]);
    let requests = journal.requests.iter();
    let live: Vec<_> = requests.filter(|it| it.contains("/_live/")).collect();
    assert!(live.is_empty(), "{live:?}");
}

pub(crate) fn a_run_ends_by_itself(
    place: &Place,
    browser: &Browser,
    axe: &Axe,
) {
    let page = open(place, browser, "pool_map.html");
    page.click(GO);
    wait_for_status(&page, "building");
    wait_for_status(&page, "ended with exit code 0");
    assert!(page.shows(&format!("{STATUS}.is-good")));
    let lines: u32 =
        page.evaluate("document.querySelectorAll('.live-line').length");
    assert!(lines > 0, "it prints nothing");
    let tasks: u32 = page.evaluate(&format!(
        "[...{BARS}].filter((it) => it.style.fill.includes('--mp-task')).length"
    ));
    assert!(tasks > 0, "no task has a bar");
    assert_faultless(&page, place, axe);
    place.see_that_nothing_is_left();
}

pub(crate) fn a_run_grows_and_stop_ends_it(place: &Place, browser: &Browser) {
    let page = open(place, browser, "resource_monitor.html");
    choose(&page, "for longer");
    let clicked = Instant::now();
    page.click(GO);
    wait_long(&page, &format!("{BARS}?.length > 0"), STATUS);
    println!("click to the first bar: {:?}", clicked.elapsed());
    wait_for_status(&page, "runs");
    assert!(place.runs("resource_monitor"));
    let before: u32 = page.evaluate(&format!("{BARS}.length"));
    wait_long(&page, &format!("{BARS}.length > {before}"), STATUS);
    assert!(width(&page) > 0.0);
    page.click(STOP);
    wait_for_status(&page, "stopped");
    place.see_that_nothing_is_left();
    assert_eq!(page.take_journal().faults(place.home()), [""; 0]);
}

pub(crate) fn a_worker_is_killed(place: &Place, browser: &Browser) {
    let page = open(place, browser, "resource_monitor.html");
    choose(&page, "for longer");
    page.click(GO);
    wait_long(&page, "document.querySelector('.live-kill')", STATUS);
    let lanes =
        "document.querySelectorAll('.live-paper svg > g > text').length";
    let before: u32 = page.evaluate(lanes);
    page.click(".live-kill");
    let broken = format!(
        "[...{BARS}].some((it) => it.style.strokeDasharray !== '' \
         && it.style.strokeDasharray !== 'none')"
    );
    wait_long(&page, &broken, STATUS);
    wait_long(&page, &format!("{lanes} > {before}"), STATUS);
    wait_for_status(&page, "ended with exit code 0");
    let told = page.evaluate::<String>(
        "document.querySelector('.live-paper svg desc').textContent",
    );
    assert!(told.contains("SIGKILL"), "{told}");
    assert_eq!(page.take_journal().faults(place.home()), [""; 0]);
    place.see_that_nothing_is_left();
}
