//! What all looks together have seen.

use std::fmt;

use serde::Serialize;

use crate::sample::{Figures, Reading, Sample};
use crate::table::{Mebibytes, OrDash};

/// What all looks together have seen.
///
/// What a worker did and used between the last look at it and its end, nobody
/// has seen: it is not in here.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// When the last look was: seconds since the monitor was made.
    pub seconds: f64,
    /// How many tasks are done: for whoever has their results to say.
    pub tasks_done: usize,
    /// Everyone who was ever seen.
    pub workers: Vec<WorkerSummary>,
    /// The most that all had at one look, where a page that is shared counts
    /// for each.
    pub peak_rss_bytes: u64,
    /// The same, where such a page counts once; what is shared with others,
    /// such as the parent, counts in part. Nothing where it was never known.
    pub peak_pss_bytes: Option<u64>,
}

/// What one worker has done and used.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkerSummary {
    /// Its name.
    pub worker: String,
    /// Its PID.
    pub pid: u32,
    /// How many tasks it had reported when it was last looked at.
    pub tasks_done: usize,
    /// How long it had computed by then, since the first look or since it
    /// began, whichever was later.
    pub cpu_seconds: f64,
    /// The most memory that it has had, also between looks.
    pub peak_rss_bytes: u64,
    /// How long it had computed before the first look.
    #[serde(skip)]
    cpu_seconds_before: f64,
}

impl Summary {
    /// Takes in one more look.
    pub fn add(&mut self, sample: &Sample) {
        self.seconds = sample.seconds;
        let is_first = self.workers.is_empty();
        for reading in &sample.workers {
            let worker = self.of(reading);
            if is_first {
                worker.begin(reading);
            }
            worker.add(reading);
        }
        let rss = sample.figures().map(|figures| figures.rss_bytes).sum();
        self.peak_rss_bytes = self.peak_rss_bytes.max(rss);
        // Where one of them is not known, the sum is not, either.
        let pss = sample.figures().map(|figures| figures.pss_bytes).sum();
        self.peak_pss_bytes = self.peak_pss_bytes.max(pss);
    }

    fn of(&mut self, reading: &Reading) -> &mut WorkerSummary {
        let is_it = |worker: &WorkerSummary| {
            worker.pid == reading.pid && worker.worker == reading.worker
        };
        let place = self.workers.iter().position(is_it);
        let place = place.unwrap_or_else(|| {
            self.workers.push(WorkerSummary::new(reading));
            self.workers.len() - 1
        });
        &mut self.workers[place]
    }

    /// How long all workers together have computed since the first look.
    #[must_use]
    pub fn cpu_seconds(&self) -> f64 {
        self.workers.iter().map(|worker| worker.cpu_seconds).sum()
    }
}

impl WorkerSummary {
    fn new(reading: &Reading) -> Self {
        Self {
            worker: reading.worker.clone(),
            pid: reading.pid,
            tasks_done: 0,
            cpu_seconds: 0.0,
            peak_rss_bytes: 0,
            cpu_seconds_before: 0.0,
        }
    }

    /// Leaves out what it computed before anybody looked.
    fn begin(&mut self, reading: &Reading) {
        let Some(figures) = &reading.figures else { return };
        self.cpu_seconds_before = figures.cpu_seconds;
    }

    fn add(&mut self, reading: &Reading) {
        self.tasks_done = reading.tasks_done;
        let Some(figures) = &reading.figures else { return };
        let Figures { cpu_seconds, rss_bytes, peak_rss_bytes, .. } = figures;
        self.cpu_seconds = cpu_seconds - self.cpu_seconds_before;
        let peak = peak_rss_bytes.unwrap_or(*rss_bytes);
        self.peak_rss_bytes = self.peak_rss_bytes.max(peak);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "worker         PID  tasks  CPU seconds  peak RSS MiB")?;
        for worker in &self.workers {
            writeln!(f, "{worker}")?;
        }
        let (tasks, seconds) = (self.tasks_done, self.seconds);
        let (cpu, busy) = (self.cpu_seconds(), self.cpu_seconds() / seconds);
        writeln!(
            f,
            "{tasks} tasks in {seconds:.2} seconds, {cpu:.2} of CPU time: \
             {busy:.1} cores were busy"
        )?;
        let rss = Mebibytes(self.peak_rss_bytes);
        let pss = OrDash(self.peak_pss_bytes.map(Mebibytes));
        write!(
            f,
            "at most {rss:.1} MiB in a look by RSS, {pss:.1} MiB by PSS, \
             which counts a shared page once"
        )
    }
}

