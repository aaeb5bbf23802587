//! Chromium: started for a test, and ended with it.

use std::path::Path;
use std::thread::sleep;
use std::time::{Duration, Instant};

use headless_chrome::Browser as Connection;
use headless_chrome::browser::default_executable;
use headless_chrome::protocol::cdp::Target::CreateTarget;
use lesson_check::{Program, Running};
use rustix::process::{
    Pid, Signal, geteuid, kill_process_group, test_kill_process_group,
};
use serde_json::json;
use tempfile::TempDir;

use crate::page::{Page, from_json};

/// How long Chromium may take to begin, and to end: a machine may be busy.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long one call may take, such as a look at a large page. Where nothing
/// at all is asked for so long, the connection ends as well.
const LONGEST_CALL: Duration = Duration::from_mins(5);

/// Longer than any test.
const LIFETIME: Duration = Duration::from_hours(1);

/// A Chromium without a window, with a profile of its own. When the value
/// goes, so do all of its processes, and the profile.
pub struct Browser {
    // First the connection ends, then the program, then its profile: a field
    // is dropped before those that follow it.
    connection: Option<Connection>,
    program: Option<Running>,
    group: Pid,
    profile: TempDir,
}

impl Browser {
    /// Starts Chromium: the one that the variable `CHROME` names, or the one
    /// that is installed.
    ///
    /// # Panics
    ///
    /// Where there is none, or it does not answer.
    #[must_use]
    pub fn start() -> Self {
        let path = default_executable().unwrap_or_else(|error| {
            panic!("no Chromium here ({error}): apt-get install chromium")
        });
        let profile = TempDir::new().expect("a temporary directory");
        let mut program = Program::new(path)
            .args(arguments(profile.path()))
            .arg("about:blank")
            .deadline(LIFETIME)
            .start();
        let pid = program.pid().cast_signed();
        let group = Pid::from_raw(pid).expect("a process has a number");
        let address = wait_for_address(profile.path()).unwrap_or_else(|| {
            let [_, said] = program.printed();
            panic!("Chromium does not begin, and says:\n{said}")
        });
        let connection =
            Connection::connect_with_timeout(address, LONGEST_CALL)
                .expect("Chromium answers");
        Self {
            connection: Some(connection),
            program: Some(program),
            group,
            profile,
        }
    }

    /// A new, empty page, with a storage of its own: it remembers nothing of
    /// other pages. It is shown on a desktop.
    ///
    /// # Panics
    ///
    /// Where Chromium does not answer.
    #[must_use]
    pub fn page(&self) -> Page<'_> {
        let connection = self.connection.as_ref().expect("it is alive");
        let context = connection.new_context().expect("Chromium answers");
        let target: CreateTarget = from_json(json!({
            "url": "about:blank",
            "browserContextId": context.get_id(),
        }));
        let tab = connection.new_tab_with_options(target);
        Page::new(tab.expect("Chromium answers"))
    }

    /// Where Chromium keeps what it keeps, as long as it lives.
    #[must_use]
    pub fn profile(&self) -> &Path {
        self.profile.path()
    }

    /// The number of Chromium's process group. Its crash handlers are not in
    /// it.
    #[must_use]
    pub fn group(&self) -> u32 {
        self.group.as_raw_nonzero().get().cast_unsigned()
    }
}

/// Ends all of them. `Running` ends those that carry its mark, which
/// Chromium's helpers have overwritten with their titles; but they are still
/// in the group. It is killed before `Running` waits for its leader: until
/// then its number cannot be that of another one.
impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.connection.take());
        let _ = kill_process_group(self.group, Signal::KILL);
        drop(self.program.take());
        // Somebody else waits for the helpers, now that Chromium is gone.
        let deadline = Instant::now() + PATIENCE;
        while test_kill_process_group(self.group).is_ok()
            && Instant::now() < deadline
        {
            sleep(Duration::from_millis(10));
        }
    }
}

fn arguments(profile: &Path) -> Vec<String> {
    let mut arguments: Vec<String> = [
        "--headless",
        // Any port that is free. Chromium writes down which.
        "--remote-debugging-port=0",
        // No look around for updates, no first steps, no crash reports.
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-breakpad",
        "--no-first-run",
        // Nobody can be asked for the password of a key ring.
        "--password-store=basic",
        // A page that nobody looks at is still a page.
        "--disable-renderer-backgrounding",
        "--disable-backgrounding-occluded-windows",
        "--disable-background-timer-throttling",
        // The same width on each machine.
        "--hide-scrollbars",
        "--force-color-profile=srgb",
        "--lang=en",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={}", profile.display()));
    // Chromium refuses to begin as root with its sandbox.
    if geteuid().is_root() {
        arguments.push("--no-sandbox".to_owned());
    }
    arguments
}

/// Chromium writes the port and the path of its address into its profile.
fn wait_for_address(profile: &Path) -> Option<String> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        let file = std::fs::read_to_string(profile.join("DevToolsActivePort"));
        if let Some((port, path)) = file.unwrap_or_default().split_once('\n')
            && path.starts_with("/devtools/")
        {
            return Some(format!("ws://127.0.0.1:{port}{path}"));
        }
        sleep(Duration::from_millis(10));
    }
    None
}
