//! A row of words, each of which somebody can take.
//!
//! Nothing counts them: what is free is seen by looking. So nothing can be
//! wrong when a process dies between taking one and counting it.

use crate::word::Word;

/// A word that nobody uses.
pub(crate) const EMPTY: u32 = 0;

/// A row of words. Those from `bound` on have never been used.
#[derive(Debug)]
pub(crate) struct Slots<'w, W> {
    pub(crate) bound: &'w W,
    pub(crate) words: &'w [W],
}

impl<W: Word> Slots<'_, W> {
    fn used(&self) -> &[W] {
        let bound = self.bound.load() as usize;
        &self.words[..bound.min(self.words.len())]
    }

    /// The words that may be in use.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &W> {
        self.used().iter()
    }

    /// Changes one word, where `change` makes something of one; which one.
    /// Those from `first` on are looked at first.
    pub(crate) fn change_one(
        &self,
        first: usize,
        mut change: impl FnMut(u32) -> Option<u32>,
    ) -> Option<usize> {
        let used = self.used().len();
        let first = if first < used { first } else { 0 };
        (first..used)
            .chain(0..first)
            .find(|at| self.words[*at].update(&mut change).is_ok())
    }

    /// Writes `word` where nobody has written; `None` where there is no room.
    pub(crate) fn claim(&self, word: u32) -> Option<usize> {
        let claimed = |seen| (seen == EMPTY).then_some(word);
        (0..self.words.len()).find(|at| {
            // First of all, or whoever looks for it does not look there.
            let beyond = u32::try_from(at + 1).unwrap_or(u32::MAX);
            let _ = self.bound.update(|b| (b < beyond).then_some(beyond));
            self.words[*at].update(claimed).is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::word::model::{ModelWord, in_every_order};
    use loom::sync::Arc;
    use loom::thread;

    #[test]
    fn what_is_claimed_can_be_found_in_every_order() {
        in_every_order(2, || {
            let words = Arc::new([0, EMPTY].map(ModelWord::new));
            let finder = {
                let words = Arc::clone(&words);
                thread::spawn(move || {
                    // Whoever claims may die here: nobody would look there.
                    if words[1].load() != EMPTY {
                        assert_eq!(words[0].load(), 1);
                    }
                })
            };
            let [bound, words @ ..] = &*words;
            assert_eq!(Slots { bound, words }.claim(7), Some(0));
            finder.join().unwrap();
        });
    }
}
