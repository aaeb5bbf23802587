//! Tells a page when the learner saves an exercise.

use std::io;
use std::sync::Arc;

use axum::body::{Body, Bytes};
use course::{Exercise, QUIET, Watch};
use futures_util::FutureExt as _;
use tokio::sync::Notify;
use tokio::time::sleep;

/// A line for each save of `exercise` from now on, as long as somebody reads
/// them.
///
/// # Errors
///
/// Where the system cannot watch its files.
pub(crate) fn saves(exercise: &Exercise) -> anyhow::Result<Body> {
    let bell = Arc::new(Notify::new());
    let its_bell = Arc::clone(&bell);
    let watch = Watch::of(exercise, move || its_bell.notify_one())?;
    let lines = futures_util::stream::unfold(watch, move |watch| {
        let bell = Arc::clone(&bell);
        async move {
            bell.notified().await;
            // An editor saves in several steps: the last one counts.
            sleep(QUIET).await;
            let _ = bell.notified().now_or_never();
            let line = Bytes::from_static(b"{\"event\":\"saved\"}\n");
            Some((Ok::<_, io::Error>(line), watch))
        }
    });
    Ok(Body::from_stream(lines))
}
