//! What the chapter on threads promises, against the real program.

use std::collections::HashSet;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use lesson_check::{Program, Running, Signal, Transcript};
use tempfile::tempdir;
use threading_comparison::{Gil, Load, thread_pool, threads, work_queue};
use time_utils::trace::{self, Category, Event, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const FEW: [&str; 4] = ["--workers", "2", "--iterations", "1000"];

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_threading_comparison"))
}

/// What it printed, without what was measured.
fn transcript(stdout: &str) -> Transcript {
    Transcript::new(stdout)
        .mask(r"\d+ tasks, pools of \d+ {2,}", "[TASKS] ")
        .mask(r"(?m) +\d+\.\d{4} +\d+\.\d\d$", " [SECONDS] [SPEED-UP]")
        .mask(r"(?m) +\d+ +\d+\.\d$", " [MICROSECONDS] [RATIO]")
        .unordered()
}

/// The trace of a run, and its process's number.
fn traced(program: Program) -> (Vec<Event>, u32) {
    let directory = tempdir().expect("a directory");
    let file = directory.path().join("trace.jsonl");
    let running = program.env(trace::VARIABLE, &file).start();
    let pid = running.pid();
    let _ = running.finish().success().quiet();
    (trace::read(&file).expect("a trace"), pid)
}

#[test]
fn the_demonstration_prints_what_the_book_shows() {
    let run = demonstration().run().success().quiet();
    transcript(&run.stdout).assert_matches(format!("{HERE}/output.txt"));
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let script = format!("{HERE}/python/threading_comparison.py");
    let twin = Program::python(script).args(FEW).run().success().quiet();
    let ours = demonstration().args(FEW).run().success();
    transcript(&ours.stdout).assert_same(&twin.stdout, "the twin");
}

#[test]
#[ignore = "needs python3"]
fn the_book_shows_what_the_python_twin_prints() {
    let script = format!("{HERE}/python/threading_comparison.py");
    let twin = Program::python(script).args(["--workers", "2"]).run();
    transcript(&twin.success().stdout)
        .assert_matches(format!("{HERE}/python/output.txt"));
}

#[test]
fn both_threads_have_the_one_process_and_their_own_names() {
    let running = demonstration().args(FEW).start();
    let pid = format!("PID: {}, ", running.pid());
    let run = running.finish().success();
    let lines: Vec<_> =
        run.stdout.lines().filter(|line| line.contains("PID")).collect();
    assert_eq!(lines.len(), 4, "{run}");
    assert!(lines.iter().all(|line| line.contains(&pid)), "{run}");
    for name in ["Thread_1", "Thread_2"] {
        let starting = format!("Starting thread: {name}, ");
        assert!(lines.iter().any(|l| l.starts_with(&starting)), "{run}");
    }
}

#[test]
fn the_two_threads_run_at_once() {
    // On a busy machine the first may be through before the second begins.
    let together = (0..5).any(|_| two_threads_run_at_once());
    assert!(together, "one began only after the other had ended, five times");
}

/// Whether they did so in this run; what is so in any run, it sees itself.
fn two_threads_run_at_once() -> bool {
    let (events, pid) = traced(demonstration().args(["--only", "threads"]));
    let of = |phase| -> Vec<&Event> {
        let tasks = events.iter().filter(|e| e.name == "worker_task");
        tasks.filter(|event| event.ph == phase).collect()
    };
    let (begin, end) = (of(Phase::Begin), of(Phase::End));
    assert_eq!((begin.len(), end.len()), (2, 2));
    assert!(begin.iter().all(|event| event.pid == pid));
    assert_ne!(begin[0].tid, begin[1].tid);
    // Both have begun before the first of them ends.
    begin[1].ts < end[0].ts
}

#[test]
fn the_processes_of_the_comparison_are_processes() {
    let (events, pid) = traced(demonstration().args(FEW));
    let lives = events.iter().filter(|event| {
        event.cat == Category::Process && event.name.starts_with("process ")
    });
    let pids: HashSet<_> = lives.map(|event| event.pid).collect();
    assert_eq!(pids.len(), 4 * 3);
    assert!(!pids.contains(&pid));
}

