//! A page, and what a reader does with it.

use std::marker::PhantomData;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use headless_chrome::Tab;
use headless_chrome::browser::tab::ModifierKey;
use headless_chrome::browser::tab::point::Point;
use headless_chrome::protocol::cdp::Emulation::{
    SetDeviceMetricsOverride, SetEmulatedMedia, SetScriptExecutionDisabled,
    SetTouchEmulationEnabled,
};
use headless_chrome::protocol::cdp::Page::{
    CaptureScreenshotFormatOption as Format, Navigate,
};
use headless_chrome::protocol::cdp::types::{Event, Method};
use headless_chrome::protocol::cdp::{Log, Network, Runtime};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::journal::{Journal, Record};
use crate::screen::Screen;

/// How long a page may take to be loaded, and to show what is waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A page in the browser, as a reader has it in a tab. It is closed with the
/// value.
pub struct Page<'browser> {
    tab: Arc<Tab>,
    record: Arc<Record>,
    browser: PhantomData<&'browser Browser>,
}

impl Page<'_> {
    pub(crate) fn new(tab: Arc<Tab>) -> Self {
        let record = Arc::new(Record::of(tab.get_target_id()));
        let page =
            Self { tab, record: Arc::clone(&record), browser: PhantomData };
        let listener = Arc::new(move |event: &Event| record.note(event));
        page.tab.add_event_listener(listener).expect("a page has listeners");
        page.call::<Network::Enable>(json!({}));
        page.call::<Runtime::Enable>(Value::Null);
        page.call::<Log::Enable>(Value::Null);
        page.show_on(Screen::DESKTOP);
        page
    }

    /// Shows it on another screen, from now on.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    pub fn show_on(&self, screen: Screen) {
        self.call::<SetDeviceMetricsOverride>(json!({
            "width": screen.width,
            "height": screen.height,
            "deviceScaleFactor": if screen.is_phone { 2.0 } else { 1.0 },
            "mobile": screen.is_phone,
        }));
        self.call::<SetTouchEmulationEnabled>(json!({
            "enabled": screen.is_phone,
        }));
    }

    /// Shows it as on paper, from now on.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    pub fn show_on_paper(&self) {
        self.call::<SetEmulatedMedia>(json!({ "media": "print" }));
    }

    /// Pages that are loaded from now on run no scripts.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    pub fn disable_javascript(&self) {
        self.call::<SetScriptExecutionDisabled>(json!({ "value": true }));
    }

    /// Goes to an address, and waits until everything there is loaded.
    ///
    /// # Panics
    ///
    /// Where nobody is there, or it takes too long.
    pub fn visit(&self, url: &str) {
        let answer = self.call::<Navigate>(json!({ "url": url }));
        if let Some(error) = answer.error_text {
            panic!("cannot visit {url}: {error}");
        }
        // Another place of the same page needs no loading.
        let Some(document) = answer.loader_id else { return };
        let is_loaded = self
            .record
            .wait_for_loaded(PATIENCE, |loaded| loaded.contains(&document));
        assert!(
            is_loaded,
            "{url} is not loaded after {PATIENCE:?}, and waits for {:?}",
            self.record.unanswered(),
        );
    }

    /// Loads it once more.
    ///
    /// # Panics
    ///
    /// Where it takes too long.
    pub fn reload(&self) {
        self.leave_by(|| {
            self.tab.reload(false, None).expect("Chromium answers");
        });
    }

    /// Does what leads to another page, such as a click on a link, and waits
    /// until that is loaded.
    ///
    /// # Panics
    ///
    /// Where no other page is loaded, or it takes too long.
    pub fn leave_by(&self, deed: impl FnOnce()) {
        let before = self.record.count_of_loaded();
        deed();
        let has_left = self
            .record
            .wait_for_loaded(PATIENCE, |loaded| loaded.len() > before);
        assert!(has_left, "still at {}", self.address());
    }

    /// Where it is.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    #[must_use]
    pub fn address(&self) -> String {
        self.evaluate("location.href")
    }

    /// The value of a JavaScript expression; of a promise, once it is kept.
    /// Works without the page's own scripts, too.
    ///
    /// # Panics
    ///
    /// Where it throws, or its value is of another type.
    #[must_use]
    pub fn evaluate<T: DeserializeOwned>(&self, expression: &str) -> T {
        let answer = self.call::<Runtime::Evaluate>(json!({
            "expression": expression,
            "returnByValue": true,
            "awaitPromise": true,
            "userGesture": true,
        }));
        if let Some(details) = answer.exception_details {
            let exception = details.exception.and_then(|it| it.description);
            let what = exception.unwrap_or(details.text);
            panic!("{} throws {what}", shortened(expression));
        }
        let value = answer.result.value.unwrap_or_default();
        serde_json::from_value(value).unwrap_or_else(|error| {
            panic!("{}: {error}", shortened(expression))
        })
    }

    /// Runs JavaScript, and waits for it, but takes no value.
    ///
    /// # Panics
    ///
    /// Where it throws.
    pub fn execute(&self, statements: &str) {
        let () = self.evaluate(&format!("(async () => {{ {statements} }})()"));
    }

    /// Waits until a JavaScript expression is true.
    ///
    /// # Panics
    ///
    /// Where it is not before the deadline.
    pub fn wait_until(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        while !self.evaluate::<bool>(&format!("Boolean({expression})")) {
            assert!(
                Instant::now() < deadline,
                "not so after {PATIENCE:?}, at {}: {expression}",
                self.address(),
            );
            sleep(Duration::from_millis(10));
        }
    }

    /// Waits until an element shows a text.
    ///
    /// # Panics
    ///
    /// Where it does not before the deadline.
    pub fn wait_for_text(&self, selector: &str, text: &str) {
        let selector = json!(selector);
        let text = json!(text);
        self.wait_until(&format!(
            "document.querySelector({selector})?.innerText.includes({text})"
        ));
    }

    /// What an element shows.
    ///
    /// # Panics
    ///
    /// Where there is no such element.
    #[must_use]
    pub fn text(&self, selector: &str) -> String {
        let selector = json!(selector);
        self.evaluate(&format!("document.querySelector({selector}).innerText"))
    }

    /// Whether there is an element of that kind that a reader can see.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    #[must_use]
    pub fn shows(&self, selector: &str) -> bool {
        let selector = json!(selector);
        self.evaluate(&format!(
            "[...document.querySelectorAll({selector})].some((it) => \
             it.checkVisibility({{ visibilityProperty: true }}))"
        ))
    }

    /// Clicks with the mouse into the middle of an element, as soon as it is
    /// there.
    ///
    /// # Panics
    ///
    /// Where there is none before the deadline, or something is above it.
    pub fn click(&self, selector: &str) {
        let selector = json!(selector);
        let element = format!("document.querySelector({selector})");
        self.wait_until(&format!("{element}?.checkVisibility()"));
        let middle: Option<(f64, f64)> = self.evaluate(&format!(
            "(() => {{
                const element = {element};
                element.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = element.getBoundingClientRect();
                const x = box.x + box.width / 2, y = box.y + box.height / 2;
                const hit = document.elementFromPoint(x, y);
                return element.contains(hit) ? [x, y] : null;
            }})()"
        ));
        let (x, y) = middle.unwrap_or_else(|| {
            panic!("something is above {selector} at {}", self.address())
        });
        self.tab.click_point(Point { x, y }).expect("Chromium answers");
    }

    /// Presses a key and lets it go, by its name in JavaScript, such as
    /// `Enter` or `ArrowLeft`; or with another, as in `Shift+Tab`.
    ///
    /// # Panics
    ///
    /// Where there is no such key.
    pub fn press(&self, key: &str) {
        let (modifier, key) = match key.split_once('+') {
            Some(("Alt", key)) => (Some(ModifierKey::Alt), key),
            Some(("Ctrl", key)) => (Some(ModifierKey::Ctrl), key),
            Some(("Shift", key)) => (Some(ModifierKey::Shift), key),
            _ => (None, key),
        };
        self.tab
            .press_key_with_modifiers(
                key,
                modifier.as_ref().map(std::slice::from_ref),
            )
            .unwrap_or_else(|error| panic!("cannot press {key}: {error}"));
    }

    /// Types a text, key by key, into what has the focus.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    pub fn type_text(&self, text: &str) {
        self.tab.type_str(text).expect("Chromium answers");
    }

    /// What has the focus: the name of its element, its `id`, and its text or
    /// label, such as `button #menu Contents`.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    #[must_use]
    pub fn focused(&self) -> String {
        self.evaluate(
            "(({ localName, id, ariaLabel, innerText }) =>
                [localName, id && '#' + id, ariaLabel || innerText.trim()]
                    .filter(Boolean).join(' ')
            )(document.activeElement)",
        )
    }

    /// What went on since the page was opened, or since this was last asked.
    #[must_use]
    pub fn take_journal(&self) -> Journal {
        self.record.take()
    }

    /// A picture of what is on the screen, as a PNG.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    #[must_use]
    pub fn picture(&self) -> Vec<u8> {
        let picture =
            self.tab.capture_screenshot(Format::Png, None, None, true);
        picture.expect("Chromium answers")
    }

    fn call<M>(&self, parameters: Value) -> M::ReturnObject
    where
        M: Method + Serialize + DeserializeOwned + std::fmt::Debug,
    {
        let method: M = from_json(parameters);
        self.tab.call_method(method).unwrap_or_else(|error| {
            panic!("{}: Chromium says {error}", M::NAME)
        })
    }
}

impl Drop for Page<'_> {
    fn drop(&mut self) {
        let _ = self.tab.close(false);
    }
}

/// The structs of the protocol have dozens of fields each, nearly all of them
/// optional, and no default.
pub(crate) fn from_json<T: DeserializeOwned>(parameters: Value) -> T {
    serde_json::from_value(parameters).expect("as the protocol has it")
}

fn shortened(script: &str) -> String {
    let mut short: String = script.chars().take(200).collect();
    if short.len() < script.len() {
        short.push('…');
    }
    short
}
