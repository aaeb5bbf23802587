//! What a reader does in a panel, and what is seen of it.

use std::thread::sleep;
use std::time::{Duration, Instant};

use browser::{Axe, Browser, Page, Screen};
use browser::{THEMES, choose_theme, sideways_scroll};

use crate::place::Place;

/// As long as the compiler may take for all that a lesson stands on.
const PATIENCE: Duration = Duration::from_mins(5);

/// A page of the book, opened by the address that the server prints.
pub(crate) fn open<'browser>(
    place: &Place,
    browser: &'browser Browser,
    name: &str,
) -> Page<'browser> {
    let page = browser.page();
    page.visit(place.entrance());
    page.visit(&place.at(name));
    page.wait_until("document.querySelector('.live-panel')");
    page
}

/// Waits for what may have to be compiled first.
pub(crate) fn wait_long(page: &Page<'_>, expression: &str, status: &str) {
    let deadline = Instant::now() + PATIENCE;
    while !page.evaluate::<bool>(&format!("Boolean({expression})")) {
        let is_late = Instant::now() >= deadline;
        assert!(
            !is_late,
            "not so: {expression}; it says {}",
            page.text(status)
        );
        sleep(Duration::from_millis(20));
    }
}

/// On both screens and in each theme, as it is now: nothing that axe-core
/// minds, and nothing to scroll sideways. And nothing has gone wrong before.
pub(crate) fn assert_faultless(page: &Page<'_>, place: &Place, axe: &Axe) {
    let mut faults = page.take_journal().faults(place.home());
    for screen in [Screen::DESKTOP, Screen::PHONE] {
        page.show_on(screen);
        for theme in THEMES {
            choose_theme(page, theme);
            let seen = axe.look_at(page);
            let seen = seen.iter().map(ToString::to_string);
            let seen = seen.chain(sideways_scroll(page, screen));
            let width = screen.width;
            faults.extend(seen.map(|it| format!("{width} {theme}: {it}")));
        }
    }
    page.show_on(Screen::DESKTOP);
    faults.extend(page.take_journal().faults(place.home()));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
