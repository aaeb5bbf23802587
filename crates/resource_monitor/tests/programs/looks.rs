//! What is seen of workers.

use std::fs::read_dir;
use std::num::NonZeroUsize;
use std::process::{Command, id};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail, ensure};
use pool_map::Pool;
use process_spawning::Process;
use resource_monitor::{
    Demand, Figures, Machine, Monitor, Sample, State, Watched, choose,
    involuntary_switches,
};
use rustix::process::{Pid, Signal, kill_process};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};
use time_utils::print_line;

use crate::workers::{KEEP, LIVE, Life, WHO, WORKERS};

/// Looks until something is seen.
fn look_until<T>(
    mut look: impl FnMut() -> anyhow::Result<Option<T>>,
) -> anyhow::Result<T> {
    let deadline = Instant::now() + Duration::from_secs(20);
    while Instant::now() < deadline {
        if let Some(seen) = look()? {
            return Ok(seen);
        }
        sleep(Duration::from_millis(5));
    }
    bail!("it is never seen");
}

fn figures(sample: &Sample, worker: usize) -> anyhow::Result<&Figures> {
    sample.workers[worker].figures.as_ref().context("it is gone")
}

fn live(life: Life) -> anyhow::Result<Process> {
    Ok(Process::target(LIVE).start(life)?)
}

fn send(signal: Signal, pid: u32) -> anyhow::Result<()> {
    let pid = Pid::from_raw(pid.cast_signed()).context("a PID")?;
    Ok(kill_process(pid, signal)?)
}

pub(crate) fn first_look() -> anyhow::Result<()> {
    let worker = live(Life::Busy)?;
    let mut monitor = Monitor::new()?;
    let first = monitor.look([&worker]);
    ensure!(figures(&first, 0)?.cpu_percent.is_none(), "{first:?}");
    let second = monitor.look([&worker]);
    ensure!(figures(&second, 0)?.cpu_percent.is_some(), "{second:?}");
    ensure!(second.seconds > first.seconds, "{first:?} {second:?}");
    ensure!(second.workers[0].worker == worker.name(), "{second:?}");
    ensure!(second.workers[0].pid == worker.pid(), "{second:?}");
    Ok(())
}

pub(crate) fn busy_and_idle() -> anyhow::Result<()> {
    let workers = [live(Life::Busy)?, live(Life::Idle)?];
    let mut monitor = Monitor::new()?;
    let first = monitor.look(&workers);
    let before = figures(&first, 0)?.cpu_seconds;
    let sample = look_until(|| {
        let sample = monitor.look(&workers);
        let computed = figures(&sample, 0)?.cpu_seconds - before;
        Ok((computed > 0.3).then_some(sample))
    })?;
    let [busy, idle] = [figures(&sample, 0)?, figures(&sample, 1)?];
    ensure!(busy.cpu_seconds > idle.cpu_seconds + 0.2, "{sample:?}");
    let state = sample.workers[1].state;
    ensure!(state == State::Sleeping, "{sample:?}");
    look_until(|| {
        let sample = monitor.look(&workers);
        let [busy, idle] = [figures(&sample, 0)?, figures(&sample, 1)?];
        Ok((busy.cpu_percent > idle.cpu_percent).then_some(()))
    })
}

const KEPT_BYTES: usize = 64 << 20;

pub(crate) fn memory() -> anyhow::Result<()> {
    let pool = Pool::builder(WORKERS).workers(1).start()?;
    let mut monitor = Monitor::new()?;
    let before = monitor.look(pool.status());
    pool.apply(KEEP, KEPT_BYTES)?;
    let after = monitor.look(pool.status());
    ensure!(after.workers[0].tasks_done == 1, "{after:?}");
    let [before, after] = [figures(&before, 0)?, figures(&after, 0)?];
    let kept = KEPT_BYTES as u64;
    ensure!(before.rss_bytes < kept && after.rss_bytes >= kept, "{after:?}");
    ensure!(after.peak_rss_bytes >= Some(kept), "{after:?}");
    let pss = after.pss_bytes.context("our own worker's")?;
    // The program itself is shared with the parent.
    ensure!(pss >= kept && pss < after.rss_bytes, "{after:?}");
    Ok(())
}

