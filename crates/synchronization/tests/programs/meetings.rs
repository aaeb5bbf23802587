//! Until all are there.

use std::thread;

use anyhow::{bail, ensure};
use process_spawning::{Process, Target};
use shared_memory_demo::{Array, Backing, Value};
use synchronization::{Barrier, BarrierError, Event, MakeError};

use crate::workers::{
    LONG, PATIENCE, Thing, WAIT, join_all, kill, start, took, until,
};

const PARTIES: usize = 4;
const PASSES: usize = 1000;

/// Passes many times: the places of each round are added up.
pub(crate) const PASS: Target<(Barrier, Array<u32>)> =
    Target::new("pass", |(barrier, places)| {
        for round in &places {
            let before_me = barrier.wait_timeout(LONG)?;
            round.fetch_add(1 << (8 * before_me));
        }
        Ok(())
    });

/// In each round every place is taken once.
pub(crate) fn thousand_passes() -> anyhow::Result<()> {
    let barrier = Barrier::new(PARTIES)?;
    let places = Array::new_in(Backing::Memfd, &[0; PASSES])?;
    let argument = (barrier.clone(), places.clone());
    let processes = start(PARTIES - 1, PASS, &argument)?;
    for round in &places {
        let before_me = barrier.wait_timeout(LONG)?;
        round.fetch_add(1 << (8 * before_me));
    }
    join_all(processes)?;
    let wrong = places.iter().filter(|round| round.get() != 0x0101_0101);
    ensure!(wrong.count() == 0, "places taken twice");
    ensure!(barrier.waiting() == 0 && !barrier.is_broken(), "left behind");
    Ok(())
}

/// Whoever comes first does what is to be done once, and all wait for it.
pub(crate) const ONCE: Target<(Barrier, Value<i32>)> =
    Target::new("once", |(barrier, done)| {
        for round in 1..=100 {
            if barrier.wait_timeout(LONG)? == 0 {
                done.set(done.get() + 1);
            }
            barrier.wait_timeout(LONG)?;
            ensure!(done.get() == round, "{} in {round}", done.get());
            barrier.wait_timeout(LONG)?;
        }
        Ok(())
    });

pub(crate) fn action() -> anyhow::Result<()> {
    let argument = (Barrier::new(PARTIES)?, Value::new_in(Backing::Memfd, 0)?);
    join_all(start(PARTIES, ONCE, &argument)?)
}

pub(crate) fn few_parties() -> anyhow::Result<()> {
    let single = Barrier::new(1)?;
    for _ in 0..3 {
        ensure!(single.wait()? == 0, "somebody was there before");
    }
    ensure!(single.parties() == 1, "{}", single.parties());
    for refused in [Barrier::new(0), Barrier::new(1024)] {
        ensure!(matches!(refused, Err(MakeError::Range { .. })), "{refused:?}");
    }
    ensure!(Barrier::new(1023)?.parties() == 1023, "not 1023");
    Ok(())
}

/// Sees that the barrier breaks while it waits.
pub(crate) const SEE_BROKEN: Target<Barrier> =
    Target::new("see_broken", |barrier| ensure_broken(&barrier));

fn ensure_broken(barrier: &Barrier) -> anyhow::Result<()> {
    match barrier.wait_timeout(LONG) {
        Err(BarrierError::Broken) => Ok(()),
        other => bail!("not broken: {other:?}"),
    }
}

fn let_wait(barrier: &Barrier, parties: usize) -> anyhow::Result<Vec<Process>> {
    let waiting = start(parties, SEE_BROKEN, barrier)?;
    until("they wait", || barrier.waiting() == parties)?;
    Ok(waiting)
}

pub(crate) fn abort() -> anyhow::Result<()> {
    let barrier = Barrier::new(PARTIES)?;
    let waiting = let_wait(&barrier, PARTIES - 1)?;
    barrier.abort();
    join_all(waiting)?;
    ensure!(barrier.is_broken() && barrier.waiting() == 0, "not broken");
    // It stays so.
    ensure_broken(&barrier)?;
    join_all(start(1, SEE_BROKEN, &barrier)?)
}

fn ensure_whole(barrier: &Barrier) -> anyhow::Result<()> {
    ensure!(!barrier.is_broken(), "broken");
    let places = Array::new_in(Backing::Memfd, &[0; 3])?;
    let argument = (barrier.clone(), places.clone());
    join_all(start(PARTIES, PASS, &argument)?)?;
    ensure!(places.snapshot() == [0x0101_0101; 3], "not all came");
    Ok(())
}

pub(crate) fn reset() -> anyhow::Result<()> {
    let barrier = Barrier::new(PARTIES)?;
    // Nobody waits: nothing happens.
    barrier.reset();
    ensure_whole(&barrier)?;
    let waiting = let_wait(&barrier, PARTIES - 1)?;
    barrier.reset();
    join_all(waiting)?;
    // They have gone: those who come now are others.
    barrier.reset();
    ensure_whole(&barrier)
}

