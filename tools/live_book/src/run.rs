//! Runs a demonstration: cargo compiles it, it runs, and all that it prints
//! and traces is told as it comes.
//!
//! This is done in a process of its own, the keeper. However a run ends, by
//! itself, by a limit, or by an order, all its processes are ended with it,
//! also those that left its process group and its session, and emptied their
//! environment: all of them are branded, where the system lets us.

use std::env;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use course::{Awaited, Running};
use lesson_check::{Family, Member};
use process_spawning::Exit;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use time_utils::trace;

use crate::compile::compile;
use crate::demonstration::Chosen;
use crate::event::{Event, Limit, Stream};
use crate::limits::{LOOK, Limits, behind_us};
use crate::orders::Orders;
use crate::tail::Tail;

/// How long whoever is ended may take to put things away, as after Ctrl-C.
const GRACE: Duration = Duration::from_millis(300);

/// How long what is left in a pipe may take, whose writers have all ended.
const REST: Duration = Duration::from_millis(100);

/// Compiles and runs the demonstration `name` of the workspace `root`, until
/// it has ended or there are no more `orders`. All that comes of it is of the
/// `family`.
pub(crate) fn run(
    root: &Path,
    name: &str,
    chosen: &Chosen,
    family: &Family,
    mut orders: Orders,
    mut tell: impl FnMut(Event) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let Some(program) = compile(root, name, &mut orders, &mut tell)? else {
        return Ok(());
    };
    chosen.limits.impose();
    let trace = env::temp_dir().join("trace.jsonl");
    let mut command = Command::new(program);
    command.current_dir(root).args(&chosen.arguments).env_clear();
    if chosen.traces {
        command.env(trace::VARIABLE, &trace);
    }
    let mut run = Run::start(command, family.clone(), &trace, &chosen.limits)?;
    tell(Event::Started { pid: run.running.pid() })?;
    let outcome = run.follow(&mut orders, &mut tell);
    let ended = run.end(outcome.as_ref().ok(), &mut tell);
    if let Outcome::Limit(limit) = outcome? {
        tell(Event::Limit { limit })?;
    }
    ended?;
    tell(run.timeline(Vec::new()))?;
    tell(run.ended()?)
}

/// A demonstration that runs.
struct Run {
    running: Running,
    tail: Tail,
    limits: Limits,
    /// When it has run for long enough.
    deadline: Instant,
    /// When its processes are looked at next.
    next_look: Instant,
    /// When its timeline may be told next.
    next_timeline: Instant,
    printed: usize,
    /// How many events, and which workers, the page knows of.
    told: (usize, Vec<u32>),
}

/// Why nothing more comes from a run.
enum Outcome {
    Ended,
    Limit(Limit),
}

impl Run {
    /// Starts it; of our environment it gets what every program needs.
    fn start(
        mut command: Command,
        family: Family,
        trace: &Path,
        limits: &Limits,
    ) -> anyhow::Result<Self> {
        for inherited in ["PATH", "HOME", "LANG"] {
            let value = env::var_os(inherited);
            command.envs(value.map(|value| (inherited, value)));
        }
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.process_group(0);
        let running = behind_us(|| Running::start(command, family))?;
        limits.impose_on(running.pid());
        let now = Instant::now();
        Ok(Self {
            running,
            tail: Tail::of(trace),
            deadline: now + limits.time(),
            limits: limits.clone(),
            next_look: now + LOOK,
            next_timeline: now,
            printed: 0,
            told: (0, Vec::new()),
        })
    }

