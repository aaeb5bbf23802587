//! The search finds what the chapters say, and leads there.

use browser::Browser;

use crate::site::Site;

#[test]
#[ignore = "needs chromium and mdbook"]
fn a_word_is_found_and_its_chapter_is_a_click_away() {
    let site = Site::of_the_book();
    let browser = Browser::start();
    let page = browser.page();
    page.visit(&site.at("glossary.html"));
    page.press("/");
    page.wait_until("document.activeElement.id === 'mdbook-searchbar'");
    page.type_text("poison task");
    page.wait_until("document.querySelector('#mdbook-searchresults li a')");
    page.wait_for_text("#mdbook-searchresults-header", "poison task");
    let link = "#mdbook-searchresults li a[href*='error_handling.html']";
    page.leave_by(|| page.click(link));
    let address = page.address();
    assert!(address.starts_with(&site.at("error_handling.html")), "{address}");
    page.wait_for_text("main h1", "When things go wrong");
    assert!(page.shows("main mark"), "the words are not marked");
    assert_eq!(page.take_journal().faults(site.home()), Vec::<String>::new());
}
