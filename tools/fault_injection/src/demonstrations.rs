//! What is run: the demonstrations of all lessons.
//!
//! The parameters are such that a run takes a fraction of a second, and yet
//! has time for something to happen to it.

use std::fmt;

/// One way to run the program of a lesson.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one manner")]
pub struct Demonstration {
    /// The crate under `crates/`.
    pub package: &'static str,
    /// The program; most have the name of their crate.
    pub program: &'static str,
    /// What it is run with, words with blanks between them.
    pub arguments: &'static str,
    /// It goes on until Ctrl-C.
    pub endless: bool,
    /// That a worker ends is what it shows: it tells how, and goes on.
    pub tells_of_ends: bool,
    /// It does not look how its workers end: that is what it shows.
    pub careless: bool,
    /// It computes, or waits for another program, and does not look whether
    /// it is asked to end: then it has two seconds.
    pub deaf: bool,
    /// What it prints differs from run to run by more than numbers.
    pub varies: bool,
    /// It starts a Python, which must be there.
    pub needs_python: bool,
}

impl Demonstration {
    /// The program of the lesson `package`, with these arguments.
    #[must_use]
    pub const fn new(package: &'static str, arguments: &'static str) -> Self {
        Self {
            package,
            program: package,
            arguments,
            endless: false,
            tells_of_ends: false,
            careless: false,
            deaf: false,
            varies: false,
            needs_python: false,
        }
    }

    /// Another program of the same package.
    #[must_use]
    pub const fn program(mut self, program: &'static str) -> Self {
        self.program = program;
        self
    }

    /// It goes on until Ctrl-C.
    #[must_use]
    pub const fn endless(mut self) -> Self {
        self.endless = true;
        self
    }

    /// That a worker ends is what it shows: it tells how, and goes on.
    #[must_use]
    pub const fn tells_of_ends(mut self) -> Self {
        self.tells_of_ends = true;
        self
    }

    /// It does not look how its workers end: that is what it shows.
    #[must_use]
    pub const fn careless(mut self) -> Self {
        self.careless = true;
        self
    }

    /// It computes, or waits for another program, and does not look whether
    /// it is asked to end.
    #[must_use]
    pub const fn deaf(mut self) -> Self {
        self.deaf = true;
        self
    }

    /// What it prints differs from run to run by more than numbers: only how
    /// it ends is compared.
    #[must_use]
    pub const fn varies(mut self) -> Self {
        self.varies = true;
        self
    }

    /// It starts a Python.
    #[must_use]
    pub const fn needs_python(mut self) -> Self {
        self.needs_python = true;
        self
    }
}

impl fmt::Display for Demonstration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program)?;
        let mut words = self.arguments.split_whitespace();
        words.try_for_each(|word| write!(f, " {word}"))
    }
}

const fn of(package: &'static str, arguments: &'static str) -> Demonstration {
    Demonstration::new(package, arguments)
}

/// All of them. A test sees that no lesson and no option is missing.
pub const ALL: &[Demonstration] = &[
    of("time_utils", "--iterations 1000000000"),
    of("time_utils", "").program("empty_loop"),
    of("process_spawning", ""),
    of("process_spawning", "--workers 5 --iterations 200000000"),
    of("process_spawning", "").program("by_hand").careless(),
    of("process_spawning", "").program("guardless"),
    of("process_spawning", "").program("dropped").careless(),
    of("threading_comparison", "--workers 2 --iterations 3000000").deaf(),
    of("threading_comparison", "--only threads").deaf(),
    of("threading_comparison", "--only one-lock").deaf(),
    of("process_lifecycle", "").tells_of_ends(),
    of("process_lifecycle", "--orphan"),
    of("process_lifecycle", "--zombie"),
    // It drops them, and a drop does not tell how.
    of("process_lifecycle", "--daemon").careless(),
    of("process_lifecycle", "--until-ctrl-c").endless(),
    of("pipe_ipc", "--rounds 50"),
    of("pipe_ipc", "--killed"),
    of("pipe_ipc", "--wait").tells_of_ends(),
    of("queue_ipc", ""),
    of(
        "queue_ipc",
        "--items 300 --producers 2 --consumers 3 --iterations 2000000",
    ),
    of("queue_ipc", "--threads --items 100000").deaf(),
    of("queue_ipc", "--join-first"),
    of("queue_ipc", "--both-send"),
    of("queue_ipc", "--kill-consumer"),
    of("pool_map", ""),
    of(
        "pool_map",
        "--backend processes --numbers 1..=99 --slow 5 --chunk-size 3",
    ),
    of("pool_map", "--backend threads --workers 3 --numbers 1..=50 --slow 10"),
    of("pool_map", "").program("one_by_one"),
    of("pool_map", "--kill").tells_of_ends(),
    of("pool_map", "--fail").tells_of_ends(),
    of("shared_memory_demo", ""),
    of("shared_memory_demo", "--race --workers 3 --updates 20000"),
    of("shared_memory_demo", "--kill-holder").tells_of_ends(),
    of("shared_memory_demo", "--kill-owner").tells_of_ends(),
    of("shared_memory_demo", "--python").needs_python().deaf(),
    // Without its resource tracker, Python takes no name along.
    of("shared_memory_demo", "--careless-python")
        .needs_python()
        .deaf()
        .tells_of_ends(),
    of("synchronization", "--workers 3 --updates 1000"),
    of("synchronization", "--philosophers --meals 50 --bites 1000000"),
    of("synchronization", "--deadlock"),
    of("synchronization", "--kill-holder"),
    of("error_handling", "").tells_of_ends(),
    of("error_handling", "--supervised --workers 3 --deadline 700")
        .tells_of_ends(),
    of("error_handling", "--storm").tells_of_ends(),
    of(
        "task_granularity",
        "--tasks 400 --iterations 100000 --rounds 2 --ahead 2 --uneven \
         --measurement /dev/null",
    )
    .varies(),
    of("task_granularity", "--workers 2 --tasks 2000 --only 5,20").varies(),
    // How often it looks depends on how long everything takes.
    of(
        "resource_monitor",
        "--workers 2 --tasks 2 --interval 50 --memory-per-worker 9",
    )
    .varies(),
    of("resource_monitor", "--json --workers 2 --tasks 1").varies(),
    // On a slow machine another limit is the least.
    of("resource_monitor", "--size --memory-per-worker 20 --memory-budget 100")
        .varies(),
    // Enough tasks for a second look, also by a parent that was stopped.
    of("resource_monitor", "--kill-worker --workers 2 --tasks 6 --interval 50")
        .varies(),
    of(
        "resource_monitor",
        "--leak --workers 1 --tasks 1 --memory-per-worker 9",
    )
    .varies(),
    of("resource_monitor", "--oversubscribe --workers 1"),
];
