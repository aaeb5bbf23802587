//! What every process did, and when: one event a line, in one shared file.
//!
//! Set the variable `MP_TRACE` to a file's path, run any demonstration, and
//! each of its processes appends [`Event`]s to that file. They are objects of
//! the Chrome Trace Event format, so the same file draws the timelines of the
//! book and opens in [Perfetto](https://ui.perfetto.dev).
//!
//! ```text
//! {"name":"worker_task","cat":"task","ph":"B","ts":81,"pid":12345,"tid":1}
//! ```
//!
//! The file is opened for appending and each event is one `write`, so lines
//! of different processes never mix. Without `MP_TRACE` each call here costs
//! one branch.
//!
//! A begin without an end is content: that process was killed.
//!
//! Left out: levels, fields and filters. A service that needs them uses
//! [tracing](https://docs.rs/tracing).

use std::cell::Cell;
use std::fmt::Display;
use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use serde::{Deserialize, Serialize};

/// The environment variable that names the trace's file.
pub const VARIABLE: &str = "MP_TRACE";

/// One line of a trace.
///
/// Source: the [Trace Event Format][format], whose field names these are.
///
/// [format]: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// What began, ended or happened: `worker_task`, `join Process_1`.
    pub name: String,
    /// What kind of thing it is; a timeline colours by it.
    pub cat: Category,
    /// Whether something begins here, ends here, or just happens.
    pub ph: Phase,
    /// When, in microseconds on the clock that all processes share.
    pub ts: u64,
    /// The process that it happened in.
    pub pid: u32,
    /// The thread in that process: 1 for the first one that traced.
    pub tid: u32,
    /// Which message: ties a [`Phase::Sent`] to its [`Phase::Received`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The name of a lane, or how a process ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub args: Option<Args>,
}

/// What more an [`Event`] has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Args {
    /// With [`Phase::Metadata`]: the name of the process or thread.
    Name(String),
    /// With [`Phase::Instant`]: the process `pid` has ended, and how.
    Ended {
        /// The process that ended; the event's own is the one that saw it.
        pid: u32,
        /// How: `exit code 0`, `signal 9 (SIGKILL)`.
        how: String,
    },
}

/// What kind of thing an [`Event`] tells of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// The life of a process.
    Process,
    /// A piece of work.
    Task,
    /// Waiting for another process.
    Wait,
    /// A message between two processes.
    Message,
}

/// What an [`Event`] marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Something begins; its [`Phase::End`] follows, unless it is killed.
    #[serde(rename = "B")]
    Begin,
    /// The innermost open [`Phase::Begin`] of this thread is over.
    #[serde(rename = "E")]
    End,
    /// Something without a length.
    #[serde(rename = "i")]
    Instant,
    /// The name of a process or thread: what its lane is called.
    #[serde(rename = "M")]
    Metadata,
    /// A message leaves.
    #[serde(rename = "s")]
    Sent,
    /// A message arrives.
    #[serde(rename = "f")]
    Received,
}

/// Whether this process traces.
#[must_use]
#[inline]
pub fn is_on() -> bool {
    file().is_some()
}

/// Marks the beginning of something; dropping the [`Span`] marks its end.
///
/// ```
/// use time_utils::trace;
///
/// let task = trace::span(trace::Category::Task, "worker_task");
/// // … the work …
/// drop(task);
/// ```
#[inline]
pub fn span(category: Category, name: &str) -> Span {
    Span { open: is_on().then(|| begin(category, name).into()) }
}

fn begin(category: Category, name: &str) -> Event {
    let begin = Event::new(name, category, Phase::Begin);
    append(&begin);
    begin
}

/// Something that has begun, and ends when this is dropped.
#[must_use = "a span ends when it is dropped"]
#[derive(Debug)]
pub struct Span {
    /// What has begun; boxed, so that nothing is copied when tracing is off.
    open: Option<Box<Event>>,
}

impl Drop for Span {
    #[inline]
    fn drop(&mut self) {
        if let Some(event) = self.open.take() {
            end(*event);
        }
    }
}

fn end(mut event: Event) {
    event.ph = Phase::End;
    event.ts = now_micros();
    append(&event);
}

/// Names this process's lane of the timeline. Its parent chose the name.
pub fn name_process(name: &str) {
    name_lane("process_name", name);
}

/// Names this thread's lane of the timeline.
pub fn name_thread(name: &str) {
    name_lane("thread_name", name);
}

fn name_lane(what: &str, name: &str) {
    if is_on() {
        append(&Event {
            args: Some(Args::Name(name.to_owned())),
            ..Event::new(what, Category::Process, Phase::Metadata)
        });
    }
}