    fn follow(
        &mut self,
        orders: &mut Orders,
        tell: &mut impl FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<Outcome> {
        loop {
            let awaited = self.running.wait(orders.source(), self.next_look)?;
            if Instant::now() >= self.next_look
                && let Some(limit) = self.look(tell)?
            {
                return Ok(Outcome::Limit(limit));
            }
            match awaited {
                Awaited::Cancelled => {
                    self.kill(&orders.read());
                    if orders.source().is_none() {
                        return Ok(Outcome::Ended);
                    }
                }
                Awaited::Stdout(lines) => {
                    self.tell_lines(Stream::Out, lines, tell)?;
                }
                Awaited::Stderr(lines) => {
                    self.tell_lines(Stream::Err, lines, tell)?;
                }
                Awaited::End => return Ok(Outcome::Ended),
                Awaited::TimedOut => {}
            }
            if self.prints_too_much() {
                return Ok(Outcome::Limit(Limit::Output));
            }
        }
    }

    fn prints_too_much(&self) -> bool {
        self.printed > self.limits.output_bytes
    }

    fn tell_lines(
        &mut self,
        stream: Stream,
        lines: Vec<String>,
        tell: &mut impl FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        // The clock begins with the first event of the trace.
        self.tail.read()?;
        let at = self.tail.now();
        for text in lines {
            self.printed += text.len() + 1;
            if self.prints_too_much() {
                break;
            }
            tell(Event::Line { stream, text, at })?;
        }
        Ok(())
    }

    /// Looks at the processes and the trace, and says which limit they are
    /// beyond, if they are.
    fn look(
        &mut self,
        tell: &mut impl FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<Option<Limit>> {
        let now = Instant::now();
        let members = self.running.family().members();
        if now >= self.deadline {
            return Ok(Some(Limit::Time));
        }
        if let Some(limit) = self.limits.exceeded_by(&members) {
            return Ok(Some(limit));
        }
        // Not all of our time is for looking: where there are very many
        // processes on the machine, that takes long.
        self.next_look = Instant::now() + LOOK.max(now.elapsed() * 4);
        if now >= self.next_timeline {
            self.tell_timeline(self.workers(&members), tell)?;
        }
        Ok(None)
    }

    fn tell_timeline(
        &mut self,
        workers: Vec<u32>,
        tell: &mut impl FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let begun = Instant::now();
        self.tail.read()?;
        let seen = (self.tail.len(), workers);
        // A worker that is killed traces nothing.
        if seen != self.told {
            tell(self.timeline(seen.1.clone()))?;
            self.told = seen;
        }
        // A long one is told less often: all of it is told each time.
        let pause = LOOK * u32::try_from(self.tail.len() / 400)?;
        self.next_timeline = Instant::now() + pause.max(begun.elapsed() * 4);
        Ok(())
    }

    fn timeline(&self, workers: Vec<u32>) -> Event {
        Event::Timeline {
            timeline: self.tail.timeline(),
            now: self.tail.now(),
            workers,
            is_cut: self.tail.is_full(),
        }
    }

    /// Those of `members` that are alive, without the first.
    fn workers(&self, members: &[Member]) -> Vec<u32> {
        let first = self.running.pid();
        let alive = members.iter().filter(|member| member.state != 'Z');
        alive.map(|it| it.pid).filter(|pid| *pid != first).collect()
    }

    /// Kills those workers; whoever is none of them is left alone.
    fn kill(&self, pids: &[u32]) {
        let members = self.running.family().members();
        let first = self.running.pid();
        let is_meant = |it: &&Member| it.pid != first && pids.contains(&it.pid);
        for worker in members.iter().filter(is_meant) {
            worker.signal(Signal::KILL);
        }
    }

    /// Ends all its processes, after they had time to put their things away,
    /// and tells what they say meanwhile.
    fn end(
        &mut self,
        outcome: Option<&Outcome>,
        tell: &mut impl FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let mut heard = Ok(());
        // Whoever takes more and more does so in that time as well.
        let takes_more = matches!(
            outcome,
            Some(Outcome::Limit(Limit::Processes | Limit::Memory))
        );
        if !takes_more {
            let deadline = Instant::now() + GRACE;
            self.ask_to_end();
            heard = self.hear_until(deadline, tell);
            let time = deadline.saturating_duration_since(Instant::now());
            let _deaf = self.running.family().left_after(time);
        }
        self.kill_all();
        heard.and_then(|()| self.hear_until(Instant::now() + REST, tell))
    }

    /// As Ctrl-C does.
    fn ask_to_end(&self) {
        if let Some(group) = Pid::from_raw(self.running.pid().cast_signed()) {
            let _ = kill_process_group(group, Signal::INT);
        }
    }

    fn hear_until(
        &mut self,
        deadline: Instant,
        tell: &mut impl FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        while Instant::now() < deadline {
            match self.running.wait(None, deadline)? {
                Awaited::Stdout(lines) => {
                    self.tell_lines(Stream::Out, lines, tell)?;
                }
                Awaited::Stderr(lines) => {
                    self.tell_lines(Stream::Err, lines, tell)?;
                }
                Awaited::Cancelled | Awaited::End | Awaited::TimedOut => break,
            }
        }
        Ok(())
    }

    /// Kills all that come from the first, itself, and its group, in case it
    /// has lost what they are known by.
    fn kill_all(&self) {
        self.running.family().kill();
        // It is not waited for yet, so its number is still its own.
        if let Some(first) = Pid::from_raw(self.running.pid().cast_signed()) {
            let _ = kill_process_group(first, Signal::KILL);
            let _ = kill_process(first, Signal::KILL);
        }
    }

    fn ended(mut self) -> anyhow::Result<Event> {
        let exit = Exit::from(self.running.status()?);
        Ok(Event::Ended {
            how: exit.to_string(),
            success: exit.success(),
            perfetto: self.tail.perfetto(),
        })
    }
}
