//! Tabs: one of them chosen where there is room for one, both where there is
//! room for both.

use browser::{Browser, Page, Screen, sideways_scroll};

use crate::site::{Site, lessons, unfold};

const WIDE: Screen = Screen { width: 1700, height: 900, is_phone: false };

#[test]
#[ignore = "needs chromium and mdbook"]
fn tabs_are_what_their_roles_say() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    let mut count = 0;
    for lesson in lessons() {
        page.visit(&site.at(&lesson));
        unfold(&page);
        let unlike: Vec<String> = page.evaluate(
            "[...document.querySelectorAll('.tabs')].filter((box) => {
                const tabs = [...box.querySelectorAll(
                    ':scope > [role=tablist] > [role=tab]')];
                const chosen = tabs.filter((it) => it.ariaSelected === 'true');
                return tabs.map((it) => it.innerText).join() !== 'Python,Rust'
                    || chosen.length !== 1
                    || chosen[0].tabIndex !== 0
                    || tabs.some((tab) => {
                        const panel = document.getElementById(
                            tab.getAttribute('aria-controls'));
                        return panel.parentElement !== box
                            || panel.role !== 'tabpanel'
                            || panel.getAttribute('aria-labelledby') !== tab.id
                            || !panel.querySelector('pre')
                            || panel.querySelector(
                                tab.innerText === 'Python' ? '.language-rust'
                                    : '.language-python')
                            || panel.checkVisibility() !== (tab === chosen[0]);
                    });
            }).map((it) => it.outerHTML.slice(0, 300))",
        );
        assert!(unlike.is_empty(), "{lesson}: {unlike:#?}");
        count +=
            page.evaluate::<usize>("document.querySelectorAll('.tabs').length");
    }
    assert!(count >= 16, "only {count} with tabs");
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn a_choice_holds_for_all_and_is_remembered() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&site.at("synchronization.html"));
    assert_eq!(chosen(&page), ["Rust"; 4]);
    page.click("[role=tab]:first-child");
    assert_eq!(chosen(&page), ["Python"; 4]);
    page.reload();
    assert_eq!(chosen(&page), ["Python"; 4]);
    page.visit(&site.at("pool_map.html"));
    assert_eq!(chosen(&page), ["Python"]);
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn arrows_change_the_tab_and_not_the_page() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    let address = site.at("pool_map.html");
    page.visit(&address);
    page.click("[role=tab]:last-child");
    let presses = [
        ("ArrowLeft", "Python"),
        ("ArrowLeft", "Rust"),
        ("ArrowRight", "Python"),
        ("ArrowRight", "Rust"),
        ("Home", "Python"),
        ("End", "Rust"),
    ];
    for (key, tab) in presses {
        page.press(key);
        assert_eq!(chosen(&page), [tab], "after {key}");
        let focused: String = page.evaluate("document.activeElement.innerText");
        assert_eq!(focused, tab, "after {key}");
        assert_eq!(page.address(), address, "after {key}");
    }
    // Elsewhere the book's own arrows turn the page.
    page.execute("document.activeElement.blur()");
    page.leave_by(|| page.press("ArrowRight"));
    assert_ne!(page.address(), address);
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn where_both_fit_they_stand_side_by_side() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    page.show_on(WIDE);
    for lesson in lessons() {
        page.visit(&site.at(&lesson));
        unfold(&page);
        let one_above_the_other: Vec<String> = page.evaluate(
            "[...document.querySelectorAll('.tabs')].filter((box) => {
                const [left, right] =
                    [...box.querySelectorAll('[role=tabpanel]')]
                        .map((it) => it.getBoundingClientRect());
                return left.y !== right.y || left.right > right.left
                    || left.width < 500 || right.width < 500;
            }).map((it) => it.outerHTML.slice(0, 300))",
        );
        assert!(one_above_the_other.is_empty(), "{one_above_the_other:#?}");
        assert!(!page.shows("[role=tab]"), "{lesson}: nothing to choose");
        assert_eq!(sideways_scroll(&page, WIDE), [""; 0], "{lesson}");
    }
}

/// What is chosen, for each group of tabs, also of those in a fold; and nothing
/// else is shown.
fn chosen(page: &Page<'_>) -> Vec<String> {
    unfold(page);
    let chosen = "document.querySelectorAll('[role=tab][aria-selected=true]')";
    let shown: Vec<String> = page.evaluate(
        "[...document.querySelectorAll('[role=tabpanel]')]
            .filter((it) => it.checkVisibility())
            .map((it) => document.getElementById(
                it.getAttribute('aria-labelledby')).innerText)",
    );
    let names = format!("[...{chosen}].map((it) => it.innerText)");
    let names: Vec<String> = page.evaluate(&names);
    assert_eq!(shown, names);
    names
}