impl fmt::Display for WorkerSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            worker, pid, tasks_done, cpu_seconds, peak_rss_bytes, ..
        } = self;
        let peak = Mebibytes(*peak_rss_bytes);
        write!(
            f,
            "{worker:<10} {pid:>7}  {tasks_done:>5}  {cpu_seconds:>11.2}  \
             {peak:>12.1}"
        )
    }
}

#[cfg(test)]
mod tests {
    use crate::sample::State;

    use super::*;

    fn reading(pid: u32, tasks_done: usize, mebibytes: u64) -> Reading {
        let figures = Figures {
            cpu_percent: None,
            cpu_seconds: 0.5,
            rss_bytes: mebibytes << 20,
            peak_rss_bytes: None,
            pss_bytes: Some(mebibytes << 19),
            threads: None,
        };
        Reading {
            worker: format!("Worker-{pid}"),
            pid,
            state: State::Running,
            tasks_done,
            figures: Some(figures),
        }
    }

    fn sample(workers: Vec<Reading>) -> Sample {
        Sample { seconds: 1.0, workers }
    }

    #[test]
    fn who_is_gone_or_replaced_still_counts_with_what_was_last_known() {
        let mut summary = Summary::default();
        summary.add(&sample(vec![reading(1, 2, 10), reading(2, 1, 30)]));
        let gone =
            Reading { state: State::Gone, figures: None, ..reading(1, 3, 0) };
        summary.add(&sample(vec![reading(2, 4, 20), reading(3, 1, 5), gone]));
        let done: Vec<_> =
            summary.workers.iter().map(|w| (w.pid, w.tasks_done)).collect();
        assert_eq!(done, [(1, 3), (2, 4), (3, 1)]);
        let peaks: Vec<_> =
            summary.workers.iter().map(|w| w.peak_rss_bytes >> 20).collect();
        assert_eq!(peaks, [10, 30, 5]);
        assert_eq!(summary.peak_rss_bytes, 40 << 20);
        assert_eq!(summary.peak_pss_bytes, Some(20 << 20));
    }

    #[test]
    fn cores_are_busy_with_what_was_computed_since_the_first_look() {
        let at = |seconds, workers: &[(u32, f64)]| Sample {
            seconds,
            workers: workers
                .iter()
                .map(|(pid, cpu_seconds)| {
                    let mut reading = reading(*pid, 0, 1);
                    let figures = reading.figures.as_mut();
                    figures.unwrap().cpu_seconds = *cpu_seconds;
                    reading
                })
                .collect(),
        };
        let mut summary = Summary::default();
        summary.add(&at(0.0, &[(1, 5.0), (2, 7.0)]));
        summary.add(&at(1.0, &[(1, 5.5), (2, 7.75)]));
        // Another has come meanwhile: all that it computed was since then.
        summary.add(&at(2.0, &[(1, 6.5), (3, 0.75)]));
        let each = summary.workers.iter().map(|worker| worker.cpu_seconds);
        assert!(each.eq([1.5, 0.75, 0.75]), "{summary}");
        let line = "3.00 of CPU time: 1.5 cores were busy";
        assert!(summary.to_string().contains(line), "{summary}");
    }

    #[test]
    fn a_sum_of_which_a_part_is_unknown_is_unknown() {
        let mut unknown = reading(2, 0, 1);
        unknown.figures.as_mut().unwrap().pss_bytes = None;
        let mut summary = Summary::default();
        summary.add(&sample(vec![reading(1, 0, 1), unknown]));
        assert_eq!(summary.peak_pss_bytes, None);
    }
}
