//! What the lessons' cost tables are made with: ours and Python's, side by
//! side in one run.
//!
//! Each round measures every [`Contender`] once, so that a machine that is
//! busy for a while is busy for all of them; the median of the rounds counts.
//! Only the ratios mean something elsewhere.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::Context as _;
use time_utils::print_line;

/// One way of doing what is compared.
pub struct Contender<'a> {
    name: &'a str,
    once: Box<dyn FnMut() -> anyhow::Result<Duration> + 'a>,
}

impl<'a> Contender<'a> {
    /// A contender of this name; `once` does it, and says how long it took.
    pub fn new(
        name: &'a str,
        once: impl FnMut() -> anyhow::Result<Duration> + 'a,
    ) -> Self {
        Self { name, once: Box::new(once) }
    }
}

/// Measures all of them `rounds` times, in turns. The medians, in order.
///
/// # Errors
///
/// The first that a contender has.
pub fn medians(
    contenders: &mut [Contender<'_>],
    rounds: usize,
) -> anyhow::Result<Vec<Duration>> {
    let mut times = vec![Vec::new(); contenders.len()];
    for _ in 0..rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut times) {
            let time = (contender.once)().context(contender.name.to_owned())?;
            times.push(time);
        }
    }
    Ok(times.into_iter().map(median).collect())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// What stands in the column of a table.
#[derive(Clone, Copy, Debug)]
pub enum Unit {
    /// Microseconds for each of that many.
    MicrosecondsEach(f64),
    /// Thousands in a second, of that many.
    ThousandsPerSecond(f64),
    /// Mebibytes in a second, of that many.
    MebibytesPerSecond(f64),
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::MicrosecondsEach(_) => "µs each",
            Self::ThousandsPerSecond(_) => "1000/s",
            Self::MebibytesPerSecond(_) => "MiB/s",
        }
    }

    fn of(self, time: Duration) -> f64 {
        let seconds = time.as_secs_f64();
        match self {
            Self::MicrosecondsEach(count) => seconds * 1e6 / count,
            Self::ThousandsPerSecond(count) => count / seconds / 1e3,
            Self::MebibytesPerSecond(count) => count / seconds,
        }
    }
}

/// Measures all of `contenders` and prints a table: for each its figure, and
/// how many times as fast as the first it is.
///
/// # Errors
///
/// The first that a contender has, or where the table cannot be printed.
pub fn print_table(
    title: &str,
    unit: Unit,
    rounds: usize,
    contenders: &mut [Contender<'_>],
) -> anyhow::Result<()> {
    let medians = medians(contenders, rounds)?;
    print_line(format_args!("{title:<42}{:>10}{:>10}", unit.name(), "speed"))?;
    for (Contender { name, .. }, time) in contenders.iter().zip(&medians) {
        let figure = unit.of(*time);
        let digits = usize::from(figure < 100.0);
        let speed = medians[0].as_secs_f64() / time.as_secs_f64();
        print_line(format_args!(
            "{name:<42}{figure:>10.digits$}{speed:>10.2}"
        ))?;
    }
    Ok(())
}

/// A Python that does what each line asks for, and answers with the seconds
/// that it took: python3, or what `MP_PYTHON` names.
#[derive(Debug)]
pub struct Python {
    process: Child,
    ask: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Python {
    /// Starts `script` with `arguments`.
    ///
    /// # Errors
    ///
    /// Where there is no Python.
    pub fn start(
        script: impl AsRef<OsStr>,
        arguments: &[&str],
    ) -> anyhow::Result<Self> {
        let python = std::env::var_os("MP_PYTHON");
        let mut process = Command::new(python.unwrap_or("python3".into()))
            .arg(script)
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start python3: is it installed?")?;
        let ask = process.stdin.take();
        let answers = process.stdout.take().context("its output")?;
        Ok(Self { process, ask, answers: BufReader::new(answers) })
    }

    /// Lets it do once `what` is asked for.
    ///
    /// # Errors
    ///
    /// Where it has ended, or does not answer with a number.
    pub fn once(&mut self, what: &str) -> anyhow::Result<Duration> {
        let mut ask = self.ask.as_ref().context("a Python that reads")?;
        writeln!(ask, "{what}")?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        let seconds = answer.trim().parse().context("an answer of Python's")?;
        Ok(Duration::from_secs_f64(seconds))
    }
}

impl Drop for Python {
    fn drop(&mut self) {
        // The end of its input is the end of its loop.
        drop(self.ask.take());
        let _ = self.process.wait();
    }
}
