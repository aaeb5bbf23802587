//! The server: at the loopback address only, until Ctrl-C.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use course::Catalogue;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_io_timeout::TimeoutStream;

use crate::api::{self, Live};
use crate::demonstration::Demonstrations;
use crate::guard::{Guard, stand};
use crate::keeping::Keeping;
use crate::keys::Keys;
use crate::pages::Pages;
use crate::port::listen;
use crate::saves::Saves;

/// How long a browser may take to say what it wants, and to take in a piece of
/// what it is told.
const PATIENCE: Duration = Duration::from_secs(10);

/// How many connections there are at once; others wait for a moment.
const SEATS: usize = 2048;

/// What a browser may send us at most: it has only numbers to tell.
const BODY_BYTES: usize = 4 * 1024;

/// A server that has its port and its book, and serves when told to.
#[derive(Debug)]
pub struct Server {
    listener: TcpListener,
    live: Arc<Live>,
    port: u16,
    /// Ctrl-C and SIGTERM, from before the address is known to anybody.
    ends: [Signal; 2],
}

impl Server {
    /// Takes the `port` (0 is any that is free) and builds the book of the
    /// workspace `root`; none, where it is asked to end meanwhile. What it runs
    /// is kept by `program`, which is this one.
    ///
    /// # Errors
    ///
    /// [`PortInUse`](crate::PortInUse); and where the book cannot be built, the workspace cannot
    /// be read, or the system cannot tell of signals.
    pub async fn new(
        root: &Path,
        port: u16,
        program: PathBuf,
    ) -> anyhow::Result<Option<Self>> {
        let ends =
            [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
        let [interrupt, terminate] = ends;
        let mut ends = [interrupt?, terminate?];
        let listener = listen(port).await?;
        let port = listener.local_addr()?.port();
        let (keys, root) = (Keys::new(port)?, root.to_owned());
        let live = tokio::task::spawn_blocking(move || {
            // The port is ours alone: so this is, too. Where we are killed
            // meanwhile, it is for the next one, and not in anybody's way.
            let place = root.join("target/live_book").join(port.to_string());
            let pages = Pages::build(&root.join("book"), &place)?;
            let guard = Guard::new(keys, port, pages.scripts())?;
            anyhow::Ok(Live {
                guard: Arc::new(guard),
                pages,
                demonstrations: Demonstrations::read(&root)?,
                catalogue: Catalogue::read(&root)?,
                keeping: Keeping::new(program, root),
                saves: Saves::new(),
                asking: Arc::default(),
            })
        });
        tokio::pin!(live);
        let live = tokio::select! {
            live = &mut live => live??,
            () = asked_to_end(&mut ends) => {
                // It puts its temporary files away.
                let _ = live.await;
                return Ok(None);
            }
        };
        Ok(Some(Self { listener, live: Arc::new(live), port, ends }))
    }

    /// The address that lets a browser in.
    #[must_use]
    pub fn address(&self) -> String {
        let launch = &self.live.guard.keys.launch;
        format!("http://127.0.0.1:{}/?token={launch}", self.port)
    }

    /// Serves until Ctrl-C or SIGTERM; then ends whatever runs.
    pub async fn serve(mut self) {
        allow_many_descriptors();
        tokio::select! {
            () = accept(&self.listener, routes(&self.live)) => {}
            () = asked_to_end(&mut self.ends) => {}
        }
        self.live.keeping.end().await;
    }
}

async fn asked_to_end([interrupt, terminate]: &mut [Signal; 2]) {
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

fn routes(live: &Arc<Live>) -> Router {
    Router::new()
        .route("/_live/course", get(api::course))
        .route("/_live/page/{name}", get(api::page_file))
        .route("/_live/run/{name}", post(api::run))
        .route("/_live/kill/{pid}", post(api::kill))
        .route("/_live/stop", post(api::stop))
        .route("/_live/check/{name}", post(api::check))
        .route("/_live/saves/{name}", get(api::saved))
        .route("/_live/free", get(api::free))
        .fallback(get(api::page))
        .layer(from_fn(take_in))
        .layer(from_fn_with_state(Arc::clone(&live.guard), stand))
        .with_state(Arc::clone(live))
}

/// Takes in all that a browser sends before anybody works on it: in time, or
/// not at all.
async fn take_in(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    match timeout(PATIENCE, to_bytes(body, BODY_BYTES)).await {
        Ok(Ok(body)) => next.run(Request::from_parts(head, body.into())).await,
        Ok(Err(_)) => StatusCode::PAYLOAD_TOO_LARGE.into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// Answers everybody who comes; it has no end.
async fn accept(listener: &TcpListener, routes: Router) {
    let seats = Arc::new(Semaphore::new(SEATS));
    loop {
        // None is known to fail: it would have been closed.
        let seat = Arc::clone(&seats).acquire_owned().await.ok();
        match listener.accept().await {
            Ok((stream, _)) => {
                let answer = answer(stream, routes.clone());
                tokio::spawn(async move {
                    answer.await;
                    drop(seat);
                });
            }
            // Too many at once, for instance: some of them will go.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn answer(stream: TcpStream, routes: Router) {
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(PATIENCE));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(
            TokioIo::new(Box::pin(stream)),
            TowerToHyperService::new(routes),
        );
    // Whoever sends nonsense, or goes away, has an answer or needs none.
    let _ = connection.await;
}

/// A thousand browsers at once need as many descriptors.
fn allow_many_descriptors() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let _ = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
}
