//! What the chapter on processes promises, against real processes.

use std::collections::{BTreeSet, HashSet};
use std::time::{Duration, Instant};

use lesson_check::{Program, Run, Running, Signal, Transcript};
use tempfile::tempdir;
use time_utils::trace::{self, Category, Event, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const SCENARIOS: &str = env!("CARGO_BIN_EXE_process_spawning_scenarios");

/// More rounds than anybody waits for.
const FOR_EVER: [&str; 2] = ["--iterations", "9000000000000000000"];

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_process_spawning"))
}

fn scenario(name: &str) -> Program {
    Program::new(SCENARIOS).arg(name)
}

fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

#[test]
fn the_demonstration_prints_what_the_book_shows() {
    let run = demonstration().run().success().quiet();
    Transcript::new(run.stdout)
        .unordered()
        .assert_matches(format!("{HERE}/output.txt"));
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let few = ["--workers", "3", "--iterations", "1000"];
    let script = format!("{HERE}/python/process_spawning.py");
    let twin = Program::python(script).args(few).run().success().quiet();
    let ours = demonstration().args(few).run().success();
    Transcript::new(ours.stdout)
        .unordered()
        .assert_same(&twin.stdout, "the twin");
}

#[test]
fn two_processes_run_at_once_and_are_nobody_else() {
    // On a busy machine the first may be through before the second begins.
    let together = (0..5).any(|_| two_processes_run_at_once());
    assert!(together, "one began only after the other had ended, five times");
}

/// Whether they did so in this run; who they are, it sees itself.
fn two_processes_run_at_once() -> bool {
    let directory = tempdir().expect("a directory");
    let file = directory.path().join("trace.jsonl");
    let running = demonstration().env(trace::VARIABLE, &file).start();
    let parent = running.pid();
    let _ = running.finish().success();
    let events = trace::read(&file).expect("a trace");
    let moment = |name: &str, phase| -> &Event {
        let found = events.iter().find(|event| {
            event.cat == Category::Task
                && event.name == name
                && event.ph == phase
        });
        found.unwrap_or_else(|| panic!("no {phase:?} of {name}: {events:?}"))
    };
    let (first, second) =
        (moment("arg1", Phase::Begin), moment("arg2", Phase::Begin));
    assert_eq!(HashSet::from([parent, first.pid, second.pid]).len(), 3);
    first.ts < moment("arg2", Phase::End).ts
        && second.ts < moment("arg1", Phase::End).ts
}

#[test]
fn as_many_processes_run_as_are_asked_for() {
    let few = ["--workers", "5", "--iterations", "10"];
    let run = demonstration().args(few).run().success().quiet();
    let pids: HashSet<_> = run
        .stdout
        .lines()
        .filter(|line| line.starts_with("Starting"))
        .map(|line| line.split(", ").nth(1).unwrap())
        .collect();
    assert_eq!(pids.len(), 5, "{run}");
}

#[test]
fn the_parent_sees_how_each_worker_ended() {
    let run = scenario("endings").run().success();
    let expected = [
        "Return: exit code 0, 0 in Python",
        "Error: exit code 1, 1 in Python",
        "Panic: exit code 101, 101 in Python",
        "Exit(3): exit code 3, 3 in Python",
        "Abort: signal 6 (SIGABRT), -6 in Python",
    ];
    assert_eq!(lines(&run), expected);
    // An error is told with its causes.
    let error = "Error in Worker: cannot open the box: entity not found\n";
    assert!(run.stderr.contains(error), "{run}");
}

#[test]
fn the_parent_sees_which_signal_ended_a_worker() {
    let run = scenario("signals").run().success().quiet();
    let expected = [
        "terminate: signal 15 (SIGTERM), -15 in Python",
        "kill: signal 9 (SIGKILL), -9 in Python",
    ];
    assert_eq!(lines(&run), expected);
}

#[test]
fn a_worker_knows_its_name() {
    let run = scenario("names").run().success().quiet();
    let expected = [
        "I am MainProcess",
        "I am Process-1",
        "I started Process-1",
        "I am Process-2",
        "I started Process-2",
        "I am a name with spaces and ünïcode",
        "I started a name with spaces and ünïcode",
    ];
    assert_eq!(lines(&run), expected);
}

#[test]
fn the_arguments_of_a_worker_say_which_it_is() {
    let mut running = demonstration().args(FOR_EVER).start();
    running.wait_for("Starting process: Process_2");
    let workers = running.descendants();
    for role in ["worker_task Process_1 1", "worker_task Process_2 1"] {
        let named = |command: &str| {
            command.contains("process_spawning --mp-worker")
                && command.ends_with(role)
        };
        assert!(workers.iter().any(|w| named(&w.command)), "{workers:?}");
    }
    running.press_ctrl_c();
    let _ = running.finish().code(130).quiet();
}