/// Marks that the message `id` leaves here.
pub fn sent(name: &str, id: &str) {
    message(name, id, Phase::Sent);
}

/// Marks that the message `id` has arrived here.
pub fn received(name: &str, id: &str) {
    message(name, id, Phase::Received);
}

fn message(name: &str, id: &str, phase: Phase) {
    if is_on() {
        append(&Event {
            id: Some(id.to_owned()),
            ..Event::new(name, Category::Message, phase)
        });
    }
}

/// Marks that this process has seen the process `pid` end, and how.
pub fn ended(pid: u32, how: &dyn Display) {
    if is_on() {
        let how = how.to_string();
        append(&Event {
            args: Some(Args::Ended { pid, how }),
            ..Event::new("ended", Category::Process, Phase::Instant)
        });
    }
}

/// Reads a trace back, in the order of time.
///
/// # Errors
///
/// Where the file cannot be read, or a line is not an event.
pub fn read(path: impl AsRef<Path>) -> Result<Vec<Event>, ReadError> {
    let path = path.as_ref();
    let text = std::fs::read_to_string(path).map_err(|source| {
        let path = path.to_owned();
        ReadError::File { path, source }
    })?;
    let mut events = text
        .lines()
        .zip(1..)
        .map(|(line, number)| {
            serde_json::from_str(line).map_err(|source| {
                let path = path.to_owned();
                ReadError::Line { path, number, source }
            })
        })
        .collect::<Result<Vec<Event>, _>>()?;
    // Stable: what one process wrote within a microsecond stays in order.
    events.sort_by_key(|event| event.ts);
    Ok(events)
}

/// Why a trace could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file cannot be read.
    #[error("cannot read the trace {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A line is not an event.
    #[error("{}, line {number}: not a trace event", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        number: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Event {
    fn new(name: &str, cat: Category, ph: Phase) -> Self {
        Self {
            name: name.to_owned(),
            cat,
            ph,
            ts: now_micros(),
            pid: std::process::id(),
            tid: thread_number(),
            id: None,
            args: None,
        }
    }
}

/// The trace's file, opened at the first call; `None` when tracing is off.
#[inline]
fn file() -> Option<&'static File> {
    static FILE: OnceLock<Option<File>> = OnceLock::new();
    FILE.get_or_init(open).as_ref()
}

fn open() -> Option<File> {
    let path = std::env::var_os(VARIABLE).filter(|path| !path.is_empty())?;
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    // A pipe that nobody reads is an error, and nothing to wait for.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        rustix::fs::OFlags::NONBLOCK.bits().cast_signed(),
    );
    match options.open(&path) {
        Ok(file) => Some(file),
        Err(error) => {
            let path = path.display();
            give_up(&format!("{VARIABLE}: cannot append to {path}: {error}"));
            None
        }
    }
}

fn append(event: &Event) {
    let Some(mut file) = file() else { return };
    if FAILED.load(Ordering::Relaxed) {
        // After half a line, whatever follows would be spoilt.
        return;
    }
    let line = match serde_json::to_string(event) {
        Ok(json) => json + "\n",
        Err(error) => return give_up(&error.to_string()),
    };
    if let Err(error) = file.write_all(line.as_bytes()) {
        give_up(&error.to_string());
    }
}

/// Whether an event could not be written.
static FAILED: AtomicBool = AtomicBool::new(false);

/// A trace that fails must not fail the program: it says so, once in each
/// process.
fn give_up(why: &str) {
    if !FAILED.swap(true, Ordering::Relaxed) {
        let _ = writeln!(io::stderr(), "the trace is incomplete: {why}");
    }
}

/// This thread's number in this process, in the order in which they traced.
fn thread_number() -> u32 {
    static LAST: AtomicU32 = AtomicU32::new(0);
    thread_local!(static MINE: Cell<u32> = const { Cell::new(0) });
    MINE.with(|mine| {
        if mine.get() == 0 {
            mine.set(LAST.fetch_add(1, Ordering::Relaxed) + 1);
        }
        mine.get()
    })
}

/// Microseconds since the machine started: one clock for all its processes.
#[cfg(unix)]
#[must_use]
pub fn now_micros() -> u64 {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    now.tv_sec.unsigned_abs() * 1_000_000 + now.tv_nsec.unsigned_abs() / 1_000
}

/// Microseconds since 1970: elsewhere the standard library has no other clock
/// that processes share. A clock that is set meanwhile shifts the picture.
#[cfg(not(unix))]
#[must_use]
pub fn now_micros() -> u64 {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(now.as_micros()).unwrap_or(u64::MAX)
}
