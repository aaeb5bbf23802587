//! How many workers a pool should have, and why.

use std::fmt;
use std::num::NonZeroUsize;

use serde::Serialize;

use crate::table::{Mebibytes, OrDash};

/// What there is to be shared out among workers.
///
/// [`Machine::look`](crate::Machine::look) reads it from the system.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Machine {
    /// Logical cores. Two of them may be hyper-threads of one real core.
    pub logical_cores: NonZeroUsize,
    /// On how many of them this process may run: its affinity.
    pub affinity: NonZeroUsize,
    /// How many seconds of CPU time its control groups give it in a second:
    /// 1.5 for a container that was started with one and a half cores.
    pub cpu_quota: Option<f64>,
    /// The memory of the machine that can be had without anybody being put
    /// out.
    pub available_bytes: u64,
    /// The limit of our control groups, if there is one.
    pub memory_limit: Option<MemoryLimit>,
}

/// A limit that the system keeps: who goes beyond it is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MemoryLimit {
    /// The most that all processes of the control group may have.
    pub limit_bytes: u64,
    /// What is left of it, with what the kernel can give up: the contents of
    /// files that nobody has used for a while.
    pub left_bytes: u64,
}

/// What the work needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Demand {
    /// So many, whatever is found.
    pub workers: Option<NonZeroUsize>,
    /// How many tasks there are, where that is known: for more workers there
    /// would be nothing to do.
    pub tasks: Option<NonZeroUsize>,
    /// How many threads each worker computes with.
    pub threads_per_worker: NonZeroUsize,
    /// The memory that each worker needs.
    pub memory_per_worker: Option<u64>,
    /// The memory that all workers together may take; without it, three
    /// quarters of what is available. The rest is for the parent, for files
    /// that are read, and for what somebody else starts meanwhile.
    pub memory_budget: Option<u64>,
}

impl Default for Demand {
    /// Workers with one thread, of whom nothing else is known.
    fn default() -> Self {
        Self {
            workers: None,
            tasks: None,
            threads_per_worker: NonZeroUsize::MIN,
            memory_per_worker: None,
            memory_budget: None,
        }
    }
}

/// How many workers, and why.
///
/// Displayed, it is a table: what allows how many, and at last the pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PoolSize {
    /// So many.
    pub workers: NonZeroUsize,
    /// All that was looked at.
    pub limits: Vec<Limit>,
    /// What decided.
    pub because: Because,
}

/// What something allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Limit {
    /// What it is that allows it.
    pub of: Resource,
    /// How many workers it allows; nothing where it sets no limit.
    pub workers: Option<usize>,
    /// From which figures that follows.
    pub why: String,
}

/// What workers need, and there is not without end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// Logical cores.
    Cores,
    /// Those of them that we may run on.
    Affinity,
    /// CPU time.
    Quota,
    /// Memory.
    Memory,
    /// Something to do.
    Tasks,
}

/// What decided on the size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The least of all limits.
    Least(Resource),
    /// There must be one, although there is no room for it.
    AtLeastOne(Resource),
    /// Somebody asked for so many. By its limits it would be so many.
    AskedFor {
        /// The number that would be right.
        rather: usize,
    },
}

// ANCHOR: choose
/// Chooses how many workers there should be: as many as the scarcest
/// resource allows.
#[must_use]
pub fn choose(machine: &Machine, demand: &Demand) -> PoolSize {
    let limits = vec![
        cores(machine, demand),
        affinity(machine, demand),
        quota(machine, demand),
        memory(machine, demand),
        tasks(demand),
    ];
    let counted = limits.iter().filter_map(|l| Some((l.workers?, l.of)));
    // The first of several that are equal: the cores are always there.
    let least = counted.min_by_key(|(workers, _)| *workers);
    let (workers, of) = least.unwrap_or((1, Resource::Cores));
    let (workers, because) = match (demand.workers, NonZeroUsize::new(workers))
    {
        (Some(asked), _) => {
            (asked, Because::AskedFor { rather: workers.max(1) })
        }
        (None, Some(workers)) => (workers, Because::Least(of)),
        (None, None) => (NonZeroUsize::MIN, Because::AtLeastOne(of)),
    };
    PoolSize { workers, limits, because }
}
// ANCHOR_END: choose

