//! A bar on standard error, for work that takes long.
//!
//! Python has none; there one takes `tqdm`. Here it is indicatif.

use std::sync::Once;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget};

/// Work that is done sooner needs no bar.
const PATIENCE: Duration = Duration::from_millis(500);

/// How far the work has got. The bar goes away with it.
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
    shown: Once,
}

impl Progress {
    /// Nothing of so many tasks.
    pub(crate) fn of(tasks: usize) -> Self {
        let bar = ProgressBar::with_draw_target(
            Some(tasks as u64),
            ProgressDrawTarget::hidden(),
        );
        Self { bar, start: Instant::now(), shown: Once::new() }
    }

    /// One more task is done.
    pub(crate) fn one_more(&self) {
        self.bar.inc(1);
        if self.start.elapsed() >= PATIENCE {
            // Where it is no terminal, indicatif shows nothing.
            let stderr = ProgressDrawTarget::stderr;
            self.shown.call_once(|| self.bar.set_draw_target(stderr()));
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