// How a family ends. That nobody is left a second later is seen by `finish`.

#[test]
fn workers_do_not_outlive_a_parent_that_is_killed() {
    let mut running = scenario("wait").start();
    running.wait_for("two workers compute");
    assert_eq!(running.descendants().len(), 2);
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL).quiet();
}

#[test]
fn workers_do_not_outlive_a_parent_that_panics() {
    let run = scenario("panic").run().code(101);
    assert!(run.stderr.contains("as asked"), "{run}");
}

#[test]
fn workers_do_not_outlive_a_parent_that_returns_early() {
    let run = scenario("return early").run().code(1);
    assert_eq!(run.stderr, "error: early\n");
}

#[test]
fn workers_that_are_stopped_end_with_their_scope_all_the_same() {
    let _ = scenario("stopped workers").run().success().quiet();
}

#[test]
fn workers_that_are_stopped_do_not_outlive_their_parent_either() {
    for signal in [Signal::KILL, Signal::TERM] {
        let mut running = scenario("stopped workers, then wait").start();
        running.wait_for("both are stopped");
        running.signal(signal);
        let _ = running.finish();
    }
}

// Who is left puts away what has a name: `clean_up_with`.

#[test]
fn a_worker_cleans_up_after_a_parent_that_is_killed() {
    let mut running = scenario("clean up after Ctrl-C").start();
    running.wait_for("it computes");
    running.signal(Signal::KILL);
    let run = running.finish();
    assert_eq!(lines(&run).last(), Some(&"Cleaner: ThisProcess"), "{run}");
}

#[test]
fn a_parent_cleans_up_after_a_worker_that_is_killed() {
    let run = scenario("clean up after a worker").run().success();
    assert_eq!(lines(&run).last(), Some(&"MainProcess: Worker"), "{run}");
}

#[test]
fn a_parent_that_computes_cleans_up_when_ctrl_c_ends_it() {
    let mut running = scenario("clean up after Ctrl-C").start();
    running.wait_for("it computes");
    running.press_ctrl_c();
    let run = running.finish().code(130);
    let told = |line: &&str| *line == "MainProcess: ThisProcess";
    assert_eq!(lines(&run).into_iter().filter(told).count(), 1, "{run}");
}

#[test]
fn a_worker_outlives_the_thread_that_started_it() {
    let run = scenario("started by a thread that ends").run().success();
    assert_eq!(lines(&run), ["after its thread: None"]);
}

#[test]
fn an_argument_that_panics_is_an_error() {
    let run = scenario("panicking argument").run().code(1);
    let error = "error: cannot pass its argument to Process-1: writing or \
                 reading the argument panicked, as told above\n";
    assert!(run.stderr.ends_with(error), "{run}");
}

#[test]
fn a_killed_worker_counts_also_where_nobody_reads() {
    let mut running = demonstration().args(FOR_EVER).start();
    running.wait_for("Starting process: Process_2");
    running.close_stdout();
    for worker in running.descendants() {
        let pid = rustix::process::Pid::from_raw(worker.pid.cast_signed());
        let _ = rustix::process::kill_process(pid.unwrap(), Signal::KILL);
    }
    let run = running.finish().code(1);
    assert!(run.stderr.contains("ended: signal 9 (SIGKILL)"), "{run}");
}

#[test]
fn ctrl_c_ends_the_family_with_exit_code_130() {
    for press in [
        // As the terminal does it, and as `kill -INT` does.
        Running::press_ctrl_c,
        |running: &Running| running.signal(Signal::INT),
    ] {
        let mut running = scenario("wait").start();
        running.wait_for("two workers compute");
        press(&running);
        let _ = running.finish().code(130).quiet();
    }
}

#[test]
fn ctrl_c_while_workers_start_ends_the_family_too() {
    for milliseconds in [1, 2, 4, 8, 16] {
        let many = ["--workers", "50"];
        let running = demonstration().args(many).args(FOR_EVER).start();
        // Not to wait for something: to interrupt at whatever moment it is.
        std::thread::sleep(Duration::from_millis(milliseconds));
        running.press_ctrl_c();
        let run = running.finish();
        // Before its first line a program has not asked for Ctrl-C yet.
        let early = run.status.code().is_none();
        assert!(early || run.status.code() == Some(130), "{run}");
    }
}

#[test]
fn an_error_that_is_not_ctrl_c_is_told_also_after_it() {
    let mut running = scenario("fail after Ctrl-C").start();
    running.wait_for("two workers compute");
    running.press_ctrl_c();
    let run = running.finish().code(130);
    assert_eq!(run.stderr, "error: the disk is on fire\n");
}

