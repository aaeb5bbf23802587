//! Words and numbers as they may stand in a picture.

use std::time::Duration;

/// Makes `text` safe between tags and in quotes. What is no letter, such as
/// a line break, becomes a space: a blank line would end the picture.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut safe, letter| {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => safe.push(' '),
            _ if letter.is_control() => safe.push(' '),
            _ => safe.push(letter),
        }
        safe
    })
}

/// How wide `text` is at most in twelve-pixel letters: who reads the page
/// may have another font than we.
pub(crate) fn width(text: &str) -> f64 {
    text.chars().map(letter_width).sum()
}

/// As much of `text` as has room.
pub(crate) fn fit(text: &str, room: f64) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let mut left = room - letter_width('…');
    let fits = |letter: &char| {
        left -= letter_width(*letter);
        left >= 0.0
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

fn letter_width(letter: char) -> f64 {
    if letter.is_ascii() { 7.0 } else { 12.0 }
}

/// Milliseconds, rounded as all numbers are.
pub(crate) fn milliseconds(time: Duration) -> f64 {
    rounded(time.as_secs_f64() * 1000.0)
}

/// To one decimal: finer than the eye, and short.
pub(crate) fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}
