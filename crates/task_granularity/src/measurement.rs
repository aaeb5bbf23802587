//! All of it measured: what things cost, the ways, and the chunk sizes.

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::Context as _;
use pool_map::automatic_chunk_size;
use side_by_side::{Contender, medians};

use crate::crew::{Crew, Trial, Way};
use crate::model::{Costs, times_as_long};
use crate::probes::Probes;
use crate::work::{Work, chunk_sizes};

/// What to measure.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// What there is to do.
    pub work: Work,
    /// How often everything is measured: the median counts.
    pub rounds: NonZeroUsize,
}

/// What came of a [`Plan`].
#[derive(Clone, Debug, PartialEq)]
pub struct Measurement {
    /// What was done.
    pub work: Work,
    /// What things cost here.
    pub costs: Costs,
    /// How long threads took, by rayon.
    pub threads: Duration,
    /// Processes, with the chunk size that the pool chooses by itself.
    pub automatic: Point,
    /// Processes, with each of [`chunk_sizes`].
    pub points: Vec<Point>,
}

/// One chunk size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// How many tasks are in a message.
    pub chunk_size: NonZeroUsize,
    /// How many messages there are.
    pub messages: usize,
    /// How long it took.
    pub measured: Duration,
    /// How long it should take, by the [`Costs`].
    pub predicted: Duration,
}

impl Measurement {
    /// The fastest chunk size.
    #[must_use]
    pub fn best(&self) -> &Point {
        let fastest = self.points.iter().min_by_key(|point| point.measured);
        fastest.unwrap_or(&self.automatic)
    }

    /// How many times as fast as one thread something is that takes `time`.
    #[must_use]
    pub fn speed_up(&self, time: Duration) -> f64 {
        times_as_long(self.costs.one_thread, time)
    }
}

impl Point {
    /// How many times as long it took as was predicted.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        times_as_long(self.measured, self.predicted)
    }
}

impl Plan {
    /// How many single measurements it takes.
    #[must_use]
    pub fn steps(&self) -> usize {
        let sizes = chunk_sizes(self.work.tasks).len();
        // One thread, threads, and the automatic chunk size.
        self.rounds.get() * (Probes::TRIALS + 3 + sizes)
    }

    /// Measures everything, and calls `step` after each single measurement.
    ///
    /// # Errors
    ///
    /// After Ctrl-C, or where a worker was killed.
    pub fn measure(
        &self,
        crew: &Crew,
        step: impl Fn(),
    ) -> anyhow::Result<Measurement> {
        let (work, workers) = (self.work, crew.workers());
        let (lengths, probes) = (work.lengths(), Probes::of(workers));
        let automatic = automatic_chunk_size(lengths.len(), workers.get());
        let sizes = [&[automatic], &chunk_sizes(work.tasks)[..]].concat();

        let mut trials = probes.trials().to_vec();
        trials
            .extend([Way::OneThread, Way::Threads].map(|way| (way, &*lengths)));
        let by_processes = sizes.iter().copied().map(Way::Processes);
        trials.extend(by_processes.map(|way| (way, &*lengths)));

        let times = in_turns(crew, &trials, self.rounds, &step)?;
        let missing = "a time for each trial";
        let (costs, times) = times.split_first_chunk().context(missing)?;
        let (ways, times) = times.split_first_chunk().context(missing)?;
        let [one_thread, threads] = *ways;
        let costs = probes.costs(*costs, one_thread);
        let mut points = sizes.iter().zip(times).map(|(size, time)| Point {
            chunk_size: *size,
            messages: lengths.len().div_ceil(size.get()),
            measured: *time,
            predicted: costs.predict(&lengths, *size),
        });
        let automatic = points.next().context(missing)?;
        let points = points.collect();
        Ok(Measurement { work, costs, threads, automatic, points })
    }
}

/// The median time of each trial. In turns, so that a machine that is busy
/// for a while is busy for all of them.
fn in_turns(
    crew: &Crew,
    trials: &[Trial<'_>],
    rounds: NonZeroUsize,
    step: &dyn Fn(),
) -> anyhow::Result<Vec<Duration>> {
    let contenders = trials.iter().map(|(way, lengths)| {
        Contender::new("cannot measure", move || {
            crew.time(*way, lengths).inspect(|_| step())
        })
    });
    medians(&mut contenders.collect::<Vec<_>>(), rounds.get())
}
