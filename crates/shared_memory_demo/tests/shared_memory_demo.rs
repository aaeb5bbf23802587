//! What the chapter on shared memory promises, against real processes.

use std::fs::read_to_string;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::thread::yield_now;
use std::time::{Duration, Instant};

use lesson_check::{Program, Running, Signal, Transcript};
use rustix::fs::statvfs;
use rustix::io::ioctl_fionread;
use rustix::pipe::fcntl_setpipe_size;
use tempfile::tempdir;
use time_utils::trace::{self, Category, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_shared_memory_demo"))
}

fn scenario(name: &str) -> Program {
    Program::new(env!("CARGO_BIN_EXE_shared_memory_demo_scenarios")).arg(name)
}

/// Plays a scenario that sees for itself whether its promise holds.
fn assert_kept(name: &str) {
    let run = scenario(name).run().success();
    assert!(run.stdout.ends_with("kept\n"), "{run}");
}

fn assert_shown(shown: &str, printed: String) {
    Transcript::new(printed)
        .mask(r"mp-\d+-\d+-\d+-\d+", "[NAME]")
        .mask(r"\bprocess \d+", "process [PID]")
        // What is lost differs in every run.
        .mask(r"(get, then set(?:, f64)?) +\d+ +\d+", "$1 [...]")
        // Any other program that begins just now sweeps as well.
        .mask("nobody is left .*", "nobody is left [...]")
        .assert_matches(Path::new(HERE).join(shown));
}

fn interpreter() -> String {
    std::env::var("MP_PYTHON").unwrap_or_else(|_| "python3".into())
}

#[test]
fn the_demonstrations_print_what_the_book_shows() {
    for (option, shown) in [
        (None, "output.txt"),
        (Some("--race"), "race.txt"),
        (Some("--kill-holder"), "kill_holder.txt"),
        (Some("--kill-owner"), "kill_owner.txt"),
    ] {
        let run = demonstration().args(option).run().success().quiet();
        assert_shown(shown, run.stdout);
    }
}

#[test]
fn the_demonstration_prints_what_pythons_would() {
    let run = demonstration().run().success().quiet();
    let lines = "3.14\n[0, -1, -2, -3, -4, -5, -6, -7, -8, -9]\n";
    assert_eq!(run.stdout, lines);
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let script = format!("{HERE}/python/shared_memory_demo.py");
    let twin = Program::python(script).run().success().quiet();
    let ours = demonstration().run().success().quiet();
    Transcript::new(ours.stdout).assert_same(&twin.stdout, "the twin");
}

#[test]
#[ignore = "needs python3"]
fn pythons_lock_stays_with_the_dead_as_the_book_shows() {
    let script = format!("{HERE}/python/kill_holder.py");
    let run = Program::python(script).run().success().quiet();
    assert_shown("python/kill_holder.txt", run.stdout);
}

// CPython: `test_shared_memory_basics`, in `_TestSharedMemory`.
#[test]
#[ignore = "needs python3"]
fn a_python_opens_reads_and_writes_what_we_made() {
    let python = interpreter();
    let option = ["--python", "--interpreter", &python];
    let run = demonstration().args(option).run().success().quiet();
    assert_shown("python.txt", run.stdout);
}

// CPython: gh-82300, and `test_shared_memory_untracking`.
#[test]
#[ignore = "needs python3"]
fn a_careless_python_takes_the_name_and_nothing_else() {
    let python = interpreter();
    let option = ["--careless-python", "--interpreter", &python];
    let run = demonstration().args(option).run().success().quiet();
    assert_shown("careless_python.txt", run.stdout);
}

#[test]
fn a_missing_python_is_told() {
    for option in ["--python", "--careless-python"] {
        let arguments = [option, "--interpreter", "no-such-python"];
        let run = demonstration().args(arguments).run().code(1);
        assert!(run.stderr.contains("cannot start no-such-python"), "{run}");
        assert!(run.stderr.contains("--interpreter"), "{run}");
    }
}

#[test]
fn a_python_that_fails_is_told() {
    let arguments = ["--python", "--interpreter", "false"];
    let run = demonstration().args(arguments).run().code(1);
    assert!(run.stderr.contains("false failed"), "{run}");
}