#[test]
fn with_one_lock_only_one_thread_computes() {
    let (gil, inside) = (Gil::default(), AtomicUsize::new(0));
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for _ in 0..1000 {
                    gil.hold(|| {
                        let others = inside.fetch_add(1, Ordering::SeqCst);
                        assert_eq!(others, 0, "two threads hold the lock");
                        thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                    });
                }
            });
        }
    });
}

#[test]
fn with_one_lock_the_slices_of_two_threads_take_turns() {
    let few = ["--only", "one-lock", "--iterations", "20000000"];
    let (events, _) = traced(demonstration().args(few));
    let slices = events.iter().filter(|event| event.name == "slice");
    let phases: Vec<_> = slices.map(|event| (event.ph, event.tid)).collect();
    assert_eq!(phases.len(), 2 * 2 * 20);
    for slice in phases.chunks(2) {
        // No other thread begins before this one has ended its slice.
        assert_eq!(slice[0], (Phase::Begin, slice[1].1));
        assert_eq!(slice[1].0, Phase::End);
    }
}

#[test]
fn a_lock_whose_holder_panicked_still_works() {
    let gil = Gil::default();
    thread::scope(|scope| {
        let holder = scope.spawn(|| gil.hold(|| panic!("as asked")));
        assert!(holder.join().is_err());
    });
    assert_eq!(gil.hold(|| 5), 5);
}

#[test]
fn every_way_does_every_task_once() {
    // Seen from the trace of the demonstration: each way has its tasks.
    let (events, pid) = traced(demonstration().args(FEW));
    let begun = events.iter().filter(|event| {
        event.ph == Phase::Begin && event.name.starts_with("task")
    });
    let (here, elsewhere): (Vec<_>, Vec<_>) =
        begun.partition(|event| event.pid == pid);
    for number in 0..4 {
        let name = format!("task {number}");
        let times = here.iter().filter(|event| event.name == name).count();
        // Sequential, threads, queue, pool, one lock; in three rounds.
        assert_eq!(times, 5 * 3, "{name}");
    }
    // A process for each task, and those whose creation was measured.
    assert_eq!(elsewhere.len(), 4 * 3 + 21);
}

#[test]
fn more_tasks_than_threads_and_fewer_are_both_fine() {
    for (tasks, workers) in [(100, 3), (1, 8), (0, 2)] {
        let workers = NonZeroUsize::new(workers).unwrap();
        let load = Load { tasks, iterations: 10, workers };
        threads(&load).unwrap();
        work_queue(&load).unwrap();
        thread_pool(&load).unwrap();
    }
}

#[test]
fn the_compiler_refuses_two_writers_as_the_book_shows() {
    let source = "src/races/two_writers.rs";
    let to = tempdir().expect("a directory");
    let run = Program::new("rustc")
        .args(["--edition=2024", "--emit=metadata", "--out-dir"])
        .arg(to.path())
        .arg(source)
        .directory(HERE)
        .run()
        .code(1);
    // How it draws the lines may change from one Rust to the next.
    let first = |text: &str| text.lines().next().map(str::to_owned);
    let shown = std::fs::read_to_string(format!("{HERE}/two_writers.txt"));
    assert_eq!(first(&run.stderr), first(&shown.expect("the message")));
}

#[test]
fn ctrl_c_ends_it_with_exit_code_130() {
    for press in [Running::press_ctrl_c, |running: &Running| {
        running.signal(Signal::INT);
    }] {
        // In this phase it computes itself, and does not wait for anybody.
        let for_ever = ["--iterations", "9000000000000000000"];
        let mut running = demonstration().args(for_ever).start();
        running.wait_for("Starting thread: Thread_2");
        press(&running);
        let _ = running.finish().code(130).quiet();
    }
}

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    demonstration().args(FEW).assert_quiet_without_a_reader();
}

#[test]
fn a_reader_that_goes_away_in_the_middle_ends_it_quietly() {
    let mut running = demonstration().start();
    running.wait_for("Starting thread");
    running.close_stdout();
    let _ = running.finish().success().quiet();
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    demonstration().args(FEW).assert_tells_of_a_full_disk();
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in
        [&["--workers", "0"][..], &["--workers", "1000"], &["--nonsense"]]
    {
        demonstration().assert_refuses(wrong);
    }
}
