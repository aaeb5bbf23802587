//! What the chapter on lifecycles promises, against real processes.

use lesson_check::{Program, Run, Signal, Transcript};
use rustix::process::{Pid, kill_process};
use tempfile::tempdir;
use time_utils::trace::{self, Args, Category, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_process_lifecycle"))
}

fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

#[test]
fn the_demonstrations_print_what_the_book_shows() {
    for (option, shown) in [
        (None, "output.txt"),
        (Some("--orphan"), "orphan.txt"),
        (Some("--zombie"), "zombie.txt"),
        (Some("--daemon"), "daemon.txt"),
    ] {
        let run = demonstration().args(option).run().success();
        Transcript::new(run.stdout).assert_matches(format!("{HERE}/{shown}"));
    }
}

#[test]
fn its_workers_write_to_standard_error_what_the_book_shows() {
    let run = demonstration().env("RUST_BACKTRACE", "0").run().success();
    Transcript::new(run.stderr)
        .mask(r"\(\d+\) panicked at .*", "([PID]) panicked at [PLACE]")
        .assert_matches(format!("{HERE}/errors.txt"));
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same_but_for_the_panic() {
    let script = format!("{HERE}/python/process_lifecycle.py");
    let twin = Program::python(script).run().success().stdout;
    let ours = demonstration().run().success().stdout;
    // Python has one kind of exception; a panic is not an error, and says so.
    let python_says = "panic             exit code 1\n";
    assert!(twin.contains(python_says), "{twin}");
    let ours = ours.replace("panic             exit code 101\n", python_says);
    Transcript::new(ours).assert_same(&twin, "the twin");
}

#[test]
fn the_parent_sees_how_each_worker_ended() {
    let run = demonstration().run().success();
    let expected = [
        "way to end        what the parent saw",
        "return            exit code 0",
        "error             exit code 1",
        "panic             exit code 101",
        "exit(3)           exit code 3",
        "abort             signal 6 (SIGABRT)",
        "terminate         signal 15 (SIGTERM)",
        "kill              signal 9 (SIGKILL)",
        "ignore terminate  signal 9 (SIGKILL)",
    ];
    assert_eq!(lines(&run), expected);
    // Nothing gets lost on the way: the error, and where it panicked.
    let error = "Error in worker_error: nothing to divide by\n";
    assert!(run.stderr.contains(error), "{run}");
    assert!(run.stderr.contains("ending.rs"), "{run}");
}

#[test]
fn in_the_trace_a_killed_worker_has_no_end_and_its_parent_says_why() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let _ = demonstration().env(trace::VARIABLE, &file).run().success();
    let events = trace::read(&file).unwrap();
    let life = |name: &str| -> Vec<_> {
        let of = |e: &&trace::Event| {
            e.cat == Category::Process && e.name == name && e.args.is_none()
        };
        events.iter().filter(of).map(|e| (e.ph, e.pid)).collect()
    };
    assert!(matches!(
        life("worker_return")[..],
        [(Phase::Begin, _), (Phase::End, _)]
    ));
    let [(Phase::Begin, killed)] = life("worker_kill")[..] else {
        panic!("a killed worker wrote of its end: {events:?}");
    };
    let ended = Args::Ended { pid: killed, how: "signal 9 (SIGKILL)".into() };
    assert!(events.iter().any(|event| event.args.as_ref() == Some(&ended)));
}

#[test]
fn an_orphan_is_shown_and_cleaned_up() {
    let run = demonstration().arg("--orphan").run().success();
    let [_, with, without, _, careful, ended] = lines(&run)[..] else {
        panic!("{run}");
    };
    let parent = |line: &str| line.rsplit(' ').next().map(str::to_owned);
    // It lives on, as somebody else's child.
    assert!(without.contains("alive, child of PID"), "{run}");
    assert_ne!(parent(with), parent(without), "{run}");
    assert!(careful.contains("alive, child of PID"), "{run}");
    assert!(ended.ends_with("has ended"), "{run}");
}