/// The sums that `--race` prints, by how they were come to.
fn race(workers: &str, updates: &str) -> Vec<(String, i64, i64)> {
    let arguments = ["--race", "--workers", workers, "--updates", updates];
    let run = demonstration().args(arguments).run().success().quiet();
    let lines = run.stdout.lines().skip(1).map(|line| {
        let (rest, lost) = line.rsplit_once(' ').expect("two columns");
        let rest = rest.trim_end().rsplit_once(' ');
        let (how, sum) = rest.expect("three columns");
        let number = |text: &str| text.parse().expect("a number");
        (how.trim().to_owned(), number(sum), number(lost))
    });
    lines.collect()
}

#[test]
fn in_a_race_the_sound_ways_lose_nothing() {
    for (workers, updates, all) in
        [("4", "100000", 400_000), ("1", "10", 10), ("3", "0", 0)]
    {
        let sums = race(workers, updates);
        assert_eq!(sums.len(), 8);
        for (how, sum, lost) in sums {
            assert_eq!(sum + lost, all, "{how}");
            // In two steps that take a while, also on one core.
            let loses = how.starts_with("get, then set") && all == 400_000;
            assert_eq!(lost > 0, loses, "{how}: {lost} of {all}");
        }
    }
}

#[test]
fn one_worker_alone_loses_nothing_in_any_way() {
    for (how, sum, lost) in race("1", "1000") {
        assert_eq!((sum, lost), (1000, 0), "{how}");
    }
}

#[test]
fn in_the_trace_the_next_one_waits_for_the_lock_of_the_dead() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let program = demonstration().arg("--kill-holder");
    let _ = program.env(trace::VARIABLE, &file).run().success();
    let events = trace::read(&file).unwrap();
    let find = |name: &str, phase| {
        events.iter().find(|e| e.name == name && e.ph == phase)
    };
    let held = find("half a change", Phase::Begin).unwrap();
    assert!(find("half a change", Phase::End).is_none(), "{events:?}");
    let mend = find("mend", Phase::Begin).unwrap();
    assert_eq!(mend.cat, Category::Task);
    assert_ne!(mend.pid, held.pid);
    assert!(mend.ts > held.ts);
}

// CPython: `test_value`, `test_array`, in `_TestValue`, `_TestArray`.
#[test]
fn all_types_are_the_same_in_parent_and_worker() {
    assert_kept("types, named");
    assert_kept("types, memfd");
}

// CPython: `test_synchronize`, in `_TestSharedCTypes`.
#[test]
fn four_processes_that_add_a_hundred_thousand_times_lose_nothing() {
    assert_kept("sums, named");
    assert_kept("sums, memfd");
}

#[test]
fn clones_in_threads_lose_nothing() {
    assert_kept("threads");
}

#[test]
fn a_snapshot_under_the_lock_is_one_of_one_moment() {
    assert_kept("moments");
}

#[test]
fn what_is_moved_into_a_worker_is_its_own() {
    assert_kept("moved, named");
    assert_kept("moved, memfd");
}

#[test]
fn a_worker_passes_on_what_it_was_passed() {
    assert_kept("passed on, named");
    assert_kept("passed on, memfd");
}

#[test]
fn an_array_may_be_empty() {
    assert_kept("empty");
}

#[test]
fn every_byte_is_where_the_layout_says() {
    assert_kept("layout");
}

// CPython: `test_shared_memory_basics`: a second one of the same name.
#[test]
fn several_handles_of_one_name_are_the_same_memory() {
    assert_kept("two of one name");
}

// CPython: `test_invalid_shared_memory_creation`, and what is attached to
// without having been made.
#[test]
fn what_is_not_as_it_should_be_is_told() {
    for (what, told) in [
        ("nothing", "nothing is called `no-such-name`"),
        ("slash", "the system does not open it: Invalid argument"),
        ("nul", "the system does not open it: Invalid argument"),
        ("array", "it is an array of 2 numbers, not a single value"),
        ("type", "it holds numbers of type `i`, not `d`"),
        ("no type", "it holds numbers of type `\u{fffd}`, not `d`"),
        ("version", "its layout has version 9, and this program knows 1"),
        ("truncated", "it holds 1 numbers, but has 70 bytes"),
        ("truncated header", "it is none of ours"),
        ("too long", "it holds 1 numbers, but has 73 bytes"),
        ("huge count", "it holds 18446744073709551615 numbers"),
        ("no bytes", "it is half made"),
        ("no magic", "it is half made"),
        ("foreign", "it is none of ours"),
    ] {
        let run = scenario("open").arg(what).run().code(1);
        assert!(run.stderr.contains(told), "{what}: {run}");
        assert_eq!(run.stderr.lines().count(), 1, "{what}: {run}");
    }
}

