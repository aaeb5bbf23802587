//! When so many workers end that it is no accident any more.

use std::collections::VecDeque;
use std::num::NonZeroUsize;
use std::time::{Duration, Instant};

/// How many workers may end within how long.
///
/// Where all of them end, one after the other, it is not their tasks: a
/// library is missing, or the memory is used up. Fresh ones would end as
/// well, and starting them would keep the machine busy without end, as
/// Python's pool does when its initializer fails.
///
/// Erlang's supervisors have the same as `intensity` and `period`, systemd as
/// `StartLimitBurst` and `StartLimitIntervalSec`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RespawnLimit {
    /// As many may end, and one more is a storm: 20.
    pub ends: NonZeroUsize,
    /// Within any time of this length: 10 s.
    pub within: Duration,
}

impl Default for RespawnLimit {
    fn default() -> Self {
        Self {
            ends: const { NonZeroUsize::new(20).expect("it is 20") },
            within: Duration::from_secs(10),
        }
    }
}

/// More workers ended than a [`RespawnLimit`] allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "more than {} workers ended within {:?}: look at what ended them, or \
     raise the respawn limit", .limit.ends, .limit.within
)]
pub struct Storm {
    /// The limit.
    pub limit: RespawnLimit,
}

/// The ends of workers that still count.
#[derive(Debug)]
pub(crate) struct RecentEnds {
    limit: RespawnLimit,
    recent: VecDeque<Instant>,
}

impl RecentEnds {
    pub(crate) fn new(limit: RespawnLimit) -> Self {
        Self { limit, recent: VecDeque::new() }
    }

    /// One more worker has ended.
    // ANCHOR: note
    pub(crate) fn note(&mut self, now: Instant) -> Result<(), Storm> {
        let is_old = |end: &mut Instant| now - *end > self.limit.within;
        while self.recent.pop_front_if(is_old).is_some() {}
        self.recent.push_back(now);
        if self.recent.len() > self.limit.ends.get() {
            return Err(Storm { limit: self.limit });
        }
        Ok(())
    }
    // ANCHOR_END: note
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(seconds: &[u64]) -> Vec<bool> {
        let ends = NonZeroUsize::new(3).unwrap();
        let within = Duration::from_secs(10);
        let mut recent = RecentEnds::new(RespawnLimit { ends, within });
        let start = Instant::now();
        let at = |second: &u64| start + Duration::from_secs(*second);
        seconds.iter().map(|s| recent.note(at(s)).is_ok()).collect()
    }

    #[test]
    fn one_more_than_allowed_is_a_storm() {
        assert_eq!(ends(&[0, 1, 2, 3]), [true, true, true, false]);
    }

    #[test]
    fn what_is_longer_ago_does_not_count() {
        assert_eq!(ends(&[0, 5, 9, 11, 16, 20]), [true; 6]);
        assert_eq!(ends(&[0, 5, 9, 10]), [true, true, true, false]);
    }
}
