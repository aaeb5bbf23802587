//! What the pages can ask for. Whom the guard lets in is told
//! and given all of it, and nothing else.
//!
//! | request                      | answer                                   |
//! | ---------------------------- | ---------------------------------------- |
//! | `GET _live/course`           | the demonstrations, and the exercises with how far the learner is |
//! | `POST _live/run/{name}`      | [events](crate::event), a line each: `{"chosen":[0,2]}` runs the demonstration with those options |
//! | `POST _live/kill/{pid}`      | kills a worker of the run                |
//! | `POST _live/stop`            | ends the run or the check: its last events tell how |
//! | `POST _live/check/{name}`    | [events](course::Event), a line each     |
//! | `GET _live/saves/{name}`     | a line for each save of the exercise     |
//! | `GET _live/free`             | `true` as soon as nothing runs, or `false` after a while |

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use course::{Catalogue, Progress, Standing, hints};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::demonstration::{Chosen, Demonstrations, NotDeclared};
use crate::guard::{ASSETS, Guard};
use crate::keeper::Work;
use crate::keeping::{Keeping, NotKept};
use crate::pages::{HTML, Pages};
use crate::saves::{NotWatched, Saves};

/// How long the exercises may take to be looked at.
const PATIENCE: Duration = Duration::from_secs(30);

/// All that the server has to offer.
#[derive(Debug)]
pub(crate) struct Live {
    /// Who is let in.
    pub(crate) guard: Arc<Guard>,
    /// The book.
    pub(crate) pages: Pages,
    /// What may be run.
    pub(crate) demonstrations: Demonstrations,
    /// What may be checked.
    pub(crate) catalogue: Catalogue,
    /// Where it is done.
    pub(crate) keeping: Keeping,
    /// Who waits for a save.
    pub(crate) saves: Saves,
    /// Held by whoever asks how far the learner is: one at a time.
    pub(crate) asking: Arc<Mutex<()>>,
}

/// Which option of each choice, by its number.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wish {
    chosen: Vec<usize>,
}

/// What a page is told when it opens.
#[derive(Serialize)]
pub(crate) struct Course<'live> {
    demonstrations: &'live Demonstrations,
    exercises: BTreeMap<&'live str, Told<'live>>,
}

/// What a page is told of an exercise.
#[derive(Serialize)]
struct Told<'live> {
    /// The lesson it belongs to.
    chapter: &'live str,
    /// None, where only a check could tell.
    standing: Option<Standing>,
    /// From a nudge to nearly the answer.
    hints: Vec<String>,
}

/// Why something that was asked for is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    NotDeclared(#[from] NotDeclared),
    #[error("there is no such exercise")]
    NoExercise,
    #[error("there is no such page")]
    NoPage,
    #[error(transparent)]
    NotKept(#[from] NotKept),
    #[error(transparent)]
    NotWatched(#[from] NotWatched),
    #[error("cannot tell of the exercises yet: another cargo may be at work")]
    Late,
    #[error("{0:#}")]
    Failed(#[from] anyhow::Error),
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotDeclared(NotDeclared::Choice) => StatusCode::BAD_REQUEST,
            Self::NotDeclared(NotDeclared::Name)
            | Self::NoExercise
            | Self::NoPage => StatusCode::NOT_FOUND,
            Self::NotKept(NotKept::Busy) => StatusCode::CONFLICT,
            Self::NotWatched(NotWatched::TooMany) | Self::Late => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::NotKept(_) | Self::NotWatched(_) | Self::Failed(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        (status, format!("{self}\n")).into_response()
    }
}

/// Gives each file of the directory `page/` its name.
macro_rules! page {
    ($($name:literal)*) => {
        &[$(($name, include_str!(concat!("../page/", $name)))),*]
    };
}

/// The style of the panels, and their scripts: `live.js` loads the others.
const PAGE: &[(&str, &str)] = page![
    "live.css"
    "live.js"
    "check_panel.js"
    "controls.js"
    "demonstration.js"
    "drawing.js"
    "element.js"
    "hints.js"
    "layout.js"
    "output.js"
    "picture.js"
    "progress.js"
    "run.js"
    "run_panel.js"
    "scrubber.js"
    "server.js"
    "shape.js"
    "status.js"
    "timeline.js"
    "words.js"
];

/// The kind of the streams: one JSON object a line.
const NDJSON: [(header::HeaderName, &str); 1] =
    [(header::CONTENT_TYPE, "application/x-ndjson")];

pub(crate) async fn run(
    State(live): State<Arc<Live>>,
    Path(name): Path<String>,
    Json(wish): Json<Wish>,
) -> Result<Response, ApiError> {
    let Chosen { arguments, traces, limits } =
        live.demonstrations.choose(&name, &wish.chosen)?;
    let can_kill = live.demonstrations.can_kill(&name);
    let work = Work::Run { name, trace: traces, limits, arguments };
    let told = live.keeping.start(&work, can_kill).await?;
    Ok((NDJSON, told).into_response())
}

pub(crate) async fn kill(State(live): State<Arc<Live>>, Path(pid): Path<u32>) {
    live.keeping.kill(pid).await;
}

pub(crate) async fn stop(State(live): State<Arc<Live>>) {
    live.keeping.stop().await;
}

pub(crate) async fn check(
    State(live): State<Arc<Live>>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let name = live.exercise(&name)?.name().to_owned();
    let work = Work::Check { name };
    let told = live.keeping.start(&work, false).await?;
    Ok((NDJSON, told).into_response())
}

pub(crate) async fn saved(
    State(live): State<Arc<Live>>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let told = live.saves.of(live.exercise(&name)?)?;
    Ok((NDJSON, told).into_response())
}

pub(crate) async fn free(State(live): State<Arc<Live>>) -> Json<bool> {
    Json(live.keeping.is_free().await)
}

pub(crate) async fn course(
    State(live): State<Arc<Live>>,
) -> Result<Response, ApiError> {
    let told = async {
        let turn = Arc::clone(&live.asking).lock_owned().await;
        // It reads files, and asks cargo.
        let told = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            anyhow::Ok(Json(live.course()?).into_response())
        });
        told.await.map_err(anyhow::Error::from)?
    };
    Ok(timeout(PATIENCE, told).await.map_err(|_| ApiError::Late)??)
}

