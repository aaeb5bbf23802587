//! line 3 is `MainProcess repairs: [60, 0]`
//!
//! Who has killed the worker knows what it was doing, and repairs it at once.
//! Mostly it is somebody else who kills, and only the next holder is told.

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use process_spawning::{Process, Target, current_name, exit_code, main_guard};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, Backing};
use synchronization::{AcquireError, Event, Guard, Lock};
use time_utils::print_line;

/// Far longer than a worker needs to get so far.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all workers share: two accounts, which hold `all` together, and the
/// lock that protects them.
#[derive(Clone, Serialize, Deserialize)]
struct Bank {
    lock: Lock,
    accounts: Array<i64>,
    all: i64,
}

const FIRST: Target<(Bank, i64, Event)> = Target::new("first", first);
const NEXT: Target<(Bank, u32, bool)> = Target::new("next", next);

/// Moves an amount from one account to the other, and gets only half way.
fn first((bank, amount, half_way): (Bank, i64, Event)) -> anyhow::Result<()> {
    let _held = bank.lock.acquire()?;
    bank.accounts[0].fetch_sub(amount);
    bank.tell("has taken")?;
    half_way.set();
    stay()
}

/// Moves 1 from one account to the other, again and again.
fn next((bank, moves, _stay): (Bank, u32, bool)) -> anyhow::Result<()> {
    for _ in 0..moves {
        let _held = take_over(&bank)?;
        bank.accounts[0].fetch_sub(1);
        bank.accounts[1].fetch_add(1);
    }
    bank.tell("has moved")
}

/// Acquires the lock; where its last holder died, `repair`s first.
fn take_over(bank: &Bank) -> anyhow::Result<Guard> {
    Ok(bank.lock.acquire()?)
}

/// What is in the first account is right: the rest belongs to the second.
fn repair(bank: &Bank, stay_here: bool) -> anyhow::Result<()> {
    bank.tell("repairs")?;
    if stay_here {
        stay()?;
    }
    bank.accounts[1].set(bank.all - bank.accounts[0].get());
    Ok(())
}

fn stay() -> anyhow::Result<()> {
    loop {
        thread::park();
    }
}

impl Bank {
    fn tell(&self, what: &str) -> anyhow::Result<()> {
        let (name, accounts) = (current_name(), &self.accounts);
        print_line(format_args!("{name} {what}: {accounts:?}"))?;
        Ok(())
    }
}

fn main() -> ExitCode {
    main_guard(&[&FIRST, &NEXT]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let all = arguments.next().context("how much money?")?.parse()?;
    let amount = arguments.next().context("which amount?")?.parse()?;
    let moves = arguments.next().context("how many moves?")?.parse()?;
    let stay = arguments.next().is_some_and(|it| it == "stay");
    let accounts = Array::new_in(Backing::Memfd, &[all, 0])?;
    let bank = Bank { lock: Lock::new()?, accounts, all };
    kill_first(&bank, amount)?;
    if let Err(AcquireError::Abandoned(guard)) = bank.lock.acquire() {
        repair(&bank, false)?;
        drop(guard.repaired());
    }
    start_next(&bank, "second", moves, stay)?;
    start_next(&bank, "third", moves, false)?;
    let left: i64 = bank.accounts.snapshot().iter().sum();
    ensure!(left == all, "{left} of {all} are left");
    Ok(())
}

/// Kills it in the middle of its change, with the lock.
fn kill_first(bank: &Bank, amount: i64) -> anyhow::Result<()> {
    let half_way = Event::new()?;
    let part = (bank.clone(), amount, half_way.clone());
    let mut process = Process::target(FIRST).name("first").start(part)?;
    ensure!(half_way.wait_timeout(PATIENCE)?, "it never came so far");
    process.kill()?;
    tell_end(&mut process)
}

fn start_next(
    bank: &Bank,
    name: &str,
    moves: u32,
    stay: bool,
) -> anyhow::Result<()> {
    let part = (bank.clone(), moves, stay);
    tell_end(&mut Process::target(NEXT).name(name).start(part)?)
}

fn tell_end(process: &mut Process) -> anyhow::Result<()> {
    let exit = process.join()?;
    print_line(format_args!("{} ended: {exit}", process.name()))?;
    Ok(())
}