#[test]
fn a_worker_that_is_handed_something_wrong_says_so() {
    for (what, told) in [
        ("version", "its layout has version 9"),
        ("removed", "nothing is called `mp-"),
        ("array", "it is an array of 2 numbers"),
        ("empty array", "it is an array of 0 numbers"),
        ("unsealed", "it is not sealed against shrinking"),
        ("pipe", "it is not sealed against shrinking"),
    ] {
        let run = scenario("hand over").arg(what).run().code(1);
        assert!(run.stderr.contains(told), "{what}: {run}");
        assert!(!run.stderr.contains("panicked"), "{what}: {run}");
    }
}

#[test]
fn what_is_half_made_is_opened_when_it_is_complete() {
    assert_kept("completed");
}

#[test]
fn numbers_without_room_or_addresses_are_told() {
    assert_kept("too many");
}

#[test]
fn more_than_all_of_dev_shm_is_told() {
    let all = statvfs("/dev/shm").unwrap();
    let too_many = (all.f_blocks + 1) * all.f_frsize;
    let run = scenario("make").arg(too_many.to_string()).run().code(1);
    assert!(run.stderr.contains("no room for"), "{run}");
}

/// Runs a program where `/dev/shm` has room for 8 MiB, in a mount namespace
/// of its own.
fn with_little_room() -> Program {
    let script = "mount -t tmpfs -o size=8m tmpfs /dev/shm && exec \"$@\"";
    let as_root = rustix::process::geteuid().is_root();
    Program::new("unshare")
        .args((!as_root).then_some("--map-root-user"))
        .args(["--mount", "sh", "-c", script, "sh"])
}

#[test]
#[ignore = "needs unshare, and the right to mount"]
fn a_full_dev_shm_is_told_before_the_first_write() {
    let program = env!("CARGO_BIN_EXE_shared_memory_demo_scenarios");
    let bytes = (64 << 20).to_string();
    let arguments = [program, "make", &bytes];
    let run = with_little_room().args(arguments).run().code(1);
    assert_eq!(run.stdout, "");
    assert_shown("full.txt", run.stderr);
}

#[test]
#[ignore = "needs unshare, the right to mount, and python3"]
fn a_full_dev_shm_ends_python_as_the_book_shows() {
    let script = format!("{HERE}/python/full.py");
    let arguments = [&interpreter(), &script];
    let run = with_little_room().args(arguments).run();
    let run = run.killed_by(Signal::BUS);
    let how = "ended by signal 7 (SIGBUS)\n";
    assert_shown("python/full.txt", format!("{}{how}", run.stdout));
}

/// In a PID namespace of its own, but with the `/proc` of another one.
#[test]
#[ignore = "needs unshare, and the right to a PID namespace"]
fn names_of_the_living_are_left_alone_where_proc_is_anothers() {
    let as_root = rustix::process::geteuid().is_root();
    let program = env!("CARGO_BIN_EXE_shared_memory_demo_scenarios");
    let run = Program::new("unshare")
        .args((!as_root).then_some("--map-root-user"))
        .args(["--pid", "--fork", program, "another /proc"])
        .run()
        .success();
    assert_eq!(run.stdout, "kept\n");
}

#[test]
fn children_that_end_meanwhile_are_no_error_of_making_room() {
    assert_kept("signals");
}

#[test]
fn who_has_the_lock_and_asks_again_is_told() {
    assert_kept("nested");
}

#[test]
fn a_panic_under_the_lock_is_told_to_the_next() {
    assert_kept("panicked");
}

// CPython's lock stays locked for ever: `--kill-holder`, and its twin.
#[test]
fn a_death_under_the_lock_is_told_to_the_next() {
    assert_kept("abandoned, named");
    assert_kept("abandoned, memfd");
}

#[test]
fn the_lock_of_the_dead_does_not_wait_for_what_is_on_its_way() {
    assert_kept("killed on the way");
}

#[test]
fn workers_killed_at_random_leave_no_lock_and_no_name() {
    assert_kept("workers at random");
}

// CPython: `test_resource_tracker`.
#[test]
fn owners_killed_at_random_leave_no_name() {
    assert_kept("owners at random");
}

