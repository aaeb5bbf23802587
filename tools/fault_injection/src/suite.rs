//! Many injections, several at once.

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::thread;

use anyhow::{Context as _, bail};
use lesson_check::Member;
use process_spawning::interrupted;

use crate::demonstrations::Demonstration;
use crate::injection::Injection;
use crate::run::{Patience, Seen, disturbed, undisturbed};
use crate::verdict::{Complaint, of_disturbed, of_undisturbed};
use workspace_build::Workspace;

/// The demonstrations, and what each does without a fault.
#[derive(Debug)]
pub struct Suite {
    workspace: Workspace,
    usual: HashMap<String, Seen>,
}

/// An injection, and what came of it.
#[derive(Debug)]
pub struct Tried {
    /// What was tried.
    pub injection: Injection,
    /// What was seen.
    pub seen: Seen,
    /// What was wrong with that.
    pub complaints: Vec<Complaint>,
}

/// Two for each core: most of their time they wait.
#[must_use]
pub fn default_jobs() -> NonZeroUsize {
    let cores = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    cores.saturating_add(cores.get())
}

impl Suite {
    /// Runs each of the demonstrations once without a fault.
    ///
    /// # Errors
    ///
    /// Where one cannot be run, or does something wrong already then.
    pub fn prepare(
        demonstrations: &[Demonstration],
        jobs: NonZeroUsize,
    ) -> anyhow::Result<Self> {
        let workspace = or_interrupted(Workspace::build())?;
        let mut usual = HashMap::new();
        let run = |one: &Demonstration| {
            let seen = undisturbed(one, &workspace, Patience::USUAL);
            seen.with_context(|| format!("cannot run {one}"))
        };
        in_parallel(demonstrations, jobs, run, |one, seen| {
            let seen = or_interrupted(seen)?;
            let complaints = of_undisturbed(&seen);
            if !complaints.is_empty() {
                let told = Story { seen: &seen, complaints: &complaints };
                bail!("without a fault, {one}:\n{told}");
            }
            usual.insert(one.to_string(), seen);
            Ok(())
        })?;
        Ok(Self { workspace, usual })
    }

    /// What a demonstration does without a fault.
    ///
    /// # Panics
    ///
    /// Where it is none of those that the suite was prepared for.
    #[must_use]
    pub fn usual(&self, demonstration: &Demonstration) -> &Seen {
        let usual = self.usual.get(&demonstration.to_string());
        usual.expect("the suite was prepared for it")
    }

    /// Injects all of `injections`, `jobs` at once, and hands what came of
    /// each to `take`, in the order in which they end.
    ///
    /// # Errors
    ///
    /// Where one cannot be run, with Ctrl-C, and the errors of `take`: none
    /// is begun after that.
    pub fn inject(
        &self,
        injections: &[Injection],
        jobs: NonZeroUsize,
        mut take: impl FnMut(Tried) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let try_it = |injection: &Injection| {
            let tried = self.try_one(injection);
            tried.with_context(|| format!("cannot try {injection}"))
        };
        in_parallel(injections, jobs, try_it, |_, tried| {
            take(or_interrupted(tried)?)
        })
    }

    fn try_one(&self, injection: &Injection) -> anyhow::Result<Tried> {
        let usual = self.usual(&injection.demonstration);
        let seen =
            disturbed(injection, &self.workspace, usual.took, Patience::USUAL)?;
        let complaints = of_disturbed(injection, &seen, usual);
        Ok(Tried { injection: injection.clone(), seen, complaints })
    }
}

/// Whatever fails after Ctrl-C, fails by it: those who help us get it, too.
fn or_interrupted<T>(result: anyhow::Result<T>) -> anyhow::Result<T> {
    match interrupted() {
        Some(by) if result.is_err() => Err(by.into()),
        _ => result,
    }
}

/// Has `jobs` threads do the `work`, and this one `take` what comes of it;
/// ends early with its first error.
fn in_parallel<I: Sync, T: Send>(
    items: &[I],
    jobs: NonZeroUsize,
    work: impl Fn(&I) -> T + Sync,
    mut take: impl FnMut(&I, T) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let next = AtomicUsize::new(0);
    let (done, all_done) = channel();
    thread::scope(|scope| {
        for _ in 0..jobs.get() {
            let done = done.clone();
            scope.spawn(|| {
                let done = done;
                while let Some(item) =
                    items.get(next.fetch_add(1, Ordering::Relaxed))
                    && done.send((item, work(item))).is_ok()
                {}
            });
        }
        drop(done);
        // An error drops the receiver, and that ends the threads.
        all_done.into_iter().try_for_each(|(item, result)| take(item, result))
    })
}

/// All there is to know, and how to see it again.
impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { injection, seen, complaints } = self;
        let Injection { seed, number, .. } = injection;
        writeln!(f, "{injection}")?;
        if let Some(struck) = &seen.struck {
            let at = struck.after;
            writeln!(f, "-- hit after {at:.1?}: {}", struck.who)?;
        }
        writeln!(f, "{}", Story { seen, complaints })?;
        write!(
            f,
            "-- again: cargo run -p fault_injection -- \
             --seed {seed} --number {number}"
        )
    }
}

/// What was wrong, and all that was seen.
struct Story<'a> {
    seen: &'a Seen,
    complaints: &'a [Complaint],
}

impl fmt::Display for Story<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Seen { took, stdout, stderr, processes, .. } = self.seen;
        for complaint in self.complaints {
            writeln!(f, "-- {complaint}")?;
        }
        match self.seen.end {
            Some(end) => writeln!(f, "-- it ended after {took:.1?}: {end}")?,
            None => writeln!(f, "-- processes:\n{}", lines(processes))?,
        }
        let (stdout, stderr) = (stdout.trim_end(), stderr.trim_end());
        write!(f, "-- stdout:\n{stdout}\n-- stderr:\n{stderr}")
    }
}

fn lines(members: &[Member]) -> String {
    let lines: Vec<_> = members.iter().map(Member::to_string).collect();
    lines.join("\n")
}
