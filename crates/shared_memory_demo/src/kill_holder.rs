//! A worker is killed in the middle of a change under the lock: the next one
//! is told, and puts it right.

use std::thread;

use anyhow::bail;
use pipe_ipc::{RecvError, Sender, one_way};
use process_spawning::{Process, Target, current_name};
use shared_memory_demo::{Array, LockError, SharedCell};
use time_utils::{print_line, spin, trace};

const ALL: i64 = 100;
const AMOUNT: i64 = 40;

// ANCHOR: holder
/// Moves an amount from one account to the other, and gets only half way.
pub(crate) const HANG: Target<(Sender<()>, Array<i64>)> =
    Target::new("hang", |(ready, accounts)| {
        accounts.locked(|accounts| {
            let _task = trace::span(trace::Category::Task, "half a change");
            accounts[0].fetch_sub(AMOUNT);
            tell("took", accounts)?;
            ready.send(())?;
            loop {
                thread::park();
            }
        })?
    });
// ANCHOR_END: holder

// ANCHOR: next
/// Moves an amount too, and puts right what it may find half done.
pub(crate) const CHECK: Target<Array<i64>> =
    Target::new("check", |accounts| match accounts.locked(move_back) {
        Ok(moved) => moved,
        Err(error @ LockError::Abandoned { .. }) => {
            print_line(format_args!("{:<8}{error}", current_name()))?;
            accounts.mend(mend)??;
            accounts.locked(move_back)?
        }
        Err(error) => bail!(error),
    });

fn move_back(accounts: &[SharedCell<i64>]) -> anyhow::Result<()> {
    accounts[1].fetch_sub(AMOUNT);
    accounts[0].fetch_add(AMOUNT);
    tell("moved", accounts)
}

/// What is in the first account is right: the rest belongs to the second.
fn mend(accounts: &[SharedCell<i64>]) -> anyhow::Result<()> {
    let _task = trace::span(trace::Category::Task, "mend");
    accounts[1].set(ALL - accounts[0].get());
    tell("mended", accounts)
}
// ANCHOR_END: next

// ANCHOR: show
pub(crate) fn show() -> anyhow::Result<()> {
    let accounts = Array::new(&[ALL, 0])?;
    tell("begins", &accounts)?;
    let (ready, is_ready) = one_way()?;
    let holder = Process::target(HANG)
        .name("holder")
        .start((is_ready, accounts.clone()))?;
    match ready.recv() {
        // It has ended, perhaps because nobody reads what it says.
        Err(RecvError::Closed) => return tell("ends", &accounts),
        ready => ready?,
    }
    let mut next =
        Process::target(CHECK).name("next").start(accounts.clone())?;
    // Long enough to be seen: the next one waits for the lock.
    spin(3_000_000);
    print_line("parent  kills the holder")?;
    holder.kill()?;
    next.join()?;
    tell("ends", &accounts)
}
// ANCHOR_END: show

fn tell(what: &str, accounts: &[SharedCell<i64>]) -> anyhow::Result<()> {
    let who = current_name();
    let who = if who == "MainProcess" { "parent" } else { who };
    print_line(format_args!("{who:<8}{what:<8}{accounts:>3?}"))?;
    Ok(())
}
