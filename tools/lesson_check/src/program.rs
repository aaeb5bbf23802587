//! A program, run as a person would run it, but under a deadline.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;

use crate::family::{Family, Member, list};
use crate::names::{is_in_use, names_in, shared_memory_names};
use crate::output::Output;
use crate::trouble::Trouble;

/// Far more than any lesson needs: a machine may be busy.
const DEADLINE: Duration = Duration::from_mins(1);

/// How long after its end a program's processes may be seen: the promise.
const LINGER: Duration = Duration::from_secs(1);

/// Far more than any lesson prints.
const MOST_OUTPUT: usize = 64 << 20;

/// A program that is about to be run.
#[derive(Debug)]
pub struct Program {
    command: Command,
    deadline: Duration,
    most_output: usize,
}

impl Program {
    /// The program at `path`, such as `env!("CARGO_BIN_EXE_…")`.
    #[must_use]
    pub fn new(path: impl AsRef<OsStr>) -> Self {
        let mut command = Command::new(path);
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        // A group of its own, as a shell makes one, so that Ctrl-C has
        // something to go to.
        command.process_group(0).env_remove("MP_TRACE");
        Self { command, deadline: DEADLINE, most_output: MOST_OUTPUT }
    }

    /// A Python script, run by `python3`, or by what `MP_PYTHON` names.
    #[must_use]
    pub fn python(script: impl AsRef<Path>) -> Self {
        let python = std::env::var_os("MP_PYTHON");
        let mut this = Self::new(python.unwrap_or_else(|| "python3".into()));
        // Its bytecode would be left behind.
        this.command.env("PYTHONDONTWRITEBYTECODE", "1");
        // Unbuffered, it would write the end of a line by itself, and lines
        // of several processes would mix.
        this.command.env_remove("PYTHONUNBUFFERED");
        this.command.arg(script.as_ref());
        this
    }

    /// One more argument.
    #[must_use]
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// More arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(
        mut self,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        self.command.args(arguments);
        self
    }

    /// An environment variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Where it runs, instead of where the test does.
    #[must_use]
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// How long it may take, instead of a minute.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = deadline;
        self
    }

    /// How many bytes it may print on standard output, and as many on standard
    /// error, instead of 64 MiB.
    #[must_use]
    pub fn most_output(mut self, bytes: usize) -> Self {
        self.most_output = bytes;
        self
    }

    /// Where standard output goes, instead of into [`Run::stdout`].
    #[must_use]
    pub fn stdout(mut self, to: impl Into<Stdio>) -> Self {
        self.command.stdout(to);
        self
    }

    /// Runs it to its end. See [`Running::finish`].
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start) and [`Running::finish`].
    #[must_use]
    pub fn run(self) -> Run {
        self.start().finish()
    }

    /// Starts it, with a temporary directory of its own.
    ///
    /// # Panics
    ///
    /// Where it cannot be started.
    #[must_use]
    pub fn start(mut self) -> Running {
        let family = Family::new();
        let temporary = TempDir::new().expect("a temporary directory");
        let (name, mark) = family.variable();
        self.command.env(name, mark).env("TMPDIR", temporary.path());
        let shared_memory = shared_memory_names();
        let mut child = self.command.spawn().unwrap_or_else(|error| {
            let program = self.command.get_program().display();
            panic!("cannot start {program}: {error}")
        });
        let most = self.most_output;
        let stdout = child.stdout.take().map(|it| Output::up_to(most, it));
        let stderr = child.stderr.take().map(|it| Output::up_to(most, it));
        Running {
            family,
            temporary,
            shared_memory,
            stdout: stdout.unwrap_or_default(),
            stderr: stderr.unwrap_or_default(),
            deadline: Instant::now() + self.deadline,
            child,
        }
    }
}

/// A program that runs.
#[derive(Debug)]
pub struct Running {
    child: Child,
    family: Family,
    temporary: TempDir,
    shared_memory: BTreeSet<OsString>,
    stdout: Output,
    stderr: Output,
    deadline: Instant,
}

impl Running {
    /// The number of the program's own process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Everyone in the family but the program's own process.
    #[must_use]
    pub fn descendants(&self) -> Vec<Member> {
        let mut members = self.family.members();
        members.retain(|member| member.pid != self.pid());
        members
    }

    /// Everyone in the family.
    #[must_use]
    pub fn members(&self) -> Vec<Member> {
        self.family.members()
    }

