//! What the pages can ask for. Whom the guard lets in is told
//! and given all of it, and nothing else.
//!
//! | request                      | answer                                   |
//! | ---------------------------- | ---------------------------------------- |
//! | `GET _live/course`           | the demonstrations, and the exercises with how far the learner is |
//! | `POST _live/run/{name}`      | [events](crate::event), a line each: `{"chosen":[0,2]}` runs the demonstration with those options |
//! | `POST _live/kill/{pid}`      | kills a worker of the run                |
//! | `POST _live/check/{name}`    | [events](course::Event), a line each     |
//! | `GET _live/saves/{name}`     | a line for each save of the exercise     |

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Redirect, Response};
use course::{Catalogue, Progress, Standing, hints};
use serde::{Deserialize, Serialize};

use crate::demonstration::{Chosen, Demonstrations, NotDeclared};
use crate::guard::{ASSETS, Guard};
use crate::keeper::Work;
use crate::keeping::{Keeping, NotKept};
use crate::pages::Pages;
use crate::saves::saves;

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
            Self::NotKept(_) | Self::Failed(_) => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        (status, format!("{self}\n")).into_response()
    }
}

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
    let work = Work::Run { name, trace: traces, limits, arguments };
    let told = live.keeping.start(&work).await?;
    Ok((NDJSON, told).into_response())
}

pub(crate) async fn kill(State(live): State<Arc<Live>>, Path(pid): Path<u32>) {
    live.keeping.kill(pid).await;
}

pub(crate) async fn check(
    State(live): State<Arc<Live>>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let name = live.exercise(&name)?.name().to_owned();
    let told = live.keeping.start(&Work::Check { name }).await?;
    Ok((NDJSON, told).into_response())
}

pub(crate) async fn saved(
    State(live): State<Arc<Live>>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let told = saves(live.exercise(&name)?)?;
    Ok((NDJSON, told).into_response())
}

pub(crate) async fn course(
    State(live): State<Arc<Live>>,
) -> Result<Response, ApiError> {
    // It reads files, and asks cargo.
    let told = tokio::task::spawn_blocking(move || {
        Ok::<_, anyhow::Error>(Json(live.course()?).into_response())
    });
    Ok(told.await.map_err(anyhow::Error::from)??)
}

pub(crate) async fn page_file(
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let (kind, content) = match name.as_str() {
        "live.js" => ("text/javascript", include_str!("../page/live.js")),
        "live.css" => ("text/css", include_str!("../page/live.css")),
        _ => return Err(ApiError::NoPage),
    };
    Ok(([(header::CONTENT_TYPE, kind)], content).into_response())
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
    if page.kind == "text/html" && keys.knows(&headers) {
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
         <script src=\"{ASSETS}live.js\" defer></script>\n"
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