pub(crate) fn abort_and_reset() -> anyhow::Result<()> {
    let barrier = Barrier::new(PARTIES)?;
    for _ in 0..3 {
        let waiting = let_wait(&barrier, PARTIES - 1)?;
        barrier.abort();
        join_all(waiting)?;
        barrier.reset();
        ensure_whole(&barrier)?;
    }
    Ok(())
}

/// One does not come: the one with the least patience breaks it for all.
pub(crate) fn timeout() -> anyhow::Result<()> {
    let barrier = Barrier::new(PARTIES)?;
    let waiting = let_wait(&barrier, PARTIES - 2)?;
    let passed = took(PATIENCE, || barrier.wait_timeout(PATIENCE))?;
    ensure!(matches!(passed, Err(BarrierError::TimedOut)), "{passed:?}");
    join_all(waiting)?;
    ensure!(barrier.is_broken(), "not broken");
    ensure_broken(&barrier)?;
    barrier.reset();
    ensure_whole(&barrier)
}

/// Fails before it comes to the barrier, as soon as it is told to.
pub(crate) const FAIL: Target<(Barrier, Event)> =
    Target::new("fail", |(_barrier, now)| {
        now.wait()?;
        bail!("as it was told")
    });

/// A party that ends early lets nobody wait, whether the others are there
/// before that or come after it.
pub(crate) fn left_early() -> anyhow::Result<()> {
    for others_first in [true, false] {
        let (barrier, now) = (Barrier::new(3)?, Event::new()?);
        let argument = (barrier.clone(), now.clone());
        let mut failing = start(1, FAIL, &argument)?.remove(0);
        let mut others = Vec::new();
        if others_first {
            others = let_wait(&barrier, 2)?;
        }
        now.set();
        let exit = failing.join()?;
        ensure!(exit.python_exitcode() == 1, "{exit}");
        if !others_first {
            others = start(2, SEE_BROKEN, &barrier)?;
        }
        join_all(others)?;
        if others_first {
            // It broke while they waited, and stays so.
            ensure_broken(&barrier)?;
            barrier.reset();
        }
        // All three have had their run: this is another one.
        join_all(start(3, WAIT, &Thing::Barrier(barrier))?)?;
    }
    Ok(())
}

/// Others come when those of the last run have gone, again and again.
pub(crate) fn run_again() -> anyhow::Result<()> {
    let barrier = Barrier::new(2)?;
    for _ in 0..50 {
        join_all(start(2, WAIT, &Thing::Barrier(barrier.clone()))?)?;
    }
    // With two threads of our own, which stay.
    let barrier = Barrier::new(3)?;
    for _ in 0..10 {
        let worker = start(1, WAIT, &Thing::Barrier(barrier.clone()))?;
        let ours = [(); 2].map(|()| {
            let barrier = barrier.clone();
            thread::spawn(move || barrier.wait_timeout(LONG))
        });
        for ours in ours {
            ours.join().expect("it does not panic")?;
        }
        join_all(worker)?;
    }
    Ok(())
}

/// The workers have gone after the first round: whoever made it does not wait
/// for them in the second, and with others there is one.
pub(crate) fn maker_alone() -> anyhow::Result<()> {
    let barrier = Barrier::new(3)?;
    for round in 0..20 {
        if round % 2 == 1 {
            ensure_broken(&barrier)?;
            barrier.reset();
        }
        let workers = start(2, WAIT, &Thing::Barrier(barrier.clone()))?;
        barrier.wait_timeout(LONG)?;
        join_all(workers)?;
    }
    Ok(())
}

/// Waits twice; the second time in vain.
pub(crate) const TWICE: Target<Barrier> = Target::new("twice", |barrier| {
    barrier.wait_timeout(LONG)?;
    ensure_broken(&barrier)
});

/// The process that has made it was there, and lets go of it.
pub(crate) fn maker_leaves() -> anyhow::Result<()> {
    for wait_first in [true, false] {
        let barrier = Barrier::new(2)?;
        let other = start(1, TWICE, &barrier)?;
        barrier.wait_timeout(LONG)?;
        if wait_first {
            until("it waits", || barrier.waiting() == 1)?;
        }
        drop(barrier);
        join_all(other)?;
    }
    Ok(())
}

/// Who is killed, before it comes or while it waits, breaks it.
pub(crate) fn killed() -> anyhow::Result<()> {
    for waits in [true, false] {
        let barrier = Barrier::new(PARTIES)?;
        let others = let_wait(&barrier, PARTIES - 2)?;
        let thing = Thing::Barrier(barrier.clone());
        let victim = if waits {
            let victim = start(1, WAIT, &thing)?.remove(0);
            until("it waits", || barrier.waiting() == PARTIES - 1)?;
            victim
        } else {
            crate::workers::holder(thing)?
        };
        kill(victim)?;
        join_all(others)?;
        ensure_broken(&barrier)?;
        barrier.reset();
        ensure_whole(&barrier)?;
    }
    Ok(())
}