pub(crate) async fn page_file(
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let file = PAGE.iter().find(|(it, _)| *it == name);
    let (_, content) = file.ok_or(ApiError::NoPage)?;
    let kind = mime_guess::from_path(&name).first_or_text_plain();
    let kind = [(header::CONTENT_TYPE, kind.essence_str().to_owned())];
    Ok((kind, *content).into_response())
}

/// A file of the book. Whoever shows the launch secret gets the cookie for it;
/// whoever has that, pages that are live; anybody else, the book as it is.
pub(crate) async fn page(
    State(live): State<Arc<Live>>,
    uri: Uri,
    headers: axum::http::HeaderMap,
) -> Result<Response, ApiError> {
    let keys = &live.guard.keys;
    let path = uri.path().trim_start_matches('/');
    let page = live.pages.get(path).ok_or(ApiError::NoPage)?;
    if uri.query() == Some(&format!("token={}", keys.launch)) {
        let cookie = [(header::SET_COOKIE, keys.set_cookie())];
        return Ok((cookie, Redirect::to(&format!("/{path}"))).into_response());
    }
    let kind = [(header::CONTENT_TYPE, page.kind.clone())];
    if page.kind == HTML && keys.knows(&headers) {
        let page = page.with(&head(&keys.page));
        return Ok((kind, page.content).into_response());
    }
    Ok((kind, page.content.clone()).into_response())
}

/// What makes a page live.
fn head(secret: &str) -> String {
    format!(
        "<meta name=\"live-book\" content=\"{secret}\">\n\
         <link rel=\"stylesheet\" href=\"{ASSETS}live.css\">\n\
         <script src=\"{ASSETS}live.js\" type=\"module\"></script>\n"
    )
}

impl Live {
    /// The exercise of exactly this name.
    fn exercise(&self, name: &str) -> Result<&course::Exercise, ApiError> {
        let mut all = self.catalogue.all().iter();
        all.find(|it| it.name() == name).ok_or(ApiError::NoExercise)
    }

    fn course(&self) -> anyhow::Result<Course<'_>> {
        let progress = Progress::of(self.catalogue.root());
        let mut exercises = BTreeMap::new();
        for exercise in self.catalogue.all() {
            let hints = hints(exercise)?.into_iter();
            let told = Told {
                chapter: exercise.chapter(),
                standing: progress.known(exercise)?,
                hints: hints.map(|hint| hint.text).collect(),
            };
            exercises.insert(exercise.name(), told);
        }
        Ok(Course { demonstrations: &self.demonstrations, exercises })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::PAGE;

    #[test]
    fn every_file_of_the_page_is_served() -> anyhow::Result<()> {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("page");
        let mut files = BTreeSet::new();
        for file in fs::read_dir(directory)? {
            files.insert(file?.file_name().into_string().unwrap());
        }
        let served = PAGE.iter().map(|(name, _)| (*name).to_owned());
        assert_eq!(served.collect::<BTreeSet<_>>(), files);
        Ok(())
    }
}
