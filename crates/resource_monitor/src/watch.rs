//! A pool at its tasks, and looks at it meanwhile.

use std::time::{Duration, Instant};

use anyhow::{Context as _, ensure};
use pool_map::{Completions, Pool, TaskError};
use resource_monitor::{Monitor, Screen, Summary};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};
use time_utils::trace::{self, Category};

use crate::work::{Load, WORK};

/// Only then is there a line of the worker at work.
const LOOKS_BEFORE_KILL: usize = 2;

/// A pool, and who looks at it.
pub(crate) struct Watch<'a> {
    pool: &'a Pool,
    screen: &'a Screen,
    interval: Duration,
    monitor: Monitor,
    summary: Summary,
    looks: usize,
    /// Whether somebody is still to be killed.
    kill_one: bool,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(
        pool: &'a Pool,
        screen: &'a Screen,
        interval: Duration,
        kill_one: bool,
    ) -> anyhow::Result<Self> {
        let monitor = Monitor::new()?;
        let summary = Summary::default();
        let looks = 0;
        Ok(Self { pool, screen, interval, monitor, summary, looks, kill_one })
    }

    pub(crate) fn run(mut self, loads: &[Load]) -> anyhow::Result<()> {
        let mut tasks = self.pool.completions(WORK);
        for (place, load) in loads.iter().enumerate() {
            tasks.submit(place, load)?;
        }
        self.screen.begin()?;
        let lost = self.look_until_done(&mut tasks)?;
        ensure!(
            !self.kill_one,
            "no worker was killed: none was at work after the first look: \
             ask for more tasks, or a shorter --interval"
        );
        // Once more, so that no task is left out.
        self.look()?;
        self.screen.summary(&self.summary)?;
        for error in &lost {
            self.screen.lost(error)?;
        }
        Ok(())
    }

    // ANCHOR: look_until_done
    fn look_until_done(
        &mut self,
        tasks: &mut Completions<'_, Load, ()>,
    ) -> anyhow::Result<Vec<TaskError>> {
        let mut lost = Vec::new();
        let mut next_look = Instant::now();
        while tasks.outstanding() > 0 {
            match tasks.next_before(Some(next_look))? {
                Some((_, Ok(()))) => self.summary.tasks_done += 1,
                Some((_, Err(error))) => lost.push(error),
                None => {
                    self.look()?;
                    next_look = Instant::now() + self.interval;
                    if self.kill_one && self.looks >= LOOKS_BEFORE_KILL {
                        self.kill_one = !self.kill_busy()?;
                    }
                }
            }
        }
        Ok(lost)
    }
    // ANCHOR_END: look_until_done

    fn look(&mut self) -> anyhow::Result<()> {
        let _span = trace::span(Category::Task, "look");
        let sample = self.monitor.look(self.pool.status());
        self.summary.add(&sample);
        self.looks += 1;
        Ok(self.screen.sample(&sample)?)
    }

    /// Whether there was somebody at work to kill.
    fn kill_busy(&self) -> anyhow::Result<bool> {
        let workers = self.pool.status();
        let busy = workers.iter().find(|worker| worker.tasks_ahead > 0);
        let Some(busy) = busy else { return Ok(false) };
        let pid = Pid::from_raw(busy.pid.cast_signed());
        match kill_process(pid.context("a PID")?, Signal::KILL) {
            // It has ended meanwhile, as with Ctrl-C.
            Err(Errno::SRCH) => Ok(false),
            killed => Ok(killed.map(|()| true)?),
        }
    }
}
