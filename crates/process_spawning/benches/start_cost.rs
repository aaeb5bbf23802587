//! The price of starting something and waiting for its end, here and in
//! Python, side by side in one run. Prints the table of the book:
//!
//! ```text
//! cargo bench -q -p process_spawning --bench start_cost
//! ```
//!
//! Each round measures every contender once, so that a machine that is busy
//! for a while is busy for all of them. Needs python3, or what `MP_PYTHON`
//! names.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};
use std::time::Duration;
use std::{env, thread};

use anyhow::{Context as _, ensure};
use process_spawning::{Process, Target, exit_code, main_guard};
use time_utils::{measure, print_line};

const ROUNDS: usize = 100;

const NOTHING: Target<()> = Target::new("nothing", |()| Ok(()));

fn main() -> ExitCode {
    main_guard(&[&NOTHING]);
    exit_code(run())
}

type Contender<'a> = (&'a str, Box<dyn FnMut() -> anyhow::Result<Duration>>);

fn run() -> anyhow::Result<()> {
    let mut fork = Python::start("fork")?;
    let mut spawn = Python::start("spawn")?;
    let mut contenders: Vec<Contender<'_>> = vec![
        ("std::thread", Box::new(thread_once)),
        ("/bin/true by std::process::Command", Box::new(true_once)),
        ("process_spawning::Process", Box::new(process_once)),
        ("multiprocessing.Process, fork", Box::new(move || fork.once())),
        ("multiprocessing.Process, spawn", Box::new(move || spawn.once())),
    ];
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..ROUNDS {
        for ((_, once), times) in contenders.iter_mut().zip(&mut times) {
            times.push(once()?);
        }
    }
    let medians: Vec<_> = times.into_iter().map(median).collect();
    print_line("start and join one                    median, µs   ratio")?;
    for ((name, _), time) in contenders.iter().zip(&medians) {
        let ratio = time.as_secs_f64() / medians[1].as_secs_f64();
        let time = time.as_micros();
        print_line(format_args!("{name:<38}{time:>10}{ratio:>8.2}"))?;
    }
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn thread_once() -> anyhow::Result<Duration> {
    let (joined, time) = measure(|| thread::spawn(|| ()).join());
    ensure!(joined.is_ok(), "the thread panicked");
    Ok(time)
}

fn true_once() -> anyhow::Result<Duration> {
    let (status, time) = measure(|| Command::new("/bin/true").status());
    ensure!(status?.success(), "/bin/true failed");
    Ok(time)
}

fn process_once() -> anyhow::Result<Duration> {
    let (exit, time) = measure(|| -> anyhow::Result<_> {
        Ok(Process::target(NOTHING).start(())?.join()?)
    });
    ensure!(exit?.success(), "the worker failed");
    Ok(time)
}

/// A Python that starts and joins one process for each line it reads.
struct Python {
    process: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn start(method: &str) -> anyhow::Result<Self> {
        let python = env::var_os("MP_PYTHON");
        let mut process = Command::new(python.unwrap_or("python3".into()))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/python/start_cost.py"))
            .arg(method)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start python3: is it installed?")?;
        let ask = process.stdin.take();
        let answers = process.stdout.take().context("its output")?;
        Ok(Self { process, ask, answers: BufReader::new(answers) })
    }

    fn once(&mut self) -> anyhow::Result<Duration> {
        let mut ask = self.ask.as_ref().context("a Python that reads")?;
        ask.write_all(b"once\n")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        Ok(Duration::from_secs_f64(answer.trim().parse()?))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // The end of its input is the end of its loop.
        drop(self.ask.take());
        let _ = self.process.wait();
    }
}
