//! What the workers of the scenarios can be asked to run.

use std::env;
use std::process;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread::{self, sleep};
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use pool_map::{Pool, PoolError, Task, Workers};
use process_spawning::{Process, Target};
use queue_ipc::Producer;
use rustix::process::{Signal, getpid, kill_process};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};

pub(crate) const WORKERS: Workers = Workers::new(
    "workers",
    &[
        &SQUARE,
        &SUM,
        &NOTHING,
        &SHY,
        &SHY_RESULT,
        &RIDDLE,
        &TOUCHY,
        &SLEEP,
        &VARIABLE,
        &SLEEP_OR_FAIL,
        &SLOW_FIRST,
        &LARGE,
        &LENGTH,
        &WHO,
        &NESTED,
    ],
);

/// Two workers, whatever the machine.
pub(crate) fn pool() -> Result<Pool, PoolError> {
    Pool::builder(WORKERS).workers(2).start()
}

/// Sees that the pool is as good as new.
pub(crate) fn ensure_usable(pool: &Pool) -> anyhow::Result<()> {
    let squares = pool.map(SQUARE, 0..10)?;
    ensure!(squares == [0, 1, 4, 9, 16, 25, 36, 49, 64, 81], "{squares:?}");
    Ok(())
}

pub(crate) const SQUARE: Task<u64, u64> = Task::new("square", |n| Ok(n * n));

pub(crate) const SUM: Task<(i64, i8, f64), f64> =
    Task::new("sum", |(a, b, c)| {
        Ok(f64::from(b) + c + a.to_string().parse::<f64>()?)
    });

pub(crate) const NOTHING: Task<(), ()> = Task::new("nothing", |()| Ok(()));

/// In no list.
pub(crate) const UNLISTED: Task<u64, u64> = Task::new("unlisted", Ok);

pub(crate) const WHO: Task<(), i32> =
    Task::new("who", |()| Ok(getpid().as_raw_pid()));

pub(crate) const SLEEP: Task<Duration, ()> = Task::new("sleep", |time| {
    sleep(time);
    Ok(())
});

pub(crate) const SLEEP_OR_FAIL: Task<Option<Duration>, ()> =
    Task::new("sleep_or_fail", |time| {
        sleep(time.context("as asked")?);
        Ok(())
    });

/// What a variable of the worker's environment is.
pub(crate) const VARIABLE: Task<String, Option<String>> =
    Task::new("variable", |name| Ok(env::var(name).ok()));

/// Number 0 takes its time.
pub(crate) const SLOW_FIRST: Task<u64, u64> = Task::new("slow_first", |n| {
    if n == 0 {
        sleep(Duration::from_millis(300));
    }
    Ok(n)
});

/// A number, of which 3 does not want to be written.
#[derive(Debug, Deserialize)]
pub(crate) struct Shy(pub(crate) u32);

impl Serialize for Shy {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if self.0 == 3 {
            return Err(S::Error::custom("it is shy"));
        }
        self.0.serialize(to)
    }
}

pub(crate) const SHY: Task<Shy, u32> = Task::new("shy", |shy| Ok(shy.0));

pub(crate) const SHY_RESULT: Task<u32, Shy> =
    Task::new("shy_result", |number| Ok(Shy(number)));

/// A number, of which 3 cannot be read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(try_from = "u32")]
pub(crate) struct Riddle(pub(crate) u32);

impl TryFrom<u32> for Riddle {
    type Error = String;

    fn try_from(number: u32) -> Result<Self, String> {
        if number == 3 { Err("nobody knows".into()) } else { Ok(Self(number)) }
    }
}

pub(crate) const RIDDLE: Task<u32, Riddle> =
    Task::new("riddle", |number| Ok(Riddle(number)));

/// What a task may do to the process that it is in.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum How {
    Error,
    Panic,
    Exit,
    Abort,
    Kill,
}

impl How {
    pub(crate) const ALL: [Self; 5] =
        [Self::Error, Self::Panic, Self::Exit, Self::Abort, Self::Kill];

    pub(crate) fn act(self) -> anyhow::Result<()> {
        match self {
            Self::Error => bail!("as asked"),
            Self::Panic => panic!("as asked"),
            Self::Exit => process::exit(3),
            Self::Abort => process::abort(),
            Self::Kill => Ok(kill_process(getpid(), Signal::KILL)?),
        }
    }
}

