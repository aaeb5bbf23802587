//! What all pictures have in common: their caption, their paper and pens.
//!
//! A picture is an SVG element to stand inside a page. There it takes its
//! colours from CSS variables such as `--mp-task`, each with a fallback that
//! reads on light and on dark pages. It has no blank line, which would end it
//! in Markdown, and is the same, byte for byte, whenever its numbers are.

use std::fmt::Display;

use crate::text::{escape, rounded};

/// How wide a picture is that fills the book's column, in pixels.
pub const WIDTH: u32 = 720;

/// What a picture tells those who do not see it.
#[derive(Clone, Copy, Debug)]
pub struct Caption<'c> {
    /// Begins the ids in the picture: one word, unique on its page.
    pub id: &'c str,
    /// What the picture is called.
    pub title: &'c str,
    /// What there is to see, in a sentence or two.
    pub description: &'c str,
}

// The page's own colour, or one that can be seen on light and dark ones.
pub(crate) const TEXT: &str = "var(--mp-text,currentColor)";
pub(crate) const LINE: &str = "var(--mp-line,#8885)";
pub(crate) const TASK: &str = "var(--mp-task,#0b62c4)";
pub(crate) const WAIT: &str = "var(--mp-wait,#7d8794)";
pub(crate) const MESSAGE: &str = "var(--mp-message,#a855f7)";

/// Between a shape and a word.
pub(crate) const SPACE: f64 = 8.0;

/// Markdown takes a first line for HTML that is one whole tag.
pub(crate) fn head(
    caption: &Caption<'_>,
    width: f64,
    height: impl Display,
) -> String {
    let Caption { id, title, description } = caption;
    let [id, title, description] = [id, title, description].map(|t| escape(t));
    format!(
        "<svg xmlns='http://www.w3.org/2000/svg' \
         viewBox='0 0 {width} {height}' width='100%' \
         style='max-width:{width}px;font:12px Open Sans,sans-serif' \
         role='img' aria-labelledby='{id}-title' \
         aria-describedby='{id}-desc'>\n\
         <title id='{id}-title'>{title}</title>\n\
         <desc id='{id}-desc'>{description}</desc>\n"
    )
}

/// Words at `x` that stand on `y`; `look` is their attributes.
pub(crate) fn words(
    x: f64,
    y: impl Display,
    look: impl Display,
    words: &str,
) -> String {
    let (x, words) = (rounded(x), escape(words));
    format!("<text x='{x}' y='{y}' {look}>{words}</text>")
}
