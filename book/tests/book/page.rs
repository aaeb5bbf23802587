//! A rendered page, and what in it can be wrong.

use std::fs;
use std::path::Path;

use html5gum::emitters::default::{DefaultEmitter, StartTag};
use html5gum::{Token, Tokenizer};

use crate::file_name;

/// What stands in one page.
#[derive(Default)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) ids: Vec<String>,
    pub(crate) links: Vec<Link>,
    // What follows is of the chapter itself, without mdBook's menus.
    /// The levels of the headings.
    pub(crate) headings: Vec<u8>,
    /// The blocks of code, without the lines that mdBook adds and hides.
    pub(crate) blocks: Vec<String>,
    pub(crate) pictures: Vec<Picture>,
    /// All text that is no code.
    pub(crate) text: String,
}

/// Whatever leads to, or loads, something else.
pub(crate) struct Link {
    pub(crate) tag: String,
    pub(crate) target: String,
}

pub(crate) struct Picture {
    pub(crate) tag: String,
    /// Or else says that it is an ornament.
    pub(crate) is_named: bool,
}

/// What the reader of a page is inside of.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "any of them together")]
struct Place {
    main: bool,
    pre: usize,
    code: bool,
    /// Spans in one that is hidden, and that one.
    hidden: usize,
    noscript: bool,
    /// Where mdBook puts an icon before the title of a note, which says the same.
    note: bool,
    /// Just behind the beginning of a picture.
    svg: bool,
    /// In a picture's title.
    title: bool,
}

impl Page {
    pub(crate) fn read(path: &Path) -> Self {
        let mut page = Self { name: file_name(path), ..Self::default() };
        let html = fs::read_to_string(path).unwrap();
        page.add(&html, &mut Place::default());
        page
    }

    fn add(&mut self, html: &str, place: &mut Place) {
        let mut emitter = DefaultEmitter::<()>::default();
        // What stands in a script is no tag.
        emitter.naively_switch_states(true);
        let tokens = Tokenizer::new_with_emitter(html, emitter);
        for token in tokens.flatten() {
            match token {
                Token::StartTag(tag) => self.begin(&tag, place),
                Token::EndTag(tag) => place.end(&text(&tag.name)),
                Token::String(string) => self.say(&text(&string), place),
                _ => {}
            }
        }
    }

    fn begin(&mut self, tag: &StartTag<()>, place: &mut Place) {
        let name = text(&tag.name);
        let attribute = |wanted: &str| {
            let value = tag.attributes.get(wanted.as_bytes());
            value.map(|value| text(value))
        };
        self.ids.extend(attribute("id"));
        let targets = ["href", "src", "srcset", "xlink:href", "data", "poster"];
        let targets = targets.into_iter().filter_map(attribute);
        let links = targets.map(|target| Link { tag: name.clone(), target });
        self.links.extend(links);

        let class = attribute("class").unwrap_or_default();
        place.title = place.svg && name == "title";
        place.svg = false;
        let is_ornament = place.note;
        place.note = class == "blockquote-tag-title";
        match &*name {
            "main" => place.main = true,
            "noscript" => place.noscript = true,
            "pre" => place.pre += 1,
            "code" => {
                place.code = true;
                if place.main && place.pre > 0 {
                    self.blocks.push(String::new());
                }
            }
            "span" => {
                let is_hidden = class.split(' ').any(|it| it == "boring");
                place.hidden += usize::from(is_hidden || place.hidden > 0);
            }
            "svg" if place.main => {
                place.svg = true;
                let hidden = attribute("aria-hidden");
                let is_hidden = hidden.is_some_and(|it| it == "true");
                let is_named = is_ornament || is_hidden;
                self.pictures.push(Picture { tag: name, is_named });
            }
            "img" if place.main => {
                let is_named = attribute("alt").is_some();
                self.pictures.push(Picture { tag: name, is_named });
            }
            _ if place.main => self.headings.extend(level(&name)),
            _ => {}
        }
    }

    fn say(&mut self, words: &str, place: &mut Place) {
        if place.noscript {
            // To a tokenizer it is text.
            place.noscript = false;
            return self.add(words, place);
        }
        let is_said = place.main && !words.trim().is_empty();
        if place.title
            && is_said
            && let Some(picture) = self.pictures.last_mut()
        {
            picture.is_named = true;
        }
        if is_said && !place.code {
            self.text += words;
        }
        if place.code
            && place.pre > 0
            && place.hidden == 0
            && let Some(block) = self.blocks.last_mut()
        {
            block.push_str(words);
        }
    }
}

impl Place {
    fn end(&mut self, name: &str) {
        match name {
            "main" => self.main = false,
            "noscript" => self.noscript = false,
            "pre" => self.pre = self.pre.saturating_sub(1),
            "code" => self.code = false,
            "span" => self.hidden = self.hidden.saturating_sub(1),
            "title" => self.title = false,
            _ => {}
        }
    }
}

/// That of `h2` is 2.
fn level(tag: &str) -> Option<u8> {
    let level = tag.strip_prefix('h')?.parse().ok()?;
    (1..=6).contains(&level).then_some(level)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
