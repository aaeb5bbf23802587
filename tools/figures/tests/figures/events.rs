//! Traces as short as what a test says with them.

use time_utils::trace::{Args, Category, Event, Phase};

/// The thread of a process, and what it traces. Times are milliseconds.
#[derive(Clone, Copy)]
pub(crate) struct Thread {
    pub(crate) pid: u32,
    pub(crate) tid: u32,
}

/// The parent in most tests, and its workers.
pub(crate) const MAIN: Thread = Thread { pid: 1, tid: 1 };
pub(crate) const ANNA: Thread = Thread { pid: 20, tid: 1 };
pub(crate) const BERT: Thread = Thread { pid: 30, tid: 1 };

impl Thread {
    /// Another thread of the same process.
    pub(crate) fn second(self) -> Self {
        Self { tid: self.tid + 1, ..self }
    }

    pub(crate) fn begin(self, at: u64, cat: Category, name: &str) -> Event {
        Event { cat, ..self.event(at, Phase::Begin, name) }
    }

    pub(crate) fn life(self, at: u64, name: &str) -> Event {
        self.begin(at, Category::Process, name)
    }

    pub(crate) fn task(self, at: u64, name: &str) -> Event {
        self.begin(at, Category::Task, name)
    }

    pub(crate) fn wait(self, at: u64, name: &str) -> Event {
        self.begin(at, Category::Wait, name)
    }

    pub(crate) fn end(self, at: u64) -> Event {
        self.event(at, Phase::End, "")
    }

    pub(crate) fn sent(self, at: u64, id: &str) -> Event {
        let id = Some(id.to_owned());
        Event { id, ..self.event(at, Phase::Sent, "argument") }
    }

    pub(crate) fn received(self, at: u64, id: &str) -> Event {
        let id = Some(id.to_owned());
        Event { id, ..self.event(at, Phase::Received, "argument") }
    }

    pub(crate) fn process_name(self, at: u64, name: &str) -> Event {
        self.named(at, "process_name", name)
    }

    pub(crate) fn thread_name(self, at: u64, name: &str) -> Event {
        self.named(at, "thread_name", name)
    }

    fn named(self, at: u64, what: &str, name: &str) -> Event {
        let args = Some(Args::Name(name.to_owned()));
        Event { args, ..self.event(at, Phase::Metadata, what) }
    }

    pub(crate) fn saw_end(self, at: u64, of: Thread, how: &str) -> Event {
        let args = Some(Args::Ended { pid: of.pid, how: how.to_owned() });
        Event { args, ..self.event(at, Phase::Instant, "ended") }
    }

    fn event(self, at: u64, ph: Phase, name: &str) -> Event {
        Event {
            name: name.to_owned(),
            cat: Category::Process,
            ph,
            ts: CLOCK + at * 1000,
            pid: self.pid,
            tid: self.tid,
            id: None,
            args: None,
        }
    }
}

/// No trace begins at zero.
const CLOCK: u64 = 4_271_930_654;

/// Two workers with a task each; the second one is killed in it.
pub(crate) fn two_workers() -> Vec<Event> {
    vec![
        MAIN.process_name(0, "MainProcess"),
        MAIN.sent(5, "1"),
        ANNA.process_name(8, "Anna"),
        ANNA.life(8, "Anna"),
        ANNA.received(10, "1"),
        MAIN.sent(11, "2"),
        MAIN.wait(12, "join Anna"),
        BERT.process_name(12, "Bert"),
        BERT.life(12, "Bert"),
        BERT.received(13, "2"),
        ANNA.task(15, "chunk 1"),
        BERT.task(16, "chunk 2"),
        ANNA.end(60),
        ANNA.end(61),
        MAIN.end(65),
        MAIN.saw_end(66, ANNA, "exit code 0"),
        MAIN.wait(67, "join Bert"),
        MAIN.end(80),
        MAIN.saw_end(80, BERT, "signal 9 (SIGKILL)"),
        MAIN.task(81, "add up"),
        MAIN.end(100),
    ]
}
