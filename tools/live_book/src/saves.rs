//! Tells a page when the learner saves an exercise.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use course::{Exercise, QUIET, Watch};
use futures_util::stream::unfold;
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;

/// How many can watch at once: far more than a learner has pages open.
const WATCHERS: usize = 64;

/// Who watches exercises: the system has room for some.
#[derive(Debug)]
pub(crate) struct Saves(Arc<Semaphore>);

/// Why nobody watches.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotWatched {
    /// Enough others do.
    #[error("too many pages watch for saves: close some of them")]
    TooMany,
    /// The system cannot.
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl Saves {
    /// Nobody watches yet.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(WATCHERS)))
    }

    /// A line for each save of `exercise` from now on, as long as somebody
    /// reads them.
    ///
    /// # Errors
    ///
    /// Where enough others do that, or the system cannot watch its files.
    pub(crate) fn of(&self, exercise: &Exercise) -> Result<Body, NotWatched> {
        let seat = Arc::clone(&self.0).try_acquire_owned();
        let seat = seat.map_err(|_| NotWatched::TooMany)?;
        let bell = Arc::new(Notify::new());
        let its_bell = Arc::clone(&bell);
        let watch = Watch::of(exercise, move || its_bell.notify_one())?;
        let lines = unfold((watch, seat), move |watch| {
            let bell = Arc::clone(&bell);
            async move {
                bell.notified().await;
                // An editor saves in several steps.
                while timeout(QUIET, bell.notified()).await.is_ok() {}
                let line = Bytes::from_static(b"{\"event\":\"saved\"}\n");
                Some((Ok::<_, io::Error>(line), watch))
            }
        });
        Ok(Body::from_stream(lines))
    }
}