#[test]
fn ctrl_c_ends_a_parent_that_computes_as_well() {
    let mut running = scenario("compute").start();
    running.wait_for("two workers compute");
    running.press_ctrl_c();
    let _ = running.finish().code(130).quiet();
}

#[test]
fn sigterm_ends_the_family_with_exit_code_143() {
    let mut running = scenario("wait").start();
    running.wait_for("two workers compute");
    running.signal(Signal::TERM);
    let _ = running.finish().code(143).quiet();
}

#[test]
fn a_worker_that_is_killed_is_reported() {
    let mut running = demonstration().args(FOR_EVER).start();
    running.wait_for("Starting process: Process_1");
    let members = running.descendants();
    let first = members.iter().find(|m| m.command.contains("Process_1"));
    let pid = first.unwrap().pid.cast_signed();
    rustix::process::kill_process(
        rustix::process::Pid::from_raw(pid).unwrap(),
        Signal::KILL,
    )
    .unwrap();
    let run = running.finish().code(1);
    assert_eq!(run.stderr, "error: Process_1 ended: signal 9 (SIGKILL)\n");
}

// Many, and nothing left over.

#[test]
fn a_hundred_starts_in_a_row_leave_nothing_over() {
    let run = scenario("a hundred in a row").run().success().quiet();
    assert_eq!(lines(&run), ["descriptors more: 0", "zombies: 0"]);
}

#[test]
fn a_hundred_workers_at_once_leave_nothing_over() {
    let run = scenario("a hundred at once").run().success().quiet();
    assert_eq!(lines(&run), ["descriptors more: 0", "zombies: 0"]);
}

#[test]
fn a_worker_has_no_descriptors_of_its_siblings() {
    let run = scenario("siblings").run().success().quiet();
    let [alone, among_twenty] = lines(&run)[..] else { panic!("{run}") };
    assert_eq!(alone, among_twenty);
}

// Starts that fail.

#[test]
fn a_target_that_is_not_listed_is_named() {
    let run = scenario("unlisted target").run().code(1);
    let error = "error: the main guard does not list the target `unlisted`, \
                 only [end, compute, count, weigh, deeper, name, \
                 clean]: \
                 add it there\n";
    assert_eq!(run.stderr, error);
}

#[test]
fn a_program_that_is_not_there_is_named() {
    let run = scenario("no such program").run().code(1);
    assert!(run.stderr.starts_with("error: cannot start /no/such: "), "{run}");
}

#[test]
fn a_worker_that_dies_before_it_took_its_argument_is_an_error_at_once() {
    let start = Instant::now();
    let run = scenario("another program").run().code(1);
    // At once: nowhere near the deadline of thirty seconds.
    assert!(start.elapsed() < Duration::from_secs(15));
    let error = "error: Process-1 ended (exit code 1) before it took its \
                 argument: does `main` begin with the main guard?\n";
    assert_eq!(run.stderr, error);
}

#[test]
fn a_worker_that_never_takes_its_argument_is_an_error_and_ends() {
    let run = scenario("silent worker").run().code(1);
    let error = "error: sleepyhead did not take its argument within 300ms: \
                 does `main` begin with the main guard?\n";
    assert_eq!(run.stderr, error);
}

#[test]
fn a_worker_that_lets_go_of_its_lifeline_is_an_error_and_ends() {
    let run = scenario("careless worker").run().code(1);
    let error = "error: careless ended (signal 9 (SIGKILL)) before it took \
                 its argument: does `main` begin with the main guard?\n";
    assert_eq!(run.stderr, error);
}

#[test]
fn without_a_main_guard_the_first_worker_stops() {
    let guardless = env!("CARGO_BIN_EXE_guardless");
    let run = Program::new(guardless).run().code(1);
    assert_eq!(run.stdout, "");
    let [worker, parent] = run.stderr.lines().collect::<Vec<_>>()[..] else {
        panic!("more than one worker was started: {run}");
    };
    assert!(worker.contains("make `main_guard(&[…])` its first line"));
    assert!(parent.contains("Process-1 ended (exit code 1)"));
    Transcript::new(run.stderr).assert_matches(format!("{HERE}/guardless.txt"));
}

#[test]
#[ignore = "needs python3"]
fn without_its_guard_python_stops_too() {
    let script = format!("{HERE}/python/guardless.py");
    let run = Program::python(script).run().code(1);
    assert_eq!(run.stdout, "");
    let error = "RuntimeError: \n        An attempt has been made to start a \
                 new process before the\n        current process has finished \
                 its bootstrapping phase.";
    assert!(run.stderr.contains(error), "{run}");
}