/// What so many cores allow. A worker with several threads needs as many;
/// one worker there can always be, with fewer threads.
fn of_cores(of: Resource, cores: usize, what: &str, demand: &Demand) -> Limit {
    let threads = demand.threads_per_worker;
    let why = match threads.get() {
        1 => format!("{what}: {cores}"),
        _ => format!("{what}: {cores}, threads in each worker: {threads}"),
    };
    Limit { of, workers: Some((cores / threads).max(1)), why }
}

fn cores(machine: &Machine, demand: &Demand) -> Limit {
    let cores = machine.logical_cores.get();
    of_cores(Resource::Cores, cores, "logical cores", demand)
}

fn affinity(machine: &Machine, demand: &Demand) -> Limit {
    let cores = machine.affinity.get();
    of_cores(Resource::Affinity, cores, "of them for this process", demand)
}

fn quota(machine: &Machine, demand: &Demand) -> Limit {
    let of = Resource::Quota;
    let Some(quota) = machine.cpu_quota else {
        let why = "no quota of CPU time is set".into();
        return Limit { of, workers: None, why };
    };
    // Up, not down: two workers use one and a half cores, and one does not.
    let what = format!("{quota:.2} seconds of CPU time a second, in cores");
    of_cores(of, rounded_up(quota), &what, demand)
}

// ANCHOR: memory
fn memory(machine: &Machine, demand: &Demand) -> Limit {
    let of = Resource::Memory;
    let Some(each) = demand.memory_per_worker.filter(|each| *each > 0) else {
        let why = "nobody has said what a worker needs".into();
        return Limit { of, workers: None, why };
    };
    let (available, which) = available(machine);
    let budget = demand.memory_budget.unwrap_or(available / 4 * 3);
    let workers = usize::try_from(budget / each).unwrap_or(usize::MAX);
    let [available, budget, each] = [available, budget, each].map(Mebibytes);
    let why = format!(
        "MiB {which}: {available:.0}, for workers: {budget:.0}, \
         for each: {each:.0}"
    );
    Limit { of, workers: Some(workers), why }
}

fn available(machine: &Machine) -> (u64, String) {
    let of_machine = machine.available_bytes;
    match machine.memory_limit {
        Some(MemoryLimit { limit_bytes, left_bytes })
            if left_bytes < of_machine =>
        {
            let limit = Mebibytes(limit_bytes);
            (left_bytes, format!("left of a limit of {limit:.0}"))
        }
        _ => (of_machine, "available".into()),
    }
}
// ANCHOR_END: memory

fn tasks(demand: &Demand) -> Limit {
    let workers = demand.tasks.map(NonZeroUsize::get);
    let why = match workers {
        Some(tasks) => format!("tasks: {tasks}"),
        None => "nobody has said how many there are".into(),
    };
    Limit { of: Resource::Tasks, workers, why }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what is out of range becomes the end of the range"
)]
fn rounded_up(cores: f64) -> usize {
    (cores.ceil() as usize).max(1)
}

