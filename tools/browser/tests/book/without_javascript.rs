//! Where no scripts run, the pages say everything that there is to say.

use browser::{Browser, Page, Screen};

use crate::site::{Site, chapters, unfold};

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
            let [said, shown] = [words(&without), words(&with)];
            assert!(shown.len() >= 100, "{chapter}: {shown:?}");
            assert_eq!(beyond(&said, &shown), [""; 0], "{chapter}");
            assert_eq!(beyond(&shown, &said), [""; 0], "{chapter}");
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

/// All words, in the order of the alphabet: scripts move some of them. Only
/// the names of the tabs are there twice, and a verdict waits for an answer.
fn words(page: &Page<'_>) -> Vec<String> {
    page.evaluate(
        "(() => {
            const text = document.querySelector('main').cloneNode(true);
            text.querySelectorAll('[role=tablist], [role=status]')
                .forEach((it) => it.remove());
            // A quiz has the numbers of its list in its text.
            text.querySelectorAll('ol').forEach(({ children }) =>
                [...children].forEach((it, index) =>
                    it.prepend(`${index + 1}. `)));
            text.querySelectorAll('p, li, td, th, pre, label, legend, summary')
                .forEach((it) => it.after(' '));
            return text.textContent.split(/\\s+/).filter(Boolean).sort();
        })()",
    )
}

/// Which of these words the others lack, or have less often.
fn beyond(words: &[String], others: &[String]) -> Vec<String> {
    let mut left = others.to_vec();
    let is_missing = |word: &&String| {
        let place = left.iter().position(|it| it == *word);
        place.map(|place| left.swap_remove(place)).is_none()
    };
    words.iter().filter(is_missing).cloned().collect()
}

/// What a reader cannot get to: hidden, other than by a fold that opens, or
/// beyond the edges of the screen.
fn hidden(page: &Page<'_>, screen: Screen) -> Vec<String> {
    unfold(page);
    page.evaluate(&format!(
        "(() => {{
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