/// When it does so.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum When {
    ArgumentRead,
    Run,
    ResultWritten,
    ResultRead,
}

impl When {
    /// Those in the worker.
    pub(crate) const IN_WORKER: [Self; 3] =
        [Self::ArgumentRead, Self::Run, Self::ResultWritten];
}

/// A number, with what happens to number 3, and when.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Number {
    pub(crate) value: u32,
    pub(crate) when: When,
    pub(crate) how: How,
}

impl Number {
    fn act_if(self, when: When) -> anyhow::Result<Self> {
        if self.value == 3 && self.when == when {
            self.how.act()?;
        }
        Ok(self)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(try_from = "Number")]
pub(crate) struct Argument(pub(crate) Number);

impl TryFrom<Number> for Argument {
    type Error = anyhow::Error;

    fn try_from(number: Number) -> anyhow::Result<Self> {
        Ok(Self(number.act_if(When::ArgumentRead)?))
    }
}

#[derive(Debug, Deserialize)]
#[serde(try_from = "Number")]
pub(crate) struct Answer(pub(crate) Number);

impl TryFrom<Number> for Answer {
    type Error = anyhow::Error;

    fn try_from(number: Number) -> anyhow::Result<Self> {
        Ok(Self(number.act_if(When::ResultRead)?))
    }
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let number = self.0.act_if(When::ResultWritten);
        number.map_err(S::Error::custom)?.serialize(to)
    }
}

pub(crate) const TOUCHY: Task<Argument, Answer> =
    Task::new("touchy", |Argument(number)| {
        Ok(Answer(number.act_if(When::Run)?))
    });

/// Six tasks, of which the fourth does it.
pub(crate) fn numbers(when: When, how: How) -> impl Iterator<Item = Argument> {
    (0..6).map(move |value| Argument(Number { value, when, how }))
}

/// Far more than a socket has room for.
const LARGE_BYTES: usize = 10 << 20;

/// Returns a large text; where there is a delay, the worker is killed then.
pub(crate) const LARGE: Task<Option<Duration>, String> =
    Task::new("large", |delay| {
        let text = "x".repeat(LARGE_BYTES);
        if let Some(delay) = delay {
            thread::spawn(move || {
                sleep(delay);
                How::Kill.act()
            });
        }
        Ok(text)
    });

pub(crate) const LENGTH: Task<String, usize> =
    Task::new("length", |text| Ok(text.len()));

/// Starts a process itself.
pub(crate) const NESTED: Task<u8, i32> = Task::new("nested", |code| {
    let mut grandchild = Process::target(GRANDCHILD).start(code)?;
    Ok(grandchild.join()?.python_exitcode())
});

pub(crate) const GRANDCHILD: Target<u8> =
    Target::new("grandchild", |code| process::exit(code.into()));

/// Workers that say what they do, as they begin it.
pub(crate) const NOISY: Workers<Producer<i32>> =
    Workers::with_initializer("noisy", say_hello, &[&SAY, &WHO, &SQUARE]);

static LISTENER: OnceLock<Mutex<Producer<i32>>> = OnceLock::new();

fn say_hello(listener: Producer<i32>) -> anyhow::Result<()> {
    let told = LISTENER.set(Mutex::new(listener));
    ensure!(told.is_ok(), "the initializer ran twice");
    say(getpid().as_raw_pid())
}

fn say(number: i32) -> anyhow::Result<()> {
    let listener = LISTENER.get().context("no initializer has run")?;
    let listener = listener.lock().unwrap_or_else(PoisonError::into_inner);
    Ok(listener.put(&number)?)
}

/// Says its number, and takes its time.
pub(crate) const SAY: Task<(i32, Duration), i32> =
    Task::new("say", |(number, time)| {
        say(number)?;
        sleep(time);
        Ok(number)
    });

/// Workers whose initializer does what it is told.
pub(crate) const MOODY: Workers<Option<How>> =
    Workers::with_initializer("moody", begin, &[&TOUCHY, &SQUARE]);

/// Workers whose initializer takes so long.
pub(crate) const LATE: Workers<Duration> = Workers::with_initializer(
    "late",
    |time| {
        sleep(time);
        Ok(())
    },
    &[&SQUARE],
);

fn begin(mood: Option<How>) -> anyhow::Result<()> {
    mood.map_or(Ok(()), How::act).map_err(|error| anyhow!("{error}"))
}
