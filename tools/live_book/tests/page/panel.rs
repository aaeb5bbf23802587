//! A panel of a page, and what a reader sees and does in it.

use std::collections::BTreeMap;
use std::thread::sleep;
use std::time::{Duration, Instant};

use browser::Page;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// As long as the compiler may take for all that a lesson stands on.
const PATIENCE: Duration = Duration::from_mins(5);

/// The bars of a timeline.
pub(crate) const BARS: &str = ".live-paper svg > g > g > rect";

/// A panel that notes what is seen in it.
pub(crate) struct Panel<'page> {
    pub(crate) page: &'page Page<'page>,
    selector: String,
}

/// What `record.js` notes.
#[derive(Deserialize)]
pub(crate) struct Seen {
    pub(crate) said: Vec<String>,
    pub(crate) widths: BTreeMap<String, Vec<f64>>,
    pub(crate) lengths: Vec<String>,
    pub(crate) patience: Option<f64>,
    #[serde(rename = "isLost")]
    pub(crate) is_lost: bool,
}

impl<'page> Panel<'page> {
    /// The one below this command.
    pub(crate) fn of(page: &'page Page<'page>, command: &str) -> Self {
        let selector = format!(".live-panel[aria-label=\"Here: {command}\"]");
        page.wait_until(&format!("document.querySelector('{selector}')"));
        page.execute(&format!(
            "const panel = document.querySelector('{selector}'); {}",
            include_str!("record.js")
        ));
        Self { page, selector }
    }

    /// The selector of something in it.
    pub(crate) fn at(&self, what: &str) -> String {
        format!("{} {what}", self.selector)
    }

    /// The value of a JavaScript expression about `panel`.
    pub(crate) fn get<T: DeserializeOwned>(&self, expression: &str) -> T {
        let selector = &self.selector;
        self.page.evaluate(&format!(
            "((panel) => {expression})(document.querySelector('{selector}'))"
        ))
    }

    /// Waits until such an expression is true, also where something has to be
    /// compiled first.
    pub(crate) fn wait_until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.get::<bool>(&format!("Boolean({expression})")) {
            let is_late = Instant::now() >= deadline;
            assert!(!is_late, "not so: {expression}\n{}", self.text(""));
            sleep(Duration::from_millis(20));
        }
    }

    /// Waits until its status has said so, at any time since it was asked to
    /// forget.
    pub(crate) fn wait_until_says(&self, words: &str) {
        let words = serde_json::Value::from(words);
        self.wait_until(&format!(
            "panel.seen.said.some((it) => it.includes({words}))"
        ));
    }

    pub(crate) fn forget(&self) {
        self.get::<()>(
            "{ Object.assign(panel.seen,
                { said: [], widths: {}, lengths: [],
                    fewest: Infinity, isLost: false }); }",
        );
    }

    pub(crate) fn seen(&self) -> Seen {
        self.get("panel.seen")
    }

    pub(crate) fn click(&self, what: &str) {
        self.page.click(&self.at(what));
    }

    /// Clicks on its first button, Run or Check. What it says after that, it
    /// says of this.
    pub(crate) fn go(&self) {
        self.forget();
        self.click(".live-go");
    }

    /// Chooses an option.
    pub(crate) fn choose(&self, choice: &str, label: &str) {
        self.get::<()>(&format!(
            "{{
                const named = (all, name) => [...all].find(
                    (it) => it.firstChild.textContent === name);
                const choices = panel.querySelectorAll('.live-choice');
                const select =
                    named(choices, '{choice}').querySelector('select');
                select.value = named(select.options, '{label}').value;
                select.dispatchEvent(new Event('change'));
            }}"
        ));
    }

    /// What there is to read in it, or in something of it.
    pub(crate) fn text(&self, what: &str) -> String {
        self.page.text(self.at(what).trim_end())
    }

    pub(crate) fn count(&self, what: &str) -> usize {
        self.get(&format!("panel.querySelectorAll('{what}').length"))
    }

    pub(crate) fn shows(&self, what: &str) -> bool {
        self.page.shows(&self.at(what))
    }
}
