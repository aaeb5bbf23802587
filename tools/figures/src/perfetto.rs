//! A trace for <https://ui.perfetto.dev> and `chrome://tracing`.

use std::collections::HashMap;

use serde::Serialize;
use time_utils::trace::{Event, Phase};

/// One document of all events, an event a line.
///
/// Perfetto takes the `id` of a message for a hexadecimal number and drops
/// the arrows of those that are none. So messages are numbered here.
///
/// # Errors
///
/// As serde's; none is known that an [`Event`] could cause.
pub fn perfetto(events: &[Event]) -> serde_json::Result<String> {
    let mut numbers = HashMap::new();
    let lines = events
        .iter()
        .map(|event| {
            let id = event.id.as_deref().map(|id| {
                let next = numbers.len() + 1;
                *numbers.entry(id).or_insert(next)
            });
            serde_json::to_string(&Line::new(event, id))
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(format!("{{\"traceEvents\":[\n{}\n]}}\n", lines.join(",\n")))
}

/// An event, and what Perfetto wants besides.
#[derive(Serialize)]
struct Line {
    #[serde(flatten)]
    event: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    #[serde(rename = "bp", skip_serializing_if = "Option::is_none")]
    binding_point: Option<&'static str>,
}

impl Line {
    fn new(event: &Event, id: Option<usize>) -> Self {
        let received = event.ph == Phase::Received;
        Self {
            event: Event { id: None, ..event.clone() },
            id,
            // An arrow ends at the bar that it arrives in, not at the next.
            binding_point: received.then_some("e"),
        }
    }
}
