//! Looking at workers from outside, again and again.

use std::collections::BTreeSet;
use std::mem;
use std::time::{Duration, Instant};

use pool_map::WorkerStatus;
use process_spawning::Process;
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::linux::{peak_bytes, proportional_bytes, status};
use crate::sample::{Figures, Reading, Sample, State};

/// Whom to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The name to show.
    pub worker: String,
    /// The process.
    pub pid: u32,
    /// What no system knows: how many tasks it has reported.
    pub tasks_done: usize,
}

impl From<WorkerStatus> for Watched {
    fn from(status: WorkerStatus) -> Self {
        let WorkerStatus { name, pid, tasks_done, .. } = status;
        Self { worker: name, pid, tasks_done }
    }
}

impl From<&Process> for Watched {
    fn from(process: &Process) -> Self {
        let worker = process.name().to_owned();
        Self { worker, pid: process.pid(), tasks_done: 0 }
    }
}

/// Looks at processes from outside, and remembers the last look: how busy
/// somebody is can only be said of the time between two.
///
/// Whoever was seen and has ended is seen once more, as [`State::Gone`].
/// Another process that has got the same PID meanwhile is not mistaken
/// for it. (Where our own process has no descriptor left, it can see nobody,
/// and whoever lives is as good as gone.)
///
/// Python has `psutil.Process` for one process, which must be asked for, and
/// raises `NoSuchProcess` where it is gone.
#[derive(Debug)]
pub struct Monitor {
    system: System,
    start: Instant,
    known: Vec<Known>,
    proportional: bool,
}

/// Somebody whom we have looked at, and who was not yet told to be gone.
#[derive(Debug)]
struct Known {
    watched: Watched,
    /// When it began: another process of the same PID began later.
    began: Option<u64>,
    /// When we looked, and how long it had computed until then; nothing
    /// where it was gone.
    last: Option<(Instant, Duration)>,
}

impl Monitor {
    /// A monitor that has seen nothing yet.
    ///
    /// # Errors
    ///
    /// Where sysinfo does not support this system.
    pub fn new() -> Result<Self, sysinfo::Error> {
        Ok(Self {
            system: System::new()?,
            start: Instant::now(),
            known: Vec::new(),
            proportional: true,
        })
    }

    /// Leaves out [`Figures::pss_bytes`], the dearest of all figures.
    #[must_use]
    pub fn without_pss(self) -> Self {
        Self { proportional: false, ..self }
    }

    // ANCHOR: look
    /// Looks at these workers now, and once more at those of earlier looks
    /// who have ended since.
    pub fn look<W: Into<Watched>>(
        &mut self,
        workers: impl IntoIterator<Item = W>,
    ) -> Sample {
        let workers: Vec<Watched> =
            workers.into_iter().map(Into::into).collect();
        self.refresh(&workers);
        let now = Instant::now();
        let mut before = mem::take(&mut self.known);
        let mut readings = Vec::new();
        for watched in workers {
            let mut known = self.recall(watched, &mut before);
            readings.push(self.read(&mut known, now));
            self.known.push(known);
        }
        before.retain(|known| known.last.is_some());
        let (ended, others): (Vec<_>, Vec<_>) =
            before.into_iter().partition(|known| self.has_ended(known));
        readings.extend(ended.iter().map(|known| gone(&known.watched)));
        // Who is no longer named may be about to end.
        self.known.extend(others);
        let seconds = (now - self.start).as_secs_f64();
        Sample { seconds, workers: readings }
    }
    // ANCHOR_END: look

    fn refresh(&mut self, workers: &[Watched]) {
        let before = self.known.iter().map(|known| &known.watched);
        let all = workers.iter().chain(before);
        // Each once: sysinfo drops a process that it is asked for twice.
        let pids: BTreeSet<_> = all.map(|w| Pid::from_u32(w.pid)).collect();
        let pids: Vec<_> = pids.into_iter().collect();
        let what = ProcessRefreshKind::nothing()
            .with_cpu()
            .with_memory()
            .without_tasks();
        let pids = ProcessesToUpdate::Some(&pids);
        self.system.refresh_processes_specifics(pids, true, what);
    }

