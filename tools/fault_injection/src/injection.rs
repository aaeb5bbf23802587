//! One fault for one demonstration, drawn from a seed.

use std::fmt;
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use std::time::Duration;

use fastrand::Rng;

use crate::demonstrations::Demonstration;
use crate::faults::Fault;

/// One fault, and all that is drawn about it. The same seed and number give
/// the same injection, on every machine.
#[derive(Clone, Debug)]
pub struct Injection {
    /// What all injections of a row are drawn from.
    pub seed: u64,
    /// Which one of the row.
    pub number: u64,
    /// Whom it is for.
    pub demonstration: Demonstration,
    /// What goes wrong.
    pub fault: Fault,
    /// When, as a share of what an undisturbed run takes.
    pub moment: f64,
    /// Who of those who can be the victim, modulo their number.
    pub victim: usize,
    /// How long until the second signal, or the next jump of the clock.
    pub pause: Duration,
    /// How much there is of what there is little of, from 0 to 15.
    pub scarcity: u64,
}

impl Injection {
    /// The injection with this number: a row goes through all pairs of a
    /// demonstration and a fault, in an order of its own, again and again.
    ///
    /// # Panics
    ///
    /// Where there are no demonstrations.
    #[must_use]
    pub fn nth(
        seed: u64,
        number: u64,
        demonstrations: &[Demonstration],
    ) -> Self {
        let mut pairs: Vec<_> = demonstrations
            .iter()
            .flat_map(|one| Fault::all().iter().map(move |fault| (one, *fault)))
            .collect();
        Rng::with_seed(seed).shuffle(&mut pairs);
        let round = usize::try_from(number % pairs.len() as u64);
        let (demonstration, fault) = pairs[round.expect("a pair's place")];
        // Far apart, or the rows of two seeds would be much the same.
        let mut rng = Rng::with_seed(Rng::with_seed(seed).u64(..) ^ number);
        Self {
            seed,
            number,
            demonstration: *demonstration,
            fault,
            moment: draw_moment(&mut rng),
            victim: rng.usize(..),
            pause: Duration::from_millis(rng.u64(5..200)),
            scarcity: rng.u64(0..16),
        }
    }
}

impl Injection {
    /// What it needs that is not there; `None` where it can be tried.
    #[must_use]
    pub fn misses(&self) -> Option<&'static str> {
        static PYTHON: LazyLock<bool> = LazyLock::new(|| {
            let mut python = Command::new("python3");
            let python = python.arg("--version").stdout(Stdio::null());
            python.status().is_ok_and(|status| status.success())
        });
        if self.demonstration.needs_python && !*PYTHON {
            return Some("needs python3");
        }
        self.fault.misses()
    }
}

/// Some come before `main` has begun.
fn draw_moment(rng: &mut Rng) -> f64 {
    let share = rng.f64();
    if rng.u8(..4) == 0 { share / 10.0 } else { share }
}

impl fmt::Display for Injection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seed, number, demonstration, fault, .. } = self;
        let fault = fault.name();
        write!(f, "seed {seed}, number {number}: {fault}, {demonstration}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demonstrations::ALL;
    use std::collections::BTreeSet;

    fn row(seed: u64) -> Vec<String> {
        let injection = |number| Injection::nth(seed, number, ALL);
        (0..20).map(|number| format!("{:?}", injection(number))).collect()
    }

    #[test]
    fn a_seed_always_gives_the_same_row() {
        assert_eq!(row(7), row(7));
        assert_ne!(row(7), row(8));
    }

    #[test]
    fn a_row_comes_to_every_fault_for_every_demonstration() {
        let pairs = ALL.len() * Fault::all().len();
        let drawn: BTreeSet<_> = (0..pairs as u64)
            .map(|number| {
                let drawn = Injection::nth(3, number, ALL);
                (drawn.demonstration.to_string(), drawn.fault)
            })
            .collect();
        assert_eq!(drawn.len(), pairs);
    }
}