#[test]
fn the_name_of_a_killed_worker_is_removed_by_its_parent() {
    assert_kept("killed worker that owns");
}

// `run` and `finish` see that no name is left.
#[test]
fn a_program_that_returns_fails_or_panics_leaves_no_name() {
    let _ = scenario("return").run().success().quiet();
    let run = scenario("fail").run().code(1);
    assert_eq!(run.stderr, "error: on purpose\n");
    let _ = scenario("panic").run().code(101);
}

// CPython: `test_shared_memory_SharedMemoryServer_ignores_sigint`.
#[test]
fn ctrl_c_leaves_no_name_whatever_the_program_does() {
    for what in ["wait", "compute", "wait for the lock"] {
        let mut running = scenario(what).start();
        running.wait_for("ready");
        running.press_ctrl_c();
        let _ = running.finish().code(130).quiet();
    }
}

#[test]
fn sigterm_leaves_no_name_whatever_the_program_does() {
    for what in ["wait", "compute"] {
        let mut running = scenario(what).start();
        running.wait_for("ready");
        running.signal(Signal::TERM);
        let _ = running.finish().code(143).quiet();
    }
}

// CPython: `test_shared_memory_cleaned_after_process_termination`.
#[test]
fn kill_9_leaves_no_name_where_a_worker_is_left() {
    for what in ["wait", "compute", "wait for the lock"] {
        let mut running = scenario(what).start();
        running.wait_for("ready");
        running.signal(Signal::KILL);
        let _ = running.finish().killed_by(Signal::KILL);
    }
}

/// An owner that is alone, and where its name is.
fn alone() -> (Running, PathBuf) {
    let mut running = scenario("alone").start();
    let name = running.wait_for("mp-");
    let path: PathBuf = ["/dev/shm", name.trim()].iter().collect();
    assert!(path.exists(), "{name}");
    (running, path)
}

#[test]
fn the_name_of_a_killed_program_is_removed_by_the_next() {
    let (running, path) = alone();
    let _ = demonstration().run().success();
    assert!(path.exists(), "removed though its owner is alive: {path:?}");
    running.signal(Signal::KILL);
    let deadline = Instant::now() + Duration::from_secs(10);
    while path.exists() {
        assert!(Instant::now() < deadline, "nobody removes {path:?}");
        let _ = demonstration().run().success();
    }
    let _ = running.finish().killed_by(Signal::KILL);
}

#[test]
fn a_test_that_has_to_kill_it_removes_its_name() {
    let (running, path) = alone();
    // Asked to end, it does not hear.
    running.signal(Signal::STOP);
    drop(running);
    assert!(!path.exists(), "{path:?}");
}

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    demonstration().assert_quiet_without_a_reader();
}

#[test]
fn a_reader_that_leaves_in_the_middle_ends_it_quietly_and_without_a_name() {
    for (option, shown, last_line) in [
        ("--kill-holder", "kill_holder.txt", "begins"),
        ("--kill-owner", "kill_owner.txt", "it has made an array"),
    ] {
        let shown = read_to_string(Path::new(HERE).join(shown)).unwrap();
        let (before, after) = shown.rsplit_once(last_line).unwrap();
        let rest_of_line = after.find('\n').unwrap() + 1;
        let bytes = before.len() + last_line.len() + rest_of_line;
        leave_after(bytes, demonstration().arg(option));
    }
}

/// Runs a program whose output has room for so many bytes, and takes the
/// reader away when they have been printed.
fn leave_after(bytes: usize, program: Program) {
    let (reader, mut writer) = std::io::pipe().expect("a pipe");
    let room = fcntl_setpipe_size(&writer, 4096).expect("a pipe");
    let blanks = vec![b' '; room - bytes];
    writer.write_all(&blanks).expect("there is room");
    let running = program.stdout(writer).start();
    while ioctl_fionread(&reader).expect("a pipe") < room as u64 {
        yield_now();
    }
    drop(reader);
    let _ = running.finish().success().quiet();
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    demonstration().assert_tells_of_a_full_disk();
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [
        &["--nonsense"][..],
        &["--race", "--workers", "0"],
        &["--race", "--workers", "65"],
        &["--race", "--updates", "x"],
        &["--race", "--kill-owner"],
    ] {
        demonstration().assert_refuses(wrong);
    }
}