    /// What we know of it, which is then no longer in `before`.
    fn recall(&self, watched: Watched, before: &mut Vec<Known>) -> Known {
        let is_it = |known: &Known| {
            known.watched.pid == watched.pid
                && known.watched.worker == watched.worker
        };
        if let Some(place) = before.iter().position(is_it) {
            return Known { watched, ..before.remove(place) };
        }
        let process = self.system.process(Pid::from_u32(watched.pid));
        let began = process.map(sysinfo::Process::start_time);
        Known { watched, began, last: None }
    }

    /// The process that we know, if it is still the same.
    fn process(&self, known: &Known) -> Option<&sysinfo::Process> {
        let process = self.system.process(Pid::from_u32(known.watched.pid));
        process.filter(|process| Some(process.start_time()) == known.began)
    }

    fn has_ended(&self, known: &Known) -> bool {
        self.process(known).is_none_or(is_zombie)
    }

    // ANCHOR: read
    fn read(&self, known: &mut Known, now: Instant) -> Reading {
        let Some(process) = self.process(known) else {
            known.last = None;
            return gone(&known.watched);
        };
        let cpu = Duration::from_millis(process.accumulated_cpu_time());
        let before = known.last.replace((now, cpu));
        let Watched { worker, pid, tasks_done } = known.watched.clone();
        let status = status(pid);
        let pss_bytes = self.proportional.then(|| proportional_bytes(pid));
        let figures = Figures {
            cpu_percent: before.map(|(then, cpu_then)| {
                let computed = cpu.saturating_sub(cpu_then);
                100.0 * computed.div_duration_f64(now - then)
            }),
            cpu_seconds: cpu.as_secs_f64(),
            rss_bytes: process.memory(),
            peak_rss_bytes: status.as_ref().and_then(peak_bytes),
            pss_bytes: pss_bytes.flatten(),
            threads: status.map(|status| status.threads),
        };
        let state = process.status().into();
        Reading { worker, pid, state, tasks_done, figures: Some(figures) }
    }
    // ANCHOR_END: read
}

fn is_zombie(process: &sysinfo::Process) -> bool {
    State::from(process.status()) == State::Zombie
}

fn gone(watched: &Watched) -> Reading {
    let Watched { worker, pid, tasks_done } = watched.clone();
    Reading { worker, pid, state: State::Gone, tasks_done, figures: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOBODY: [Watched; 0] = [];

    fn me() -> Watched {
        let worker = "Worker-1".into();
        Watched { worker, pid: std::process::id(), tasks_done: 0 }
    }

    #[test]
    fn another_process_of_the_same_pid_is_not_taken_for_the_old_one() {
        let mut monitor = Monitor::new().unwrap();
        monitor.look([me()]);
        // As if somebody else had had our PID then.
        monitor.known[0].began = Some(1);
        for _ in 0..2 {
            let sample = monitor.look([me()]);
            assert_eq!(sample.workers, [gone(&me())]);
        }
        // It is told once that it is gone, and not again.
        assert_eq!(monitor.look(NOBODY).workers, []);
    }

    #[test]
    fn whoever_ends_after_it_was_named_the_last_time_is_told_to_be_gone() {
        let mut monitor = Monitor::new().unwrap();
        monitor.look([me()]);
        // A pool has given it up, and it takes a moment to end.
        assert_eq!(monitor.look(NOBODY).workers, []);
        // As if it had ended.
        monitor.known[0].began = Some(1);
        assert_eq!(monitor.look(NOBODY).workers, [gone(&me())]);
        assert_eq!(monitor.look(NOBODY).workers, []);
    }
}
