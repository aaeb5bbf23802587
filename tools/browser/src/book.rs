//! What each page of a book by mdBook has.

use crate::page::Page;
use crate::screen::Screen;

/// The themes that a reader can choose.
pub const THEMES: [&str; 5] = ["light", "rust", "coal", "navy", "ayu"];

/// Chooses a theme, and waits until its colours stand still. What turns for
/// ever is not waited for.
///
/// # Panics
///
/// Where the page has no such theme.
pub fn choose_theme(page: &Page<'_>, theme: &str) {
    page.execute(&format!(
        "document.getElementById('mdbook-theme-{theme}').click();
        const nextFrame = () => new Promise(requestAnimationFrame);
        await nextFrame();
        await Promise.allSettled(
            document.getAnimations()
                .filter((it) => it.effect.getComputedTiming().endTime
                    !== Infinity)
                .map((it) => it.finished));
        await nextFrame();"
    ));
    let classes: String = page.evaluate("document.documentElement.className");
    assert!(classes.contains(theme), "{theme}: {classes}");
}

/// The page itself, and all that is around its text, is as wide as the screen
/// lets it be; only listings and tables may be wider than their place. Gives
/// what is not so.
///
/// # Panics
///
/// Where Chromium does not answer.
#[must_use]
pub fn sideways_scroll(page: &Page<'_>, screen: Screen) -> Vec<String> {
    let width: u32 = page.evaluate("innerWidth");
    let mut found = Vec::new();
    if width > screen.width {
        found.push(format!("is {width} wide"));
    }
    let scrolling: Vec<String> = page.evaluate(
        "(() => {
            const around = [];
            for (let it = document.querySelector('main'); it;
                it = it.parentElement) around.push(it);
            const clips = (it) => it === document.documentElement
                || getComputedStyle(it).overflowX !== 'visible';
            const wide = around.filter(
                (it) => clips(it) && it.scrollWidth > it.clientWidth);
            return wide.map((it) => {
                const end = it.getBoundingClientRect().x + it.clientWidth;
                const culprit = [...document.querySelectorAll('main *')]
                    .find((it) => it.getBoundingClientRect().right > end
                        && !it.closest('pre, .table-wrapper'));
                return `${it.localName} by ${it.scrollWidth - it.clientWidth}: `
                    + culprit?.outerHTML.slice(0, 100);
            });
        })()",
    );
    found.extend(scrolling.iter().map(|it| format!("scrolls sideways: {it}")));
    found
}
