//! The whole book on one page, for paper.

use browser::{Axe, Browser, THEMES, choose_theme};

use crate::site::{Site, chapters};

#[test]
#[ignore = "needs chromium and mdbook"]
fn paper_has_every_chapter_both_languages_and_what_is_folded() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    let mut titles = Vec::new();
    for chapter in chapters() {
        page.visit(&site.at(&chapter));
        titles.push(page.text("main h1"));
    }
    page.show_on_paper();
    page.visit(&site.at("print.html"));
    let printed: Vec<String> = page.evaluate(
        "[...document.querySelectorAll('main h1')].map((it) => it.innerText)",
    );
    assert_eq!(printed, titles);
    let hidden: Vec<String> = page.evaluate(
        "[...document.querySelectorAll('main :is(pre, p, li, td, summary)')]
            .filter((it) => !it.checkVisibility())
            .map((it) => it.textContent.slice(0, 100))",
    );
    assert_eq!(hidden, Vec::<String>::new());
    assert!(page.shows(".tabs .tab-label"), "which language is which?");
    for useless in ["[role=tab]", "#mdbook-sidebar", "#mdbook-menu-bar"] {
        assert!(!page.shows(useless), "paper has no use for {useless}");
    }
}

#[test]
#[ignore = "needs chromium, mdbook and axe-core"]
fn paper_is_white_in_whichever_theme_it_was_read() {
    let site = Site::of_the_book();
    let axe = Axe::find();
    let browser = Browser::start();
    let page = browser.page();
    page.show_on_paper();
    page.visit(&site.at("error_handling.html"));
    for theme in THEMES {
        choose_theme(&page, theme);
        let paper: String = page.evaluate(
            "getComputedStyle(document.documentElement).backgroundColor",
        );
        assert_eq!(paper, "rgb(255, 255, 255)", "{theme}");
        let mut violations = axe.look_at(&page);
        violations.retain(|it| it.rule == "color-contrast");
        assert_eq!(violations, [], "{theme}");
    }
}