pub(crate) fn without_pss() -> anyhow::Result<()> {
    let worker = live(Life::Idle)?;
    let sample = Monitor::new()?.without_pss().look([&worker]);
    let figures = figures(&sample, 0)?;
    ensure!(figures.pss_bytes.is_none() && figures.threads.is_some());
    Ok(())
}

pub(crate) fn stopped() -> anyhow::Result<()> {
    let worker = live(Life::Busy)?;
    let mut monitor = Monitor::new()?;
    let mut until = |state| {
        look_until(|| {
            let seen = monitor.look([&worker]).workers[0].state;
            Ok((seen == state).then_some(()))
        })
    };
    until(State::Running)?;
    send(Signal::STOP, worker.pid())?;
    until(State::Stopped)?;
    send(Signal::CONT, worker.pid())?;
    until(State::Running)
}

pub(crate) fn zombie() -> anyhow::Result<()> {
    let mut child = Command::new("/proc/self/exe").arg("nobody").spawn()?;
    let watched =
        Watched { worker: "child".into(), pid: child.id(), tasks_done: 0 };
    let mut monitor = Monitor::new()?;
    look_until(|| {
        let sample = monitor.look([watched.clone()]);
        Ok((sample.workers[0].state == State::Zombie).then_some(()))
    })?;
    child.wait()?;
    let sample = monitor.look([watched]);
    ensure!(sample.workers[0].state == State::Gone, "{sample:?}");
    Ok(())
}

pub(crate) fn killed() -> anyhow::Result<()> {
    let mut worker = live(Life::Busy)?;
    let other = live(Life::Idle)?;
    let mut monitor = Monitor::new()?;
    monitor.look([&worker, &other]);
    worker.kill()?;
    worker.join()?;
    for _ in 0..2 {
        let sample = monitor.look([&worker, &other]);
        let states = sample.workers.iter().map(|w| w.state == State::Gone);
        ensure!(states.eq([true, false]), "{sample:?}");
        let known = sample.workers.iter().map(|w| w.figures.is_some());
        ensure!(known.eq([false, true]), "{sample:?}");
    }
    Ok(())
}

pub(crate) fn replaced() -> anyhow::Result<()> {
    let pool = Pool::builder(WORKERS).workers(1).start()?;
    let mut monitor = Monitor::new()?;
    let old = pool.apply(WHO, ())?.cast_unsigned();
    monitor.look(pool.status());
    send(Signal::KILL, old)?;
    let fresh = look_until(|| {
        let answer = pool.apply(WHO, ());
        Ok(answer.ok().map(i32::cast_unsigned).filter(|pid| *pid != old))
    })?;
    let sample = monitor.look(pool.status());
    let seen: Vec<_> =
        sample.workers.iter().map(|w| (w.pid, w.tasks_done)).collect();
    ensure!(seen == [(fresh, 1), (old, 1)], "{sample:?}");
    ensure!(sample.workers[0].worker == "Worker-2", "{sample:?}");
    ensure!(sample.workers[1].state == State::Gone, "{sample:?}");
    // It is told once.
    let next = monitor.look(pool.status());
    ensure!(next.workers.len() == 1, "{next:?}");
    Ok(())
}

