//! Who reads with the keyboard gets everywhere, and sees where.

use browser::{Browser, Page, Screen};

use crate::site::Site;

#[test]
#[ignore = "needs chromium and mdbook"]
fn the_way_begins_with_a_link_to_the_text() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&site.at("pool_map.html"));
    page.press("Tab");
    assert_eq!(page.focused(), "a Skip to the text");
    assert_visible(&page);
    page.press("Enter");
    page.press("Tab");
    let is_in_text: bool =
        page.evaluate("Boolean(document.activeElement.closest('main'))");
    assert!(is_in_text, "{}", page.focused());
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn every_stop_shows_that_it_has_the_focus() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&site.at("pool_map.html"));
    let mut stops = Vec::new();
    for _ in 0..150 {
        page.press("Tab");
        let stop = page.focused();
        if stop.starts_with("body") {
            break;
        }
        assert_visible(&page);
        stops.push(stop);
    }
    let place = |text: &str| {
        let place = stops.iter().position(|it| it.contains(text));
        place.unwrap_or_else(|| panic!("no stop at {text:?}: {stops:#?}"))
    };
    let order = [
        place("Skip to the text"),
        place("Introduction"),
        place("#mdbook-sidebar-toggle"),
        place("#mdbook-theme-toggle"),
        place("#mdbook-search-toggle"),
        place("Print this book"),
        place("#tab-0-"),
        place("Next chapter"),
    ];
    assert!(order.is_sorted(), "{order:?}: {stops:#?}");
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn enter_opens_and_closes_the_table_of_contents() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&site.at("pool_map.html"));
    for (screen, is_open) in [(Screen::DESKTOP, true), (Screen::PHONE, false)] {
        page.show_on(screen);
        page.reload();
        page.execute(
            "document.getElementById('mdbook-sidebar-toggle').focus()",
        );
        for is_open in [is_open, !is_open, is_open] {
            page.wait_until(&format!(
                "document.getElementById('mdbook-sidebar-toggle')
                .ariaExpanded === '{is_open}'
            && (document.getElementById('mdbook-sidebar')
                .getBoundingClientRect().right > 0) === {is_open}
            && document.querySelector('#mdbook-sidebar a')
                .checkVisibility({{ visibilityProperty: true }}) === {is_open}"
            ));
            page.press("Enter");
        }
    }
}

fn assert_visible(page: &Page<'_>) {
    let is_visible: bool = page.evaluate(
        "(() => {
            const it = document.activeElement;
            const box = it.getBoundingClientRect();
            const style = getComputedStyle(it);
            return it.checkVisibility({ visibilityProperty: true })
                && box.width > 0 && box.bottom > 0 && box.right > 0
                && box.x < innerWidth && box.y < innerHeight
                && style.outlineStyle !== 'none'
                && parseFloat(style.outlineWidth) >= 1;
        })()",
    );
    assert!(is_visible, "cannot be seen: {}", page.focused());
}
