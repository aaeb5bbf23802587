//! Who sent what to whom, when: the arrows of the trace.

use std::collections::HashMap;

use time_utils::trace::{Event, Phase};

/// A message between two processes, or an item that went through a queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// What it is called: `message` on a pipe, `item` in a queue, `argument`
    /// where it is that of a target.
    pub name: String,
    /// The process that sent it.
    pub from: u32,
    /// When it did, in microseconds on the clock of all processes.
    pub sent: u64,
    /// The process that received it, and when; `None` where nobody has.
    pub received: Option<(u32, u64)>,
}

impl Message {
    /// The process that received it.
    #[must_use]
    pub fn to(&self) -> Option<u32> {
        self.received.map(|(pid, _)| pid)
    }
}

/// The messages of a trace, in the order in which they were sent.
pub(crate) fn messages(events: &[Event]) -> Vec<Message> {
    let of = |phase| events.iter().filter(move |event| event.ph == phase);
    // What could not be sent is sent again under the same number: there is
    // one message, with the time of the last attempt.
    let sent: HashMap<_, _> =
        of(Phase::Sent).map(|event| (&event.id, event)).collect();
    let received: HashMap<_, _> =
        of(Phase::Received).map(|event| (&event.id, event)).collect();
    let messages = sent.into_iter().map(|(id, event)| Message {
        name: event.name.clone(),
        from: event.pid,
        sent: event.ts,
        received: received.get(id).map(|event| (event.pid, event.ts)),
    });
    let mut messages: Vec<_> = messages.collect();
    messages.sort_by_key(|message| message.sent);
    messages
}

#[cfg(test)]
mod tests {
    use time_utils::trace::Category;

    use super::*;

    fn event(ph: Phase, id: &str, pid: u32, ts: u64) -> Event {
        let (name, cat) = ("item".to_owned(), Category::Message);
        let id = Some(id.to_owned());
        Event { name, cat, ph, ts, pid, tid: 1, id, args: None }
    }

    #[test]
    fn a_message_knows_both_its_ends() {
        let messages = messages(&[
            event(Phase::Sent, "b", 1, 20),
            event(Phase::Sent, "a", 1, 10),
            event(Phase::Received, "a", 2, 30),
        ]);
        let ends: Vec<_> = messages.iter().map(Message::to).collect();
        assert_eq!(ends, [Some(2), None]);
        assert_eq!(messages[0].received, Some((2, 30)));
    }

    #[test]
    fn what_is_sent_again_is_one_message() {
        let messages = messages(&[
            event(Phase::Sent, "a", 1, 10),
            event(Phase::Sent, "a", 1, 20),
        ]);
        assert_eq!(messages.len(), 1);
        assert_eq!(messages[0].sent, 20);
    }
}
