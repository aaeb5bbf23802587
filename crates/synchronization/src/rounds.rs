//! A word that says how many have come.
//!
//! | bits  | what                                                         |
//! | ----- | ------------------------------------------------------------ |
//! | 0     | broken: nobody waits any more                                |
//! | 1     | so many have left that the others can never be enough        |
//! | 2–7   | how each of the last six rounds ended: 1, if by a reset      |
//! | 8–17  | how many have come in this round                             |
//! | 18–31 | the number of this round                                     |
//!
//! Coming, and being the last to come, is one step: a party that is killed has
//! either come or not, and there is no round that is half over.

use std::time::Instant;

use crate::error::{BarrierError, WaitError};
use crate::word::{ALL, Word, over};

const BROKEN: u32 = 1;
const TOO_FEW: u32 = 2;

const RESETS_AT: u32 = 2;
const RESETS: u32 = 0b11_1111 << RESETS_AT;
/// As many rounds as one may have slept through.
const REMEMBERED: u32 = RESETS.count_ones();

const COME_AT: u32 = 8;
const ONE: u32 = 1 << COME_AT;
const COME: u32 = 0x3ff << COME_AT;

/// As many parties as can be counted.
pub(crate) const MOST: u32 = COME >> COME_AT;

const ROUND_AT: u32 = 18;

fn come(word: u32) -> u32 {
    (word & COME) >> COME_AT
}

fn round(word: u32) -> u32 {
    word >> ROUND_AT
}

/// What is left of a word when its round is over.
fn next_round(word: u32, by_reset: bool) -> u32 {
    let resets = ((word & RESETS) << 1) & RESETS;
    let resets = resets | u32::from(by_reset) << RESETS_AT;
    let round = (round(word) + 1) << ROUND_AT;
    round | resets | word & TOO_FEW
}

/// Whether `mine` is over, and if so, whether by a reset.
fn ended(word: u32, mine: u32) -> Option<bool> {
    let since = (round(word) << ROUND_AT).wrapping_sub(mine << ROUND_AT);
    let since = since >> ROUND_AT;
    let resets = (word & RESETS) >> RESETS_AT;
    match since {
        0 => None,
        1..=REMEMBERED => Some(resets >> (since - 1) & 1 == 1),
        // Others have gone round without us: nobody knows any more.
        _ => Some(true),
    }
}

/// Comes, and waits for the others; how many had come before. Where not all
/// come until `deadline`, it is broken.
// ANCHOR: pass
pub(crate) fn pass(
    word: &impl Word,
    parties: u32,
    deadline: Option<Instant>,
) -> Result<usize, BarrierError> {
    let with_me = |seen| match come(seen) + 1 {
        _ if seen & (BROKEN | TOO_FEW) != 0 => None,
        all if all == parties => Some(next_round(seen, false)),
        _ => Some(seen + ONE),
    };
    let Ok(seen) = word.update(with_me) else {
        return Err(BarrierError::Broken);
    };
    if come(seen) + 1 == parties {
        word.wake(ALL);
    } else {
        wait(word, round(seen), deadline)?;
    }
    Ok(come(seen) as usize)
}
// ANCHOR_END: pass

/// Waits until the round `mine` is over.
fn wait(
    word: &impl Word,
    mine: u32,
    deadline: Option<Instant>,
) -> Result<(), BarrierError> {
    loop {
        let seen = word.load();
        match ended(seen, mine) {
            Some(false) => return Ok(()),
            Some(true) => return Err(BarrierError::Broken),
            None => {}
        }
        if seen & BROKEN != 0 {
            return Err(BarrierError::Broken);
        }
        if seen & TOO_FEW != 0 && give_up(word, mine) {
            return Err(BarrierError::Broken);
        }
        if over(deadline) && give_up(word, mine) {
            return Err(BarrierError::TimedOut);
        }
        match word.wait(seen, deadline) {
            Ok(()) => {}
            // We end, and with us all whom it would break for.
            Err(error @ WaitError::Interrupted(_)) => return Err(error.into()),
            Err(error) => {
                give_up(word, mine);
                return Err(error.into());
            }
        }
    }
}

/// Breaks it, if the round `mine` is not over.
fn give_up(word: &impl Word, mine: u32) -> bool {
    let broken = |seen| (round(seen) == mine).then_some(seen | BROKEN);
    let given_up = word.update(broken).is_ok();
    if given_up {
        word.wake(ALL);
    }
    given_up
}

/// Breaks it, for those who wait and those who come.
pub(crate) fn break_it(word: &impl Word) {
    word.fetch_or(BROKEN);
    word.wake(ALL);
}

