//! The trace of a run, read while it grows.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use figures::{Timeline, perfetto};
use rustix::fs::OFlags;
use time_utils::trace::{Event, now_micros};

/// How many events are taken: a page cannot show more, nor a reader see it.
const MOST: usize = 4_000;

/// How many bytes are read at once.
const AT_ONCE: u64 = 1024 * 1024;

/// What has been traced so far.
#[derive(Debug)]
pub(crate) struct Tail {
    path: PathBuf,
    /// None, until somebody has traced something.
    file: Option<File>,
    /// A line that is not whole yet.
    begun: Vec<u8>,
    events: Vec<Event>,
    /// When the first of them was: they come from several processes, so not
    /// in their order.
    first: Option<u64>,
}

impl Tail {
    /// The trace at `path`, where nothing is yet.
    pub(crate) fn of(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            file: None,
            begun: Vec::new(),
            events: Vec::new(),
            first: None,
        }
    }

    /// Reads what is new.
    pub(crate) fn read(&mut self) -> io::Result<()> {
        if self.is_full() {
            return Ok(());
        }
        if self.file.is_none() {
            self.file = open(&self.path);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        file.take(AT_ONCE).read_to_end(&mut self.begun)?;
        let is_end = |byte: &u8| *byte == b'\n';
        let Some(end) = self.begun.iter().rposition(is_end) else {
            return Ok(());
        };
        let lines: Vec<_> = self.begun.drain(..=end).collect();
        // A demonstration may write there what it likes.
        let events = lines.split(is_end).map(serde_json::from_slice::<Event>);
        let room = MOST - self.events.len();
        for event in events.filter_map(Result::ok).take(room) {
            let earliest = self.first.map_or(event.ts, |it| it.min(event.ts));
            self.first = Some(earliest);
            self.events.push(event);
        }
        Ok(())
    }

    /// What time it is, in microseconds since the first event.
    pub(crate) fn now(&self) -> u64 {
        self.first.map_or(0, |first| now_micros().saturating_sub(first))
    }

    pub(crate) fn timeline(&self) -> Timeline {
        Timeline::from_events(&self.events)
    }

    /// For Perfetto; nothing, if there is nothing.
    pub(crate) fn perfetto(&self) -> Option<String> {
        let is_empty = self.events.is_empty();
        (!is_empty).then(|| perfetto(&self.events).ok()).flatten()
    }

    /// Whether no more is taken.
    pub(crate) fn is_full(&self) -> bool {
        self.events.len() >= MOST
    }

    /// How many events there are.
    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }
}

/// A file; nothing that one would wait for.
fn open(path: &Path) -> Option<File> {
    let flags = OFlags::NONBLOCK | OFlags::NOFOLLOW;
    let flags = flags.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
    file.ok().filter(|file| file.metadata().is_ok_and(|it| it.is_file()))
}
