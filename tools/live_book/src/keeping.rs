//! The server's side of a keeper: one at a time, whose lines go to the page
//! that asked, and who ends when nobody listens any more.

use std::future::pending;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::body::{Body, Bytes};
use lesson_check::{Brand, Family};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, mpsc};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::keeper::Work;

/// How long a keeper may take to end all that came of its work: within a
/// second nobody is left, whoever ends them.
const END: Duration = Duration::from_millis(800);

/// How long somebody waits for a turn.
const SOON: Duration = Duration::from_secs(1);

/// How long somebody who only asks waits for one.
const WHILE: Duration = Duration::from_secs(2);

/// How long an order may take to be taken.
const ORDER: Duration = Duration::from_millis(10);

/// A page that takes nothing for that long does not read any more: then the
/// keeper would wait for it, and look after nobody.
const PATIENCE: Duration = Duration::from_secs(10);

/// Starts keepers, one at a time.
#[derive(Debug)]
pub(crate) struct Keeping {
    /// This very program.
    program: PathBuf,
    root: PathBuf,
    /// There is one: two at once would also disturb each other's times.
    turn: Arc<Semaphore>,
    /// Where the keeper that is at work takes orders.
    orders: Arc<Mutex<Option<Line>>>,
    /// When the server ends.
    end: CancellationToken,
    tasks: TaskTracker,
}

/// Why there is no keeper.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKept {
    /// There is one at work already.
    #[error("something else is running: stop it first, perhaps in another tab")]
    Busy,
    /// It cannot be started.
    #[error("cannot start it: {0:#}")]
    Failed(#[from] anyhow::Error),
}

/// Where a keeper takes orders, and how it knows that it is to go on.
#[derive(Debug)]
struct Line {
    stdin: ChildStdin,
    /// Whether it takes the order to kill a worker: a check has none, and any
    /// word would end it.
    can_kill: bool,
}

/// A keeper at work, and everything that has to be ended after it.
struct Kept {
    child: Child,
    stdout: ChildStdout,
    family: Family,
    /// Where all that comes of it puts its temporary files.
    temporary: TempDir,
    orders: Arc<Mutex<Option<Line>>>,
    turn: OwnedSemaphorePermit,
}

impl Keeping {
    /// Keepers are `program`, and work in the workspace `root`.
    #[must_use]
    pub(crate) fn new(program: PathBuf, root: PathBuf) -> Self {
        Self {
            program,
            root,
            turn: Arc::new(Semaphore::new(1)),
            orders: Arc::default(),
            end: CancellationToken::new(),
            tasks: TaskTracker::new(),
        }
    }

    /// Starts a keeper, whose workers a reader may kill or not, and gives what
    /// it tells.
    ///
    /// # Errors
    ///
    /// Where another is at work, or the system has no room for one.
    pub(crate) async fn start(
        &self,
        work: &Work,
        can_kill: bool,
    ) -> Result<Body, NotKept> {
        // Another may just be ending.
        let turn = Arc::clone(&self.turn).acquire_owned();
        let turn = timeout(SOON, turn).await.map_err(|_| NotKept::Busy)?;
        let turn = turn.map_err(|_| NotKept::Busy)?;
        let kept = self.keep(work, can_kill, turn).await?;
        let (lines, mut told) = mpsc::channel(16);
        self.tasks.spawn(kept.work(lines, self.end.clone()));
        let stream = futures_util::stream::poll_fn(move |context| {
            told.poll_recv(context).map(|it| it.map(Ok::<_, std::io::Error>))
        });
        Ok(Body::from_stream(stream))
    }

    /// Waits for a while until nothing is at work, and tells whether that is
    /// so. Where the server ends, it never is.
    pub(crate) async fn is_free(&self) -> bool {
        let turn = async {
            if self.turn.acquire().await.is_err() {
                pending::<()>().await;
            }
        };
        timeout(WHILE, turn).await.is_ok()
    }

    async fn keep(
        &self,
        work: &Work,
        can_kill: bool,
        turn: OwnedSemaphorePermit,
    ) -> anyhow::Result<Kept> {
        // From here on nothing waits: who goes away meanwhile leaves either
        // no keeper, or one that somebody looks after.
        let mut orders = self.orders.lock().await;
        let temporary = tempfile::Builder::new().prefix("live_book-").tempdir();
        let temporary =
            temporary.context("cannot make a temporary directory")?;
        let brand = Brand::new();
        let family = Family::branded(brand);
        let (mark, value) = family.variable();
        let mut command = Command::new(&self.program);
        command.arg("keep").arg("--temporary").arg(temporary.path());
        command.arg("--brand").arg(brand.to_string());
        let words = work.words().map_err(anyhow::Error::from)?;
        command.args(words);
        command.current_dir(&self.root);
        command.env(mark, value).env("TMPDIR", temporary.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        // Ctrl-C goes to us alone: we end it.
        command.process_group(0);
        let mut child =
            command.spawn().context("cannot start another process")?;
        let stdout = child.stdout.take().context("its output is piped")?;
        let stdin = child.stdin.take();
        let line = stdin.map(|stdin| Line { stdin, can_kill });
        *orders = line;
        let orders = Arc::clone(&self.orders);
        Ok(Kept { child, stdout, family, temporary, orders, turn })
    }

    /// Has the keeper that is at work kill the worker `pid`; it does so only
    /// if that is a worker of its run.
    pub(crate) async fn kill(&self, pid: u32) {
        let mut orders = self.orders.lock().await;
        if let Some(line) = orders.as_mut().filter(|it| it.can_kill) {
            let order = format!("{pid}\n");
            // Whoever has ended needs no orders; whoever takes none in time
            // gets none.
            let _ =
                timeout(ORDER, line.stdin.write_all(order.as_bytes())).await;
        }
    }

    /// Has the keeper that is at work end what it does, and tell how that
    /// ended.
    pub(crate) async fn stop(&self) {
        *self.orders.lock().await = None;
    }

    /// Ends whatever is at work, and waits for that.
    pub(crate) async fn end(&self) {
        self.turn.close();
        self.end.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Kept {
    /// Passes on what it tells, until it ends, nobody listens, or the server
    /// ends; then ends all that came of it.
    async fn work(
        mut self,
        lines: mpsc::Sender<Bytes>,
        end: CancellationToken,
    ) {
        tokio::select! {
            () = pass_on(&mut self.stdout, &lines) => {}
            () = lines.closed() => {}
            () = end.cancelled() => {}
        }
        // Whoever tells what nobody reads must not wait for it.
        drop(self.stdout);
        // Its lifeline.
        *self.orders.lock().await = None;
        if timeout(END, self.child.wait()).await.is_err() {
            let _ = self.child.kill().await;
        }
        // Where it was killed, it has ended nobody.
        let ended = tokio::task::spawn_blocking(move || {
            self.family.kill();
            drop(self.temporary);
        });
        let _ = ended.await;
        // Who hears the end may have a turn at once.
        drop(self.turn);
        drop(lines);
    }
}

async fn pass_on(stdout: &mut ChildStdout, lines: &mpsc::Sender<Bytes>) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(length @ 1..) = stdout.read(&mut buffer).await {
        let told = Bytes::copy_from_slice(&buffer[..length]);
        let Ok(Ok(())) = timeout(PATIENCE, lines.send(told)).await else {
            return;
        };
    }
}
