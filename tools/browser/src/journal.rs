//! What went on in a page, from its events.

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use headless_chrome::protocol::cdp::Log::LogEntryLevel;
use headless_chrome::protocol::cdp::Runtime::{
    ConsoleAPICalledEventTypeOption as Call, RemoteObject,
};
use headless_chrome::protocol::cdp::types::Event;
use serde_json::Value;

/// What went on in a page since it was opened, or since the journal was taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Journal {
    /// Errors on the console, and exceptions that nobody caught.
    pub errors: Vec<String>,
    /// The address of each request, in their order.
    pub requests: Vec<String>,
    /// Requests without an answer, or with one that is an error.
    pub failed_requests: Vec<String>,
}

impl Journal {
    /// The requests that went elsewhere than to `home`, such as
    /// `http://127.0.0.1:3000`, and what lies below it. What the page holds
    /// itself, such as a `data:` address, goes nowhere.
    #[must_use]
    pub fn requests_beyond(&self, home: &str) -> Vec<&str> {
        let requests = self.requests.iter().map(String::as_str);
        requests.filter(|url| !is_held(url) && !lies_below(url, home)).collect()
    }

    /// Everything that must not be on a page that needs nothing from elsewhere
    /// than `home`, a line for each.
    #[must_use]
    pub fn faults(&self, home: &str) -> Vec<String> {
        let beyond = self.requests_beyond(home);
        let beyond = beyond.iter().map(|url| format!("request to {url}"));
        let errors = self.errors.iter().map(|error| format!("error: {error}"));
        let failed = self.failed_requests.iter();
        let failed = failed.map(|it| format!("failed request: {it}"));
        errors.chain(beyond).chain(failed).collect()
    }
}

fn is_held(url: &str) -> bool {
    ["data:", "blob:", "about:"].iter().any(|scheme| url.starts_with(scheme))
}

/// Whether it is this address or one below it: behind a whole host, port and
/// name of a directory, and not in the middle of a longer one.
fn lies_below(url: &str, home: &str) -> bool {
    let home = home.trim_end_matches('/');
    let Some(rest) = url.strip_prefix(home) else { return false };
    rest.is_empty() || rest.starts_with(['/', '?', '#'])
}

/// The journal while it is written, by the thread that gets the events.
#[derive(Debug)]
pub(crate) struct Record {
    main_frame: String,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    journal: Journal,
    /// The documents of the page's own frame that have been loaded.
    loaded: Vec<String>,
    /// Where each request goes that has no answer yet.
    open_requests: HashMap<String, String>,
}

impl Record {
    pub(crate) fn of(main_frame: &str) -> Self {
        Self {
            main_frame: main_frame.to_owned(),
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    /// The journal so far; the next one begins empty.
    pub(crate) fn take(&self) -> Journal {
        std::mem::take(&mut self.state().journal)
    }

    /// Where the requests go that have no answer yet.
    pub(crate) fn unanswered(&self) -> Vec<String> {
        self.state().open_requests.values().cloned().collect()
    }

    /// How many documents have been loaded so far.
    pub(crate) fn count_of_loaded(&self) -> usize {
        self.state().loaded.len()
    }

    /// Waits until `is_enough` of the documents that have been loaded.
    pub(crate) fn wait_for_loaded(
        &self,
        patience: Duration,
        is_enough: impl Fn(&[String]) -> bool,
    ) -> bool {
        let (_state, result) = self
            .changed
            .wait_timeout_while(self.state(), patience, |state| {
                !is_enough(&state.loaded)
            })
            .expect("nobody panics with the record");
        !result.timed_out()
    }

    pub(crate) fn note(&self, event: &Event) {
        let mut state = self.state();
        match event {
            Event::RuntimeConsoleAPICalled(event) => {
                if matches!(event.params.Type, Call::Error | Call::Assert) {
                    let words: Vec<_> =
                        event.params.args.iter().map(shown).collect();
                    state.journal.errors.push(words.join(" "));
                }
            }
            Event::RuntimeExceptionThrown(event) => {
                let details = &event.params.exception_details;
                let shown = details.exception.as_ref().map(shown);
                let what = shown.unwrap_or_else(|| details.text.clone());
                state.journal.errors.push(what);
            }
            Event::LogEntryAdded(event) => {
                let entry = &event.params.entry;
                if entry.level == LogEntryLevel::Error {
                    let at = entry.url.as_deref().unwrap_or_default();
                    let error = format!("{} {at}", entry.text);
                    state.journal.errors.push(error.trim_end().to_owned());
                }
            }
            Event::NetworkRequestWillBeSent(event) => {
                let url = event.params.request.url.clone();
                let id = event.params.request_id.clone();
                state.journal.requests.push(url.clone());
                state.open_requests.insert(id, url);
            }
            Event::NetworkWebSocketCreated(event) => {
                state.journal.requests.push(event.params.url.clone());
            }
            Event::NetworkResponseReceived(event) => {
                let response = &event.params.response;
                if response.status >= 400 {
                    let failed =
                        format!("{} {}", response.status, response.url);
                    state.journal.failed_requests.push(failed);
                }
            }
            Event::NetworkLoadingFailed(event) => {
                let url = state.open_requests.remove(&event.params.request_id);
                // Whoever leaves a page no longer wants what was on its way.
                if event.params.canceled != Some(true) {
                    let url = url.unwrap_or_default();
                    let failed = format!("{} {url}", event.params.error_text);
                    state.journal.failed_requests.push(failed);
                }
            }
            Event::NetworkLoadingFinished(event) => {
                state.open_requests.remove(&event.params.request_id);
            }
            Event::PageLifecycleEvent(event) => {
                let event = &event.params;
                if event.name == "load" && event.frame_id == self.main_frame {
                    state.loaded.push(event.loader_id.clone());
                    self.changed.notify_all();
                }
            }
            _ => {}
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with the record")
    }
}

fn shown(object: &RemoteObject) -> String {
    match (&object.description, &object.value) {
        (Some(description), _) => description.clone(),
        (None, Some(Value::String(text))) => text.clone(),
        (None, Some(value)) => value.to_string(),
        (None, None) => "undefined".to_owned(),
    }
}