impl fmt::Display for PoolSize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10}{:>7}  why", "limit", "workers")?;
        for Limit { of, workers, why } in &self.limits {
            let workers = OrDash(*workers);
            writeln!(f, "{of:<10}{workers:>7}  {why}")?;
        }
        write!(f, "{:<10}{:>7}  {}", "the pool", self.workers, self.because)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Cores => "cores",
            Self::Affinity => "affinity",
            Self::Quota => "quota",
            Self::Memory => "memory",
            Self::Tasks => "tasks",
        })
    }
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Least(of) => write!(f, "the least of these: {of}"),
            Self::AtLeastOne(of) => {
                write!(f, "there must be one: too little for it: {of}")
            }
            Self::AskedFor { rather } => {
                write!(f, "as asked for; by these limits: {rather}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn number(number: usize) -> NonZeroUsize {
        NonZeroUsize::new(number).unwrap()
    }

    /// Sixteen cores, all of them ours, and 16 GiB.
    fn large() -> Machine {
        Machine {
            logical_cores: number(16),
            affinity: number(16),
            cpu_quota: None,
            available_bytes: 16_000 * MIB,
            memory_limit: None,
        }
    }

    fn each_needs(mebibytes: u64) -> Demand {
        let memory_per_worker = Some(mebibytes * MIB);
        Demand { memory_per_worker, ..Demand::default() }
    }

    #[test]
    fn the_scarcest_resource_decides() {
        use Resource::{Affinity, Cores, Memory, Quota, Tasks};
        let two = Machine { affinity: number(2), ..large() };
        let container = |limit, left| Machine {
            memory_limit: Some(MemoryLimit {
                limit_bytes: limit * MIB,
                left_bytes: left * MIB,
            }),
            ..large()
        };
        let with_quota = |quota| Machine { cpu_quota: Some(quota), ..large() };
        let few_tasks = Demand { tasks: Some(number(5)), ..Demand::default() };
        let budget =
            Demand { memory_budget: Some(350 * MIB), ..each_needs(100) };
        for (machine, demand, workers, of) in [
            (large(), Demand::default(), 16, Cores),
            (two.clone(), Demand::default(), 2, Affinity),
            (with_quota(3.0), Demand::default(), 3, Quota),
            (with_quota(1.5), Demand::default(), 2, Quota),
            (with_quota(0.1), Demand::default(), 1, Quota),
            (with_quota(64.0), Demand::default(), 16, Cores),
            (large(), each_needs(1), 16, Cores),
            // Three quarters of 16,000 MiB.
            (large(), each_needs(1000), 12, Memory),
            (container(2048, 1200), each_needs(100), 9, Memory),
            (two, each_needs(1000), 2, Affinity),
            (large(), budget, 3, Memory),
            (large(), each_needs(0), 16, Cores),
            (large(), few_tasks, 5, Tasks),
        ] {
            let size = choose(&machine, &demand);
            let expected = (number(workers), Because::Least(of));
            let chosen = (size.workers, size.because);
            assert_eq!(chosen, expected, "{machine:?} {demand:?}");
        }
    }

    #[test]
    fn workers_times_threads_are_no_more_than_there_are_cores() {
        for (threads, workers) in
            [(1, 16), (2, 8), (3, 5), (4, 4), (16, 1), (32, 1)]
        {
            let threads_per_worker = number(threads);
            let demand = Demand { threads_per_worker, ..Demand::default() };
            let size = choose(&large(), &demand);
            assert_eq!(size.workers.get(), workers, "{threads} threads");
        }
    }

    #[test]
    fn where_not_even_one_fits_there_is_one_and_the_reason_says_so() {
        let size = choose(&large(), &each_needs(20_000));
        let because = Because::AtLeastOne(Resource::Memory);
        assert_eq!((size.workers, size.because), (number(1), because));
        assert!(size.to_string().contains("too little for it: memory"));
    }

    #[test]
    fn whoever_asks_for_a_number_gets_it_and_is_told_what_would_be_right() {
        let workers = Some(number(40));
        let size = choose(&large(), &Demand { workers, ..Demand::default() });
        let because = Because::AskedFor { rather: 16 };
        assert_eq!((size.workers, size.because), (number(40), because));
    }

    #[test]
    fn a_limit_of_memory_is_named_where_it_is_less_than_there_is() {
        for (left_bytes, which) in [
            (1000 * MIB, "MiB left of a limit of 2048: 1000, for workers: 750"),
            (20_000 * MIB, "MiB available: 16000, for workers: 12000"),
        ] {
            let limit_bytes = 2048 * MIB;
            let memory_limit = Some(MemoryLimit { limit_bytes, left_bytes });
            let machine = Machine { memory_limit, ..large() };
            let table = choose(&machine, &each_needs(100)).to_string();
            assert!(table.contains(which), "{table}");
        }
    }

    #[test]
    fn the_reasons_are_a_table() {
        let machine = Machine { cpu_quota: Some(1.5), ..large() };
        let table = choose(&machine, &each_needs(100)).to_string();
        let expected = "\
limit     workers  why
cores          16  logical cores: 16
affinity       16  of them for this process: 16
quota           2  1.50 seconds of CPU time a second, in cores: 2
memory        120  MiB available: 16000, for workers: 12000, for each: 100
tasks           -  nobody has said how many there are
the pool        2  the least of these: quota";
        assert_eq!(table, expected);
    }
}
