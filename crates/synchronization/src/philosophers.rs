//! Five philosophers at a round table, with a fork between each two. To eat,
//! one needs both forks beside one.

use clap::value_parser;
use process_spawning::{Process, Target};
use serde::{Deserialize, Serialize};
use shared_memory_demo::{Array, Backing};
use synchronization::Lock;
use time_utils::{print_line, spin, trace};

pub(crate) const SEATS: usize = 5;

/// How long the dinner lasts.
#[derive(Clone, Copy, clap::Args)]
pub(crate) struct Dinner {
    /// How often each philosopher eats.
    #[arg(
        long,
        default_value_t = 100,
        value_parser = value_parser!(u32).range(0..=1_000_000)
    )]
    meals: u32,

    /// How often a philosopher goes round while it eats.
    #[arg(long, default_value_t = 1000)]
    bites: u64,
}

// ANCHOR: seat
/// A place at the table, and the two forks beside it: in the order in which
/// they are picked up.
#[derive(Serialize, Deserialize)]
pub(crate) struct Seat {
    number: usize,
    forks: [Lock; 2],
    eaten: Array<u32>,
    meals: u32,
    bites: u64,
}

/// The fork of the lower number first, for all of them.
fn forks_of(seat: usize) -> [usize; 2] {
    let (left, right) = (seat, (seat + 1) % SEATS);
    [left.min(right), left.max(right)]
}

pub(crate) const PHILOSOPHER: Target<Seat> =
    Target::new("philosopher", philosopher);

fn philosopher(seat: Seat) -> anyhow::Result<()> {
    for _ in 0..seat.meals {
        let _one = seat.forks[0].acquire()?;
        let _other = seat.forks[1].acquire()?;
        let _eats = trace::span(trace::Category::Task, "eat");
        spin(seat.bites);
        seat.eaten[seat.number].fetch_add(1);
    }
    Ok(())
}
// ANCHOR_END: seat

pub(crate) fn show(dinner: Dinner) -> anyhow::Result<()> {
    let Dinner { meals, bites } = dinner;
    let forks = forks()?;
    let eaten = Array::new_in(Backing::Memfd, &[0; SEATS])?;
    let mut philosophers = Vec::new();
    for number in 0..SEATS {
        let [one, other] = forks_of(number).map(|fork| forks[fork].clone());
        let forks = [one, other];
        let seat = Seat { number, forks, eaten: eaten.clone(), meals, bites };
        let philosopher = Process::target(PHILOSOPHER);
        let philosopher = philosopher.name(format!("Philosopher_{number}"));
        philosophers.push(philosopher.start(seat)?);
    }
    for (philosopher, number) in philosophers.iter_mut().zip(0..) {
        let exit = philosopher.join()?;
        anyhow::ensure!(exit.success(), "{} ended: {exit}", philosopher.name());
        let ([one, other], times) = (forks_of(number), eaten[number].get());
        print_line(format_args!(
            "philosopher {number}   forks {one} and {other} {times:>6} meals"
        ))?;
    }
    Ok(())
}

pub(crate) fn forks() -> anyhow::Result<Vec<Lock>> {
    Ok((0..SEATS).map(|_| Lock::new()).collect::<Result<_, _>>()?)
}