pub(crate) fn forgotten() -> anyhow::Result<()> {
    let [worker, other] = [live(Life::Idle)?, live(Life::Idle)?];
    let mut monitor = Monitor::new()?;
    monitor.look([&worker, &other]);
    // It lives: nobody asks for it any more.
    let sample = monitor.look([&other]);
    ensure!(sample.workers.len() == 1, "{sample:?}");
    let pid = worker.pid();
    drop(worker);
    for gone in [&[pid][..], &[]] {
        let sample = monitor.look([&other]);
        let pids = sample.workers.iter().skip(1).map(|worker| worker.pid);
        ensure!(pids.eq(gone.iter().copied()), "{sample:?}");
    }
    Ok(())
}

pub(crate) fn nobody() -> anyhow::Result<()> {
    let mut monitor = Monitor::new()?;
    let nobody = Vec::<Watched>::new;
    ensure!(monitor.look(nobody()).workers.is_empty());
    // No system gives a process such a PID.
    let pids = [0, i32::MAX.cast_unsigned(), u32::MAX];
    let watched = pids.map(|pid| Watched {
        worker: format!("worker {pid}"),
        pid,
        tasks_done: 3,
    });
    for _ in 0..2 {
        let sample = monitor.look(watched.clone());
        let gone = |worker: &resource_monitor::Reading| {
            worker.state == State::Gone && worker.tasks_done == 3
        };
        ensure!(sample.workers.iter().all(gone), "{sample:?}");
    }
    ensure!(monitor.look(nobody()).workers.is_empty());
    Ok(())
}

pub(crate) fn twice() -> anyhow::Result<()> {
    let worker = live(Life::Idle)?;
    let mut monitor = Monitor::new()?;
    for _ in 0..3 {
        let sample = monitor.look([&worker, &worker]);
        figures(&sample, 0)?;
        figures(&sample, 1)?;
    }
    Ok(())
}

pub(crate) fn threads() -> anyhow::Result<()> {
    let workers = [live(Life::Idle)?, live(Life::Threads(5))?];
    let mut monitor = Monitor::new()?;
    look_until(|| {
        let sample = monitor.look(&workers);
        let few = figures(&sample, 0)?.threads.context("threads")?;
        let many = figures(&sample, 1)?.threads;
        Ok((many == Some(few + 5)).then_some(()))
    })
}

pub(crate) fn switches() -> anyhow::Result<()> {
    // More threads than there are cores, in one process: the first of them
    // only waits.
    let cores = Machine::look()?.affinity.get();
    let crowd = live(Life::Threads(2 * cores))?;
    look_until(|| {
        let switches = involuntary_switches(crowd.pid());
        let switches = switches.context("it lives")?;
        Ok((switches > 20).then_some(()))
    })?;
    ensure!(involuntary_switches(id()).is_some());
    ensure!(involuntary_switches(i32::MAX.cast_unsigned()).is_none());
    Ok(())
}

pub(crate) fn belongings() -> anyhow::Result<()> {
    let worker = live(Life::Idle)?;
    let mut monitor = Monitor::new()?;
    monitor.look([&worker]);
    let descriptors = || anyhow::Ok(read_dir("/proc/self/fd")?.count());
    let threads = || anyhow::Ok(read_dir("/proc/self/task")?.count());
    let before = (descriptors()?, threads()?);
    for _ in 0..100 {
        monitor.look([&worker]);
    }
    ensure!(before == (descriptors()?, threads()?));
    Ok(())
}

pub(crate) fn one_core() -> anyhow::Result<()> {
    let allowed = sched_getaffinity(None)?;
    let mut one = CpuSet::new();
    let first = (0..CpuSet::MAX_CPU).find(|cpu| allowed.is_set(*cpu));
    one.set(first.context("a core for us")?);
    sched_setaffinity(None, &one)?;
    let machine = Machine::look()?;
    let size = choose(&machine, &Demand::default());
    ensure!(machine.affinity == NonZeroUsize::MIN, "{machine:?}");
    ensure!(size.workers == NonZeroUsize::MIN, "{size:?}");
    // Python's `cpu_count()` is this one.
    print_line(format_args!("cores: {}", machine.logical_cores))?;
    Ok(())
}
