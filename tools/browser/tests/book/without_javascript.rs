//! Where no scripts run, the pages say everything that there is to say.

use browser::{Browser, Page, Screen};

use crate::site::{Site, chapters};

#[test]
#[ignore = "needs chromium and mdbook"]
fn nothing_is_said_by_scripts_only() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let [with, without] = [browser.page(), browser.page()];
    without.disable_javascript();
    for screen in [Screen::DESKTOP, Screen::PHONE] {
        without.show_on(screen);
        for chapter in chapters() {
            with.visit(&site.at(&chapter));
            without.visit(&site.at(&chapter));
            assert_eq!(words(&without), words(&with), "{chapter}");
            let hidden = hidden(&without, screen);
            assert!(hidden.is_empty(), "{chapter}: {hidden:#?}");
            let faults = without.take_journal().faults(site.home());
            assert_eq!(faults, Vec::<String>::new(), "{chapter}");
        }
    }
}

#[test]
#[ignore = "needs chromium and mdbook"]
fn the_chapters_are_listed_without_scripts_too() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    page.disable_javascript();
    page.visit(&site.at("pool_map.html"));
    page.click("#mdbook-sidebar-toggle");
    page.wait_until(
        "document.querySelector('#mdbook-sidebar iframe')
            .getBoundingClientRect().x >= 0",
    );
    let links: Vec<String> = page.evaluate(
        "[...document.querySelector('#mdbook-sidebar iframe')
            .contentDocument.querySelectorAll('a')]
            .map((it) => it.getAttribute('href'))",
    );
    assert_eq!(links, chapters());
}

/// All listings, outputs, questions, answers and explanations, in the order of
/// the alphabet: scripts move some of them. A text that a screen reader is not
/// told, or that says what a button does, is not one of them.
fn words(page: &Page<'_>) -> Vec<String> {
    page.evaluate(
        "[...document.querySelectorAll(
            'main :is(pre code, p, li, td, summary, label > span, legend)')]
            .map((it) => it.textContent.replace(/\\s+/g, ' ').trim())
            .filter(Boolean)
            .sort()",
    )
}

/// What a reader cannot get to: hidden, other than by a fold that opens, or
/// beyond the edges of the screen.
fn hidden(page: &Page<'_>, screen: Screen) -> Vec<String> {
    page.evaluate(&format!(
        "(() => {{
            document.querySelectorAll('details').forEach((it) => it.open = true);
            return [...document.querySelectorAll(
                'main :is(pre, p, li, td, summary, h1, h2)')]
                .filter((it) => {{
                    const box = it.getBoundingClientRect();
                    const isInTable = it.closest('.table-wrapper');
                    return !it.checkVisibility({{ visibilityProperty: true }})
                        || box.left < 0
                        || (!isInTable && box.right > {});
                }})
                .map((it) => it.outerHTML.slice(0, 100));
        }})()",
        screen.width
    ))
}
