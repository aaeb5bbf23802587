//! A trace for Perfetto and `chrome://tracing`: the lines as one document.

use serde_json::{Value, json};
use time_utils::trace::{Event, Phase};

/// The events as one JSON document, which <https://ui.perfetto.dev> opens.
///
/// # Errors
///
/// Never for events that came from a trace: they were JSON before.
pub fn to_perfetto(events: &[Event]) -> Result<String, serde_json::Error> {
    let events = events.iter().map(convert).collect::<Result<Vec<_>, _>>()?;
    serde_json::to_string(&json!({ "traceEvents": events }))
}

fn convert(event: &Event) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(event)?;
    if event.ph == Phase::Received {
        // The arrow ends at the bar around it, not at the next one.
        value["bp"] = "e".into();
    }
    Ok(value)
}