#[test]
#[ignore = "needs python3"]
fn with_python_an_orphan_goes_on() {
    let script = format!("{HERE}/python/orphan.py");
    let run = Program::python(script).run().success();
    let [_, with, without] = lines(&run)[..] else { panic!("{run}") };
    assert!(without.contains("alive, child of PID"), "{run}");
    assert_ne!(
        with.rsplit(' ').next(),
        without.rsplit(' ').next(),
        "its parent is not another: {run}"
    );
    Transcript::new(run.stdout)
        .assert_matches(format!("{HERE}/python/orphan.txt"));
}

#[test]
fn the_orphan_does_not_outlive_a_demonstration_that_is_killed() {
    let mut running = demonstration().arg("--orphan").start();
    running.wait_for("with its parent");
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL);
}

#[test]
fn a_zombie_is_shown_and_waited_for() {
    let run = demonstration().arg("--zombie").run().success().quiet();
    let [_, ended, waited_for, _, ours] = lines(&run)[..] else {
        panic!("{run}");
    };
    assert!(ended.ends_with("a zombie"), "{run}");
    assert!(waited_for.ends_with("gone"), "{run}");
    assert!(ours.ends_with("gone"), "{run}");
}

#[test]
fn a_forgotten_process_is_ended_or_waited_for_as_one_chooses() {
    let run = demonstration().arg("--daemon").run().success().quiet();
    let [_, ended, _, done, waited_for] = lines(&run)[..] else {
        panic!("{run}");
    };
    assert!(ended.ends_with("gone") && waited_for.ends_with("gone"), "{run}");
    // Only the one that was waited for has finished its work.
    assert_eq!(done, "  the worker: done");
}

#[test]
fn ctrl_c_ends_the_family_also_who_does_not_listen_to_signals() {
    let mut running = demonstration().arg("--until-ctrl-c").start();
    running.wait_for("press Ctrl-C");
    assert_eq!(running.descendants().len(), 2);
    running.press_ctrl_c();
    let _ = running.finish().code(130).quiet();
}

#[test]
fn a_worker_that_does_not_last_until_ctrl_c_is_told() {
    let mut running = demonstration().arg("--until-ctrl-c").start();
    running.wait_for("press Ctrl-C");
    let workers = running.descendants();
    let worker = workers.iter().find(|w| w.command.contains("worker_kill"));
    let pid = worker.expect("a worker").pid.cast_signed();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    let run = running.finish().code(1);
    let told = "error: worker_kill ended: signal 9 (SIGKILL)\n";
    assert_eq!(run.stderr, told);
}

#[test]
fn ctrl_c_also_ends_who_waits_for_a_drop() {
    // Where the worker was faster there was nothing to interrupt.
    let interrupted = (0..10).any(|_| ctrl_c_interrupts_a_drop());
    assert!(interrupted, "the worker was done each time, ten times");
}

/// Whether Ctrl-C came before the worker was done.
fn ctrl_c_interrupts_a_drop() -> bool {
    let mut running = demonstration().arg("--daemon").start();
    running.wait_for("JoinOnDrop");
    // From the moment when it works, a thread watches its lifeline.
    if running.until_member(|it| it.has_thread("lifeline")).is_some() {
        running.press_ctrl_c();
    }
    let run = running.finish();
    if run.stdout.contains("done") {
        return false;
    }
    let _ = run.code(130);
    true
}

#[test]
fn no_zombie_is_there_at_any_time() {
    let mut running = demonstration().start();
    running.wait_for("terminate");
    let zombies = running.descendants();
    let lasting: Vec<_> = zombies.iter().filter(|m| m.state == 'Z').collect();
    // One may have ended just now; its parent waits for it already.
    assert!(lasting.len() <= 1, "{lasting:?}");
    let _ = running.finish().success();
}

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    demonstration().assert_quiet_without_a_reader();
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    demonstration().assert_tells_of_a_full_disk();
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [&["--nonsense"][..], &["--orphan", "--zombie"]] {
        demonstration().assert_refuses(wrong);
    }
}