    /// What is in its temporary directory now.
    ///
    /// # Panics
    ///
    /// Where that cannot be read.
    #[must_use]
    pub fn temporary_files(&self) -> BTreeSet<OsString> {
        names_in(self.temporary.path())
    }

    /// Waits until it has so many descendants at once.
    ///
    /// # Panics
    ///
    /// Where it has not before it ends or the deadline is over.
    pub fn wait_for_descendants(&mut self, count: usize) {
        let alone = self.until_descendants(count).err();
        alone.inspect(|trouble| self.fail(trouble));
    }

    /// As [`wait_for_descendants`](Self::wait_for_descendants).
    ///
    /// # Errors
    ///
    /// [`Trouble::Alone`], where it never has so many.
    ///
    /// # Panics
    ///
    /// Where `/proc` cannot be read.
    pub fn until_descendants(&mut self, count: usize) -> Result<(), Trouble> {
        let enough = |members: Vec<_>| (members.len() >= count).then_some(());
        self.until(enough).ok_or(Trouble::Alone(count))
    }

    /// Waits until it has a worker of this name, alive: see
    /// [`Member::worker_name`].
    ///
    /// # Errors
    ///
    /// [`Trouble::Missing`], where it never has one.
    ///
    /// # Panics
    ///
    /// Where `/proc` cannot be read.
    pub fn until_worker(&mut self, name: &str) -> Result<Member, Trouble> {
        let named = |member: &Member| member.worker_name() == Some(name);
        self.until_member(named)
            .ok_or_else(|| Trouble::Missing(name.to_owned()))
    }

    /// Waits until it has a descendant that `is_meant`; `None` where it ends,
    /// or its deadline is over, and it never had one.
    ///
    /// # Panics
    ///
    /// Where `/proc` cannot be read.
    pub fn until_member(
        &mut self,
        is_meant: impl Fn(&Member) -> bool,
    ) -> Option<Member> {
        self.until(|members| members.into_iter().find(&is_meant))
    }

    /// Waits until something can be said of the descendants, or they can
    /// change no more.
    fn until<T>(
        &mut self,
        seen: impl Fn(Vec<Member>) -> Option<T>,
    ) -> Option<T> {
        loop {
            if let Some(seen) = seen(self.descendants()) {
                return Some(seen);
            }
            let has_ended = self.child.try_wait().expect("our child").is_some();
            if has_ended || Instant::now() >= self.deadline {
                return None;
            }
            sleep(Duration::from_millis(1));
        }
    }

    /// Waits for a line on standard output that contains `text`.
    ///
    /// # Panics
    ///
    /// Where there is none before the output ends or the deadline is over.
    pub fn wait_for(&mut self, text: &str) -> String {
        let line = self.until_line(text);
        line.unwrap_or_else(|trouble| self.fail(&trouble))
    }

    /// As [`wait_for`](Self::wait_for).
    ///
    /// # Errors
    ///
    /// [`Trouble::Silent`], where there is no such line.
    pub fn until_line(&mut self, text: &str) -> Result<String, Trouble> {
        let line = self.stdout.line_with(text, self.deadline);
        line.ok_or_else(|| Trouble::Silent(text.to_owned()))
    }