/// Begins a new round, broken or not. Who waits is let down.
pub(crate) fn reset(word: &impl Word) {
    let anew = |seen| {
        let begun = seen & BROKEN != 0 || come(seen) > 0;
        begun.then_some(next_round(seen, true))
    };
    let _ = word.update(anew);
    word.wake(ALL);
}

/// So many have left that those who are there can never be enough; or not so
/// any more.
pub(crate) fn too_few(word: &impl Word, too_few: bool) {
    if too_few {
        word.fetch_or(TOO_FEW);
        word.wake(ALL);
    } else {
        word.fetch_and(!TOO_FEW);
    }
}

/// How many wait.
pub(crate) fn waiting(word: &impl Word) -> usize {
    match word.load() {
        seen if seen & BROKEN != 0 => 0,
        seen => come(seen) as usize,
    }
}

pub(crate) fn is_broken(word: &impl Word) -> bool {
    word.load() & BROKEN != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::model::{ModelWord, in_every_order};
    use loom::sync::Arc;
    use loom::thread;

    type Passed = Result<usize, BarrierError>;

    fn party(word: &Arc<ModelWord>) -> thread::JoinHandle<Passed> {
        let word = Arc::clone(word);
        thread::spawn(move || pass(&*word, 2, None))
    }

    #[test]
    fn two_go_through_together_in_every_order() {
        in_every_order(2, || {
            let word = Arc::new(ModelWord::new(0));
            let other = party(&word);
            let mine = pass(&*word, 2, None).unwrap();
            let theirs = other.join().unwrap().unwrap();
            assert_eq!(mine + theirs, 1, "one came first, one last");
            assert_eq!(waiting(&*word), 0);
        });
    }

    #[test]
    fn two_go_through_twice_in_every_order() {
        in_every_order(2, || {
            let word = Arc::new(ModelWord::new(0));
            let other = {
                let word = Arc::clone(&word);
                thread::spawn(move || {
                    pass(&*word, 2, None).unwrap();
                    pass(&*word, 2, None).unwrap();
                })
            };
            pass(&*word, 2, None).unwrap();
            pass(&*word, 2, None).unwrap();
            other.join().unwrap();
            assert_eq!(round(word.load()), 2);
        });
    }

    #[test]
    fn nobody_waits_for_one_that_dies_in_any_order() {
        in_every_order(2, || {
            let word = Arc::new(ModelWord::new(0));
            let waiting = party(&word);
            break_it(&*word);
            let passed = waiting.join().unwrap();
            assert!(matches!(passed, Err(BarrierError::Broken)));
        });
    }

    #[test]
    fn nobody_waits_for_one_that_gives_up_in_any_order() {
        in_every_order(2, || {
            let word = Arc::new(ModelWord::new(0));
            let waiting = party(&word);
            assert!(give_up(&*word, 0));
            let passed = waiting.join().unwrap();
            assert!(matches!(passed, Err(BarrierError::Broken)));
        });
    }

    #[test]
    fn nobody_waits_when_too_few_are_left_in_any_order() {
        in_every_order(2, || {
            let word = Arc::new(ModelWord::new(0));
            let waiting = party(&word);
            too_few(&*word, true);
            let passed = waiting.join().unwrap();
            assert!(matches!(passed, Err(BarrierError::Broken)));
        });
    }

    #[test]
    fn a_reset_wakes_who_waits_in_every_order() {
        in_every_order(2, || {
            let word = Arc::new(ModelWord::new(ONE));
            let first = {
                let word = Arc::clone(&word);
                thread::spawn(move || wait(&*word, 0, None))
            };
            reset(&*word);
            let first = first.join().unwrap();
            assert!(matches!(first, Err(BarrierError::Broken)), "{first:?}");
        });
    }

    #[test]
    fn a_reset_lets_those_down_who_wait_in_every_order() {
        in_every_order(3, || {
            let word = Arc::new(ModelWord::new(ONE));
            let first = {
                let word = Arc::clone(&word);
                // It came in the round 0.
                thread::spawn(move || wait(&*word, 0, None))
            };
            reset(&*word);
            let second = party(&word);
            pass(&*word, 2, None).unwrap();
            second.join().unwrap().unwrap();
            let first = first.join().unwrap();
            assert!(matches!(first, Err(BarrierError::Broken)), "{first:?}");
        });
    }

    #[test]
    fn the_number_of_the_round_comes_round_to_nought() {
        let last = u32::MAX << ROUND_AT | ONE;
        let word = next_round(last, false);
        assert_eq!((round(word), come(word)), (0, 0));
        assert_eq!(ended(word, round(last)), Some(false));
    }
}