#[test]
fn processes_that_start_processes_without_end_are_stopped() {
    let run = scenario("deeper").run().code(1);
    let levels: Vec<_> = (0..=8).map(|n| format!("level {n}")).collect();
    assert_eq!(lines(&run), levels);
    let error = "processes start processes, 8 deep: is there an end to it?";
    assert!(run.stderr.contains(error), "{run}");
}

#[test]
fn a_worker_is_not_started_by_hand() {
    for arguments in [&["--mp-worker"][..], &["--mp-worker", "end", "x", "1"]] {
        let run = Program::new(SCENARIOS).args(arguments).run().code(2);
        assert!(run.stderr.contains("parent"), "{run}");
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_program_whose_file_was_replaced_still_starts_workers() {
    let directory = tempdir().unwrap();
    let copy = directory.path().join("copy");
    // By a process of its own: what we write ourselves, a child of another
    // test may hold open for a moment, and then it cannot be started.
    let _ = Program::new("cp").arg(SCENARIOS).arg(&copy).run().success();
    let run = Program::new(&copy).arg("replaced program").run();
    assert_eq!(lines(&run.success()), ["I am from a deleted file"]);
}

// Joins and arguments.

#[test]
fn a_join_with_a_deadline_comes_back_and_leaves_the_worker_running() {
    let run = scenario("deadline").run().success().quiet();
    assert_eq!(lines(&run), ["Some(Signal(9)), again Signal(9)"]);
}

#[test]
fn a_large_argument_arrives_whole() {
    let run = scenario("large argument").run().success().quiet();
    let sum = (1 << 20) / 256 * (0..=255).sum::<u64>();
    assert_eq!(lines(&run), [format!("{} bytes, sum {sum}", 1 << 20)]);
}

// What a person does to it.

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    demonstration().assert_quiet_without_a_reader();
}

#[test]
fn a_reader_that_goes_away_in_the_middle_ends_it_quietly() {
    let mut running = demonstration().start();
    running.wait_for("Starting process");
    running.close_stdout();
    let _ = running.finish().success().quiet();
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    demonstration().assert_tells_of_a_full_disk();
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [
        &["--workers", "0"][..],
        &["--workers", "100000000000"],
        &["--workers", "two"],
        &["--iterations", "-1"],
        &["--nonsense"],
        &["nonsense"],
    ] {
        demonstration().assert_refuses(wrong);
    }
}

#[test]
fn more_workers_than_the_machine_allows_are_refused_not_a_crash() {
    // A machine that gives a process forty descriptors, and no more.
    let program = env!("CARGO_BIN_EXE_process_spawning");
    let small = format!("ulimit -n 40; exec {program} --workers 256 \"$@\"");
    let shell = Program::new("/bin/sh").args(["-c", &small, "sh"]);
    let run = shell.args(FOR_EVER).run().code(1);
    assert!(run.stderr.contains("error: "), "{run}");
    assert!(run.stderr.contains("Too many open files"), "{run}");
    assert!(!run.stderr.contains("panicked"), "{run}");
}

// ipc-channel panics where it has no descriptor for its first message.
#[test]
fn with_few_descriptors_it_works_or_says_so() {
    let program = env!("CARGO_BIN_EXE_process_spawning");
    let mut codes = BTreeSet::new();
    for few in 5..=32 {
        let small = format!("ulimit -n {few}; exec {program} --iterations 1");
        let run = Program::new("/bin/sh").args(["-c", &small]).run();
        let refused = run.stderr.contains("Too many open files");
        assert_eq!(run.status.code(), Some(refused.into()), "{few}: {run}");
        assert!(!run.stderr.contains("panicked"), "{few}: {run}");
        codes.insert(run.status.code());
    }
    assert_eq!(codes.len(), 2, "never enough, or always");
}

#[test]
fn help_names_every_option() {
    let run = demonstration().arg("--help").run().success().quiet();
    for option in ["--workers", "--iterations", "--help", "--version"] {
        assert!(run.stdout.contains(option), "{run}");
    }
}

#[test]
fn a_process_that_nobody_keeps_is_ended_at_once() {
    let run = Program::new(env!("CARGO_BIN_EXE_dropped")).run();
    let run = run.success().quiet();
    Transcript::new(run.stdout).assert_matches(format!("{HERE}/dropped.txt"));
}

#[test]
fn the_guard_can_be_built_by_hand() {
    let by_hand = Program::new(env!("CARGO_BIN_EXE_by_hand")).start();
    let parent = format!("child of PID {}, ", by_hand.pid());
    let run = by_hand.finish().success().quiet();
    Transcript::new(&run.stdout)
        .unordered()
        .assert_matches(format!("{HERE}/by_hand.txt"));
    for param in ["has arg1", "has arg2"] {
        let line = run.stdout.lines().find(|line| line.ends_with(param));
        assert!(line.is_some_and(|line| line.contains(&parent)), "{run}");
    }
}
