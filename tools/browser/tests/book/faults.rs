//! Every page, in every theme, on a desktop and on a phone: no error, nothing
//! from elsewhere, nothing to scroll sideways, and nothing that axe-core minds.

use std::collections::BTreeMap;

use browser::{Axe, Browser, Screen, THEMES, choose_theme, sideways_scroll};

use crate::site::{Site, unfold};

#[test]
#[ignore = "needs chromium, mdbook and axe-core"]
fn every_page_is_faultless_on_a_desktop() {
    assert_faultless(Screen::DESKTOP);
}

#[test]
#[ignore = "needs chromium, mdbook and axe-core"]
fn every_page_is_faultless_on_a_phone() {
    assert_faultless(Screen::PHONE);
}

#[test]
#[ignore = "needs chromium, mdbook and axe-core"]
fn what_is_not_there_is_a_page_of_the_book() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    let nowhere = site.at("there/is/none.html");
    page.visit(&nowhere);
    page.wait_for_text("main", "not found");
    assert!(page.shows("#mdbook-sidebar a"), "no way on from here");
    let failed = page.take_journal().failed_requests;
    assert_eq!(failed, [format!("404 {nowhere}")]);
}

fn assert_faultless(screen: Screen) {
    let site = Site::of_the_book();
    let axe = Axe::find();
    let browser = Browser::start();
    let mut faults = Faults::default();
    for name in site.pages() {
        let page = browser.page();
        page.show_on(screen);
        page.visit(&site.at(&name));
        unfold(&page);
        for theme in THEMES {
            choose_theme(&page, theme);
            let mut found = sideways_scroll(&page, screen);
            let violations = axe.look_at(&page);
            found.extend(violations.iter().map(ToString::to_string));
            faults.add(&name, theme, found);
        }
        let found = page.take_journal().faults(site.home());
        faults.add(&name, "any", found);
    }
    faults.assert_none(screen);
}

/// Each fault, and the themes that it was seen in.
#[derive(Default)]
struct Faults(BTreeMap<(String, String), Vec<&'static str>>);

impl Faults {
    fn add(&mut self, page: &str, theme: &'static str, found: Vec<String>) {
        for fault in found {
            self.0.entry((page.to_owned(), fault)).or_default().push(theme);
        }
    }

    fn assert_none(&self, screen: Screen) {
        let lines: Vec<_> = self
            .0
            .iter()
            .map(|((page, fault), themes)| {
                format!("{page}, {}: {fault}", themes.join(" "))
            })
            .collect();
        let (count, width) = (lines.len(), screen.width);
        assert!(
            count == 0,
            "{count} faults, {width} wide:\n{}",
            lines.join("\n")
        );
    }
}
