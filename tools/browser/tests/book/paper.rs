//! The whole book on one page, for paper.

use browser::Browser;

use crate::site::{Site, chapters};

#[test]
#[ignore = "needs chromium and mdbook"]
fn paper_has_every_chapter_and_both_languages() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    let mut titles = Vec::new();
    for chapter in chapters() {
        page.visit(&site.at(&chapter));
        titles.push(page.text("main h1"));
    }
    page.execute("document.getElementById('mdbook-theme-navy').click()");
    page.show_on_paper();
    page.visit(&site.at("print.html"));
    for part in ["html", "main p", "main pre code span", "main table"] {
        let contrast =
            format!("getComputedStyle(document.querySelector({part:?})).color");
        assert_eq!(
            page.evaluate::<String>(&contrast),
            "rgb(0, 0, 0)",
            "{part}"
        );
    }
    let printed: Vec<String> = page.evaluate(
        "[...document.querySelectorAll('main h1')].map((it) => it.innerText)",
    );
    assert_eq!(printed, titles);
    let hidden: Vec<String> = page.evaluate(
        "[...document.querySelectorAll('.tabs pre, .tabs .tab-label')]
            .filter((it) => !it.checkVisibility())
            .map((it) => it.innerText)",
    );
    assert_eq!(hidden, Vec::<String>::new());
    assert!(page.shows(".tabs .tab-label"), "which language is which?");
    for useless in ["[role=tab]", "#mdbook-sidebar", "#mdbook-menu-bar"] {
        assert!(!page.shows(useless), "paper has no use for {useless}");
    }
}
