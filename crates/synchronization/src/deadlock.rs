//! The same dinner, but each philosopher picks up the left fork first. When
//! all have done that, nobody can go on: a circle of those who wait.
//!
//! Nobody sees that who stands in it. So each notes down what it holds and
//! what it waits for, and somebody who waits for nothing looks for a circle.

use std::time::Duration;

use process_spawning::{Process, Target};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, Backing};
use synchronization::{AcquireError, Barrier, Lock, Semaphore};
use time_utils::print_line;

use crate::philosophers::{SEATS, forks};

const NONE: i32 = -1;

/// How long nothing may happen before we see whether all are still there: one
/// cannot wait for a semaphore and for processes at the same time.
const GLANCE: Duration = Duration::from_millis(100);

// ANCHOR: notes
/// What each philosopher holds, and what it waits for.
#[derive(Clone, Serialize, Deserialize)]
struct Notes {
    holds: Array<i32>,
    waits_for: Array<i32>,
    /// One permit for each that begins to wait.
    waiting: Semaphore,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Seat {
    number: usize,
    left: Lock,
    right: Lock,
    all_have_one: Barrier,
    notes: Notes,
}

pub(crate) const PHILOSOPHER: Target<Seat> =
    Target::new("hasty_philosopher", philosopher);

fn philosopher(seat: Seat) -> anyhow::Result<()> {
    let Seat { number, left, right, all_have_one, notes } = seat;
    let _left = left.acquire()?;
    notes.holds[number].set(i32::try_from(number)?);
    all_have_one.wait()?;
    notes.waits_for[number].set(i32::try_from((number + 1) % SEATS)?);
    notes.waiting.release()?;
    // It comes back only when they are ended, and a neighbour before us.
    let _right = right.acquire();
    Ok(())
}
// ANCHOR_END: notes

pub(crate) fn show() -> anyhow::Result<()> {
    let forks = forks()?;
    let all_have_one = Barrier::new(SEATS)?;
    let notes = Notes {
        holds: Array::new_in(Backing::Memfd, &[NONE; SEATS])?,
        waits_for: Array::new_in(Backing::Memfd, &[NONE; SEATS])?,
        waiting: Semaphore::new(0)?,
    };
    let mut philosophers = Vec::new();
    for number in 0..SEATS {
        let seat = Seat {
            number,
            left: forks[number].clone(),
            right: forks[(number + 1) % SEATS].clone(),
            all_have_one: all_have_one.clone(),
            notes: notes.clone(),
        };
        let philosopher = Process::target(PHILOSOPHER);
        let philosopher = philosopher.name(format!("Philosopher_{number}"));
        philosophers.push(philosopher.start(seat)?);
    }
    let circle = find_circle(&notes, &mut philosophers)?;
    for (waits, fork, holder) in &circle {
        print_line(format_args!(
            "philosopher {waits}   waits for fork {fork}, \
             which philosopher {holder} holds"
        ))?;
    }
    philosophers.iter().try_for_each(Process::kill)?;
    anyhow::bail!(
        "deadlock: {} philosophers wait for each other",
        circle.len()
    );
}

/// Who waits, for what, and who holds that.
type Wait = (usize, i32, usize);

/// Looks for a circle whenever one more waits.
fn find_circle(
    notes: &Notes,
    philosophers: &mut [Process],
) -> anyhow::Result<Vec<Wait>> {
    loop {
        match notes.waiting.acquire_timeout(GLANCE) {
            Ok(one_more) => one_more.forget(),
            Err(AcquireError::Taken) => ensure_all_are_there(philosophers)?,
            Err(error) => return Err(error.into()),
        }
        let (holds, waits_for) =
            (notes.holds.snapshot(), notes.waits_for.snapshot());
        let circles = (0..SEATS).map(|first| circle(first, &holds, &waits_for));
        if let Some(circle) = circles.flatten().next() {
            return Ok(circle);
        }
    }
}

/// Where one has gone, its neighbours do not wait for it for ever.
fn ensure_all_are_there(philosophers: &mut [Process]) -> anyhow::Result<()> {
    for philosopher in philosophers {
        if let Some(exit) = philosopher.exit()? {
            anyhow::bail!("{} ended: {exit}", philosopher.name());
        }
    }
    Ok(())
}

/// From `first` to whoever holds what it waits for, and so on: where that
/// leads to `first` again, it is a circle.
fn circle(first: usize, holds: &[i32], waits_for: &[i32]) -> Option<Vec<Wait>> {
    let mut circle = Vec::new();
    let mut waits = first;
    while circle.len() < holds.len() {
        let fork = waits_for[waits];
        let holder = holds.iter().position(|held| *held == fork);
        let holder = holder.filter(|_| fork != NONE)?;
        circle.push((waits, fork, holder));
        if holder == first {
            return Some(circle);
        }
        waits = holder;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_found_from_each_who_stands_in_it() {
        let (holds, waits_for) = ([0, 1, 2], [1, 0, 0]);
        let found = circle(0, &holds, &waits_for).unwrap();
        assert_eq!(found, [(0, 1, 1), (1, 0, 0)]);
        assert_eq!(circle(1, &holds, &waits_for).unwrap().len(), 2);
        // It waits for the circle, and does not stand in it.
        assert_eq!(circle(2, &holds, &waits_for), None);
    }

    #[test]
    fn who_waits_for_what_nobody_holds_or_who_does_not_wait_is_no_circle() {
        assert_eq!(circle(0, &[0, NONE], &[1, NONE]), None);
        assert_eq!(circle(0, &[0, 1], &[1, NONE]), None);
        assert_eq!(circle(0, &[NONE, NONE], &[NONE, NONE]), None);
    }
}
