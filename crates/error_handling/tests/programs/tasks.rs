//! What the workers of the scenarios can be asked to run.

use std::process;
use std::sync::OnceLock;
use std::thread::sleep;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail, ensure};
use error_handling::{Outcome, Policy, Report, supervise};
use pool_map::{Pool, Task, Workers};
use serde::ser::Error as _;
use serde::{Deserialize, Serialize, Serializer};
use shared_memory_demo::{Backing, Value};

pub(crate) const WORKERS: Workers<Value<u32>> =
    Workers::with_initializer("workers", keep, &[&ACT]);

/// How often a flaky task is going to fail.
static REFUSALS: OnceLock<Value<u32>> = OnceLock::new();

fn keep(refusals: Value<u32>) -> anyhow::Result<()> {
    REFUSALS.set(refusals).map_err(|_| anyhow!("the initializer ran twice"))
}

/// What a task does before it squares its number.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Act {
    Nothing,
    Nap(Duration),
    Refuse,
    Fail,
    Panic,
    Exit,
    Shy(Unwritable),
}

/// What nobody can write.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub(crate) struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("it is shy"))
    }
}

pub(crate) const ACT: Task<(u64, Act), u64> =
    Task::new("act", |(number, act)| {
        match act {
            Act::Nothing | Act::Shy(Unwritable) => {}
            Act::Nap(time) => sleep(time),
            Act::Refuse => ask()?,
            Act::Fail => bail!("as asked"),
            Act::Panic => panic!("as asked"),
            Act::Exit => process::exit(3),
        }
        Ok(number * number)
    });

fn ask() -> anyhow::Result<()> {
    let refusals = REFUSALS.get().context("the initializer has not run")?;
    let left = refusals.update(|left| left.saturating_sub(1));
    ensure!(left == 0, "{left} more times");
    Ok(())
}

/// Two workers; a flaky task fails so many times.
pub(crate) fn pool(refusals: u32) -> anyhow::Result<Pool> {
    let refusals = Value::new_in(Backing::Memfd, refusals)?;
    let pool = Pool::builder_with(WORKERS, move || refusals.clone());
    Ok(pool.workers(2).start()?)
}

/// Numbers from 0 on, each with what its task does.
pub(crate) fn numbered(acts: &[Act]) -> impl Iterator<Item = (u64, Act)> + '_ {
    (0..).zip(acts.iter().copied())
}

/// So many tasks that do nothing, but for these.
pub(crate) fn all_but(count: usize, exceptions: &[(usize, Act)]) -> Vec<Act> {
    let mut acts = vec![Act::Nothing; count];
    for (place, act) in exceptions {
        acts[*place] = *act;
    }
    acts
}

/// Runs them, and sees that all are done and right, but for those that come
/// back.
pub(crate) fn lost_of(
    pool: &Pool,
    acts: &[Act],
    policy: &Policy,
) -> anyhow::Result<(Report<u64>, Vec<usize>)> {
    let report = supervise(pool, ACT, numbered(acts), policy);
    ensure!(report.outcomes().len() == acts.len(), "not one for each");
    let mut lost = Vec::new();
    for (place, Outcome { result, .. }) in report.outcomes().iter().enumerate()
    {
        match result {
            Ok(square) => ensure!(*square == (place * place) as u64, "order"),
            Err(_) => lost.push(place),
        }
    }
    ensure!(lost.is_empty() == report.ensure_complete().is_ok(), "{report}");
    Ok((report, lost))
}

/// Workers that cannot begin when they are told so.
pub(crate) const SHORT_LIVED: Workers<bool> = Workers::with_initializer(
    "short_lived",
    |may_begin| {
        ensure!(may_begin, "a library is missing");
        Ok(())
    },
    &[&ACT],
);