    /// Sends a signal to the program's own process only.
    ///
    /// # Panics
    ///
    /// Where there is no such process.
    pub fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        kill_process(pid, signal).expect("the program runs");
    }

    /// Sends Ctrl-C as a terminal does: to the whole process group.
    ///
    /// # Panics
    ///
    /// Where there is no such group.
    pub fn press_ctrl_c(&self) {
        let group = Pid::from_child(&self.child);
        kill_process_group(group, Signal::INT).expect("the program runs");
    }

    /// Stops reading standard output, as `head` does when it has its lines.
    pub fn close_stdout(&mut self) {
        self.stdout = Output::default();
    }

    /// Waits for the program's end, and sees that nothing is left behind: no
    /// process, no temporary file, no name in `/dev/shm`.
    ///
    /// # Panics
    ///
    /// Where it does not end before the deadline, or leaves something.
    #[must_use]
    pub fn finish(mut self) -> Run {
        let run = self.end();
        run.unwrap_or_else(|trouble| self.fail(&trouble))
    }

    /// As [`finish`](Self::finish). Where it hangs, it still runs afterwards,
    /// and can be looked at; it ends when this is dropped.
    ///
    /// # Errors
    ///
    /// [`Trouble`].
    ///
    /// # Panics
    ///
    /// Where `/proc` cannot be read.
    pub fn end(&mut self) -> Result<Run, Trouble> {
        let status = self.wait()?;
        let left = self.family.left_after(LINGER);
        self.family.kill();
        if !left.is_empty() {
            return Err(Trouble::Processes { status, left });
        }
        let files = names_in(self.temporary.path());
        if !files.is_empty() {
            return Err(Trouble::Files(files));
        }
        let names = self.lasting_shared_memory();
        if !names.is_empty() {
            return Err(Trouble::SharedMemory(names));
        }
        let printed = (self.stdout.rest(), self.stderr.rest());
        if self.is_flooded() {
            return Err(Trouble::Flood);
        }
        match printed {
            (Ok(stdout), Ok(stderr)) => Ok(Run { status, stdout, stderr }),
            _ => Err(Trouble::HeldOpen),
        }
    }

    /// What it has printed so far: on standard output, and on standard error.
    ///
    /// # Panics
    ///
    /// Never: the program is our child.
    pub fn printed(&mut self) -> [String; 2] {
        let has_ended = self.child.try_wait().expect("our child").is_some();
        [&mut self.stdout, &mut self.stderr].map(|output| {
            if has_ended {
                return output.rest().unwrap_or_else(|seen| seen);
            }
            output.so_far()
        })
    }

    fn is_flooded(&self) -> bool {
        self.stdout.is_flooded() || self.stderr.is_flooded()
    }

    /// The names in `/dev/shm` that were not there before and that stay,
    /// though nobody uses them: a program of another test may have one for a
    /// moment, and other people's programs for longer.
    fn lasting_shared_memory(&self) -> BTreeSet<OsString> {
        let deadline = Instant::now() + LINGER;
        let mut names = &shared_memory_names() - &self.shared_memory;
        while !names.is_empty() && Instant::now() < deadline {
            sleep(Duration::from_millis(10));
            names = &names & &shared_memory_names();
        }
        names.retain(|name| !is_in_use(name));
        // To look at everybody takes a while: what has gone meanwhile is gone.
        &names & &shared_memory_names()
    }

    fn wait(&mut self) -> Result<ExitStatus, Trouble> {
        loop {
            if let Some(status) = self.child.try_wait().expect("our child") {
                return Ok(status);
            }
            if self.is_flooded() {
                return Err(Trouble::Flood);
            }
            if Instant::now() >= self.deadline {
                return Err(Trouble::Hangs);
            }
            sleep(Duration::from_millis(2));
        }
    }

    /// Tells what is wrong and all that is known, and ends the family.
    fn fail(&mut self, trouble: &Trouble) -> ! {
        let members = list(&self.family.members());
        self.end_all();
        let [stdout, stderr] = self.printed();
        panic!(
            "{trouble}\n-- processes:\n{members}\n\
             -- stdout:\n{stdout}\n-- stderr:\n{stderr}"
        );
    }

    /// Ends the family. What the program has left behind is not asked: there
    /// is nobody any more whose things it could put away.
    fn end_all(&mut self) {
        match self.child.try_wait() {
            Ok(None) => self.family.end(),
            _ => self.family.kill(),
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A test that fails in the middle leaves nothing behind either.
impl Drop for Running {
    fn drop(&mut self) {
        self.end_all();
    }
}

/// A program that has ended, and left nothing behind.
#[derive(Clone, Debug)]
pub struct Run {
    /// How it ended.
    pub status: ExitStatus,
    /// What it printed.
    pub stdout: String,
    /// What it said on standard error.
    pub stderr: String,
}

impl Run {
    /// Sees that it ended with exit code 0.
    ///
    /// # Panics
    ///
    /// Where it did not.
    #[must_use]
    pub fn success(self) -> Self {
        self.code(0)
    }

    /// Sees that it ended with this exit code.
    ///
    /// # Panics
    ///
    /// Where it did not.
    #[must_use]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.status.code(), Some(code), "{self}");
        self
    }

    /// Sees that this signal ended it.
    ///
    /// # Panics
    ///
    /// Where it did not.
    #[must_use]
    pub fn killed_by(self, signal: Signal) -> Self {
        assert_eq!(self.status.signal(), Some(signal.as_raw()), "{self}");
        self
    }

    /// Sees that standard error is empty.
    ///
    /// # Panics
    ///
    /// Where it is not.
    #[must_use]
    pub fn quiet(self) -> Self {
        assert_eq!(self.stderr, "", "something on standard error");
        self
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { status, stdout, stderr } = self;
        write!(f, "{status}\n-- stdout:\n{stdout}\n-- stderr:\n{stderr}")
    }
}
