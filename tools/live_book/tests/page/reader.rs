//! A reader's pages, and what must not be wrong with them.

use browser::{Axe, Browser, Page, Screen};
use browser::{THEMES, choose_theme, sideways_scroll};

use crate::place::Place;

/// What a page is read on.
pub(crate) const SCREENS: [Screen; 2] = [Screen::DESKTOP, Screen::PHONE];

/// Who reads the course, and has a browser.
pub(crate) struct Reader {
    pub(crate) place: Place,
    pub(crate) browser: Browser,
    axe: Axe,
}

impl Reader {
    pub(crate) fn new() -> Self {
        let axe = Axe::find();
        Self { place: Place::new(), browser: Browser::start(), axe }
    }

    /// Opens a page of the book, with the address that the server prints.
    pub(crate) fn open(&self, name: &str) -> Page<'_> {
        self.open_on(Screen::DESKTOP, name)
    }

    pub(crate) fn open_on(&self, screen: Screen, name: &str) -> Page<'_> {
        let page = self.browser.page();
        page.show_on(screen);
        page.visit(self.place.entrance());
        page.visit(&self.place.at(name));
        page.wait_until("document.querySelector('.sidebar .live-progress')");
        page
    }

    /// Nothing has gone wrong since this was last asked.
    pub(crate) fn assert_no_faults(&self, page: &Page<'_>) {
        let faults = page.take_journal().faults(self.place.home());
        assert_eq!(faults, [""; 0]);
    }

    /// Nothing but that the server has said that it is busy, to this request;
    /// a browser tells that as an error, and nobody can keep it from that.
    pub(crate) fn assert_only_busy(&self, page: &Page<'_>, request: &str) {
        let url = self.place.at(request);
        let busy = [
            format!(
                "error: Failed to load resource: the server responded with \
                 a status of 409 (Conflict) {url}"
            ),
            format!("failed request: 409 {url}"),
        ];
        let faults = page.take_journal().faults(self.place.home());
        for fault in &busy {
            assert!(faults.contains(fault), "{faults:?}");
        }
        let other = faults.iter().filter(|it| !busy.contains(it));
        assert_eq!(other.collect::<Vec<_>>(), [""; 0]);
    }

    /// On both screens and in each theme, as it is now: nothing that axe-core
    /// minds, and nothing to scroll sideways. And nothing has gone wrong
    /// before.
    pub(crate) fn assert_faultless(&self, page: &Page<'_>) {
        let mut faults = Vec::new();
        for screen in SCREENS {
            page.show_on(screen);
            if screen.is_phone {
                close_sidebar(page);
            }
            for theme in THEMES {
                choose_theme(page, theme);
                let seen = self.axe.look_at(page);
                let seen = seen.iter().map(ToString::to_string);
                let seen = seen.chain(sideways_scroll(page, screen));
                let width = screen.width;
                faults.extend(seen.map(|it| format!("{width} {theme}: {it}")));
            }
        }
        page.show_on(Screen::DESKTOP);
        faults.extend(page.take_journal().faults(self.place.home()));
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    /// Closes the browser, and sees that nothing is left of the server.
    pub(crate) fn finish(self) {
        drop(self.browser);
        self.place.finish();
    }
}

/// It is open on a desktop; on a phone it pushes the text aside.
fn close_sidebar(page: &Page<'_>) {
    let is_open = "document.getElementById('mdbook-sidebar-toggle')\
         .getAttribute('aria-expanded') === 'true'";
    if page.evaluate(is_open) {
        page.click("#mdbook-sidebar-toggle");
        page.wait_until(&format!("!({is_open})"));
    }
}
