//! What the chapter on resources promises, against real processes.

use std::collections::BTreeSet;
use std::thread::available_parallelism;

use lesson_check::{Program, Run, Signal, Transcript};
use rustix::process::{Pid, kill_process};
use serde_json::Value;
use tempfile::tempdir;
use time_utils::trace::{self, Category};

const HERE: &str = env!("CARGO_MANIFEST_DIR");
const DEMONSTRATION: &str = env!("CARGO_BIN_EXE_resource_monitor");

fn demonstration() -> Program {
    Program::new(DEMONSTRATION)
}

fn scenario(name: &str) -> Program {
    Program::new(env!("CARGO_BIN_EXE_resource_monitor_scenarios")).arg(name)
}

fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

/// How many looks there are, at how many workers, and what is seen, differs
/// from run to run; so do the limits from machine to machine.
fn transcript(text: impl Into<String>) -> Transcript {
    Transcript::new(text)
        .mask(r"(?m)(^ *\d+\.\d\d  Worker-.*\n)+", "[LOOKS]\n")
        .mask(r"(?m)(^Worker-.*\n)+", "[WORKERS]\n")
        .mask(r"(?m)^(cores|affinity|quota|memory|the pool) .*$", "$1 [LIMIT]")
        .mask(r" *\b\d+(\.\d+)?\b", " [NUMBER]")
}

/// The objects of a run with `--json`, of this kind.
fn events<'a>(objects: &'a [Value], kind: &str) -> Vec<&'a Value> {
    objects.iter().filter(|object| object["event"] == kind).collect()
}

fn objects(run: &Run) -> Vec<Value> {
    let parsed = run.stdout.lines().map(serde_json::from_str);
    parsed.collect::<Result<_, _>>().expect("objects of JSON, one a line")
}

/// Each of the workers of all looks.
fn readings(objects: &[Value]) -> Vec<&Value> {
    let samples = events(objects, "sample").into_iter();
    samples.filter_map(|s| s["workers"].as_array()).flatten().collect()
}

// The demonstration.

#[test]
fn the_demonstrations_print_what_the_book_shows() {
    for (option, shown) in [
        (None, "output.txt"),
        (Some("--kill-worker"), "kill_worker.txt"),
        (Some("--leak"), "leak.txt"),
        (Some("--oversubscribe"), "oversubscribe.txt"),
    ] {
        let run = demonstration().args(option).run().success().quiet();
        transcript(run.stdout).assert_matches(format!("{HERE}/{shown}"));
    }
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let script = format!("{HERE}/python/resource_monitor.py");
    let twin = Program::python(script).run().success().quiet();
    let ours = demonstration().run().success();
    transcript(ours.stdout).assert_same(&twin.stdout, "the twin");
}

#[test]
#[ignore = "needs python3"]
fn pythons_pool_counts_cores_that_are_not_for_it() {
    let script = format!("{HERE}/python/cpu_count.py");
    let run = Program::python(script).run().success().quiet();
    let lines = lines(&run).into_iter();
    let numbers = lines.filter_map(|line| line.split(' ').next_back());
    let numbers: Vec<&str> = numbers.collect();
    let [cores, allowed, workers] = numbers[..] else { panic!("{run}") };
    assert_eq!(allowed, "1", "{run}");
    // Since 3.13 it sees the affinity.
    let asks = Program::python("-c").arg("import os; os.process_cpu_count()");
    let newer = asks.run().status.success();
    assert_eq!(workers, if newer { allowed } else { cores }, "{run}");
    transcript(run.stdout)
        .assert_matches(format!("{HERE}/python/cpu_count.txt"));
}

#[test]
fn every_task_is_counted_and_every_worker_was_a_child_of_the_program() {
    let mut running = demonstration()
        .args(["--json", "--workers", "3", "--tasks", "9", "--interval", "50"])
        .start();
    let first = running.wait_for(r#""event":"sample""#);
    let first: Value = serde_json::from_str(&first).unwrap();
    let children = running.descendants();
    let children: BTreeSet<_> = children
        .iter()
        .filter(|child| child.parent == running.pid())
        .map(|child| u64::from(child.pid))
        .collect();
    let pids = |readings: &[&Value]| -> BTreeSet<u64> {
        readings.iter().map(|r| r["pid"].as_u64().unwrap()).collect()
    };
    assert_eq!(pids(&readings(&[first])), children);

    let run = running.finish().success().quiet();
    let objects = objects(&run);
    let readings = readings(&objects);
    assert_eq!(pids(&readings), children, "{run}");
    let last = &readings[readings.len() - 3..];
    let done = last.iter().map(|r| r["tasks_done"].as_u64().unwrap());
    assert_eq!(done.sum::<u64>(), 9, "{run}");
    let [summary] = events(&objects, "summary")[..] else { panic!("{run}") };
    assert_eq!(summary["tasks_done"], 9, "{run}");
    assert_eq!(summary["workers"].as_array().unwrap().len(), 3, "{run}");
}

#[test]
fn each_object_has_the_documented_fields() {
    let run = demonstration().args(["--json", "--tasks", "2"]).run().success();
    let objects = objects(&run);
    let [size] = events(&objects, "size")[..] else { panic!("{run}") };
    let fields = |value: &Value| -> Vec<String> {
        value.as_object().unwrap().keys().cloned().collect()
    };
    assert_eq!(fields(size), ["because", "event", "limits", "workers"]);
    let expected = [
        "cpu_percent",
        "cpu_seconds",
        "peak_rss_bytes",
        "pid",
        "pss_bytes",
        "rss_bytes",
        "state",
        "tasks_done",
        "threads",
        "worker",
    ];
    for reading in readings(&objects) {
        assert_eq!(fields(reading), expected, "{run}");
    }
    // In the last look nobody's memory grows while it is read.
    let last = readings(&objects).pop().expect("a last look");
    let bytes = |name: &str| last[name].as_u64().unwrap();
    assert!(bytes("pss_bytes") <= bytes("rss_bytes"), "{run}");
    let first = &events(&objects, "sample")[0]["workers"][0];
    assert!(first["cpu_percent"].is_null(), "{run}");
}

#[test]
fn a_killed_worker_is_shown_as_gone_and_its_place_taken() {
    let run = demonstration()
        .args(["--kill-worker", "--json", "--workers", "2"])
        .args(["--interval", "100"])
        .run()
        .success()
        .quiet();
    let objects = objects(&run);
    let readings = readings(&objects);
    let gone: Vec<_> =
        readings.iter().filter(|r| r["state"] == "gone").collect();
    let [gone] = gone[..] else { panic!("{run}") };
    assert!(gone.get("rss_bytes").is_none(), "{run}");
    assert!(readings.iter().any(|r| r["worker"] == "Worker-3"), "{run}");
    let [summary] = events(&objects, "summary")[..] else { panic!("{run}") };
    assert_eq!(summary["tasks_done"], 11, "{run}");
    let [lost] = events(&objects, "lost")[..] else { panic!("{run}") };
    let worker = format!(
        "in {} (PID {}): the worker ended: signal 9 (SIGKILL)",
        gone["worker"].as_str().unwrap(),
        gone["pid"]
    );
    assert!(lost["error"].as_str().unwrap().ends_with(&worker), "{run}");
}

#[test]
fn where_all_is_done_before_a_worker_is_killed_that_is_an_error() {
    let run = demonstration()
        .args(["--kill-worker", "--tasks", "1", "--interval", "60000"])
        .run()
        .code(1);
    assert!(run.stderr.contains("no worker was killed"), "{run}");
    assert!(run.stderr.contains("ask for more tasks"), "{run}");
}

#[test]
fn a_worker_that_leaks_is_replaced_before_it_has_what_all_tasks_leak() {
    let run = demonstration()
        .args(["--leak", "--json", "--workers", "1", "--tasks", "6"])
        .args(["--interval", "50"])
        .run()
        .success()
        .quiet();
    let objects = objects(&run);
    let [summary] = events(&objects, "summary")[..] else { panic!("{run}") };
    assert_eq!(summary["tasks_done"], 6, "{run}");
    let workers = summary["workers"].as_array().unwrap();
    assert_eq!(workers.len(), 2, "{run}");
    // However seldom we looked: the system has noted the most.
    let all_leak = (16 + 32 + 48 + 64 + 16 + 32) << 20;
    for worker in workers {
        let peak = worker["peak_rss_bytes"].as_u64().unwrap();
        assert!(peak < all_leak, "{run}");
    }
}

#[test]
fn rayon_makes_a_thread_for_each_core_in_every_worker_or_as_many_as_told() {
    // Of a quota of one and a half cores, rayon takes one, and a pool two.
    let cores = available_parallelism().unwrap().get();
    let size = demonstration()
        .args(["--size", "--json", "--memory-per-worker", "1"])
        .run()
        .success();
    let pool = objects(&size)[0]["workers"].as_u64().unwrap();
    let pool = usize::try_from(pool).unwrap();
    let run = demonstration()
        .args(["--oversubscribe", "--workers", "3"])
        .run()
        .success()
        .quiet();
    let threads = lines(&run).into_iter().skip(1).map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let each = words[3].trim_start_matches('(');
        [words[0], words[1], words[2], each].map(|word| word.parse().unwrap())
    });
    let threads: Vec<[usize; 4]> = threads.collect();
    let expected =
        [[0, 3, 3 * cores, cores], [1, 3, 3, 1], [pool, 1, pool, pool]];
    assert_eq!(threads, expected, "{run}");
}

#[test]
fn the_size_follows_from_what_is_asked_for() {
    let size = |arguments: &[&str]| {
        let run = demonstration().arg("--size").args(arguments).run();
        let run = run.success().quiet();
        assert_eq!(lines(&run).len(), 7, "{run}");
        run.stdout
    };
    let each = ["--memory-per-worker", "100", "--memory-budget"];
    let none = size(&[&each[..], &["50"]].concat());
    assert!(none.contains("there must be one: too little for it: memory"));
    let one = size(&[&each[..], &["199"]].concat());
    assert!(one.contains("for workers: 199, for each: 100"), "{one}");
    assert!(one.contains("\nmemory          1  "), "{one}");
    assert!(one.contains("\nthe pool        1  "), "{one}");
    let seven = size(&["--workers", "7"]);
    assert!(seven.contains("\nthe pool        7  as asked for"), "{seven}");
    let few = size(&["--tasks", "1"]);
    assert!(few.contains("\nthe pool        1  "), "{few}");
    assert!(few.contains("\ntasks           1  tasks: 1\n"), "{few}");
}

#[test]
fn in_the_trace_are_the_tasks_and_the_looks() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let _ = demonstration()
        .args(["--workers", "2", "--tasks", "4", "--interval", "100"])
        .env(trace::VARIABLE, &file)
        .run()
        .success();
    let events = trace::read(&file).unwrap();
    let pids = |name: &str| -> Vec<u32> {
        let named =
            events.iter().filter(|e| e.cat == Category::Task && e.name == name);
        named.map(|event| event.pid).collect()
    };
    // Four, and the one whose worker was measured; each begins and ends.
    let (tasks, looks) = (pids("work"), pids("look"));
    assert_eq!(tasks.len(), 10, "{events:?}");
    assert!(looks.len() >= 4, "{events:?}");
    assert!(tasks.iter().all(|pid| !looks.contains(pid)), "{events:?}");
}

// What a look sees.

#[test]
fn how_busy_a_worker_is_nobody_knows_before_the_second_look() {
    let _ = scenario("first look").run().success().quiet();
}

#[test]
fn a_busy_worker_is_seen_busy_and_an_idle_one_idle() {
    let _ = scenario("busy and idle").run().success().quiet();
}

#[test]
fn what_a_worker_holds_is_seen_and_what_is_shared_is_less_by_pss() {
    let _ = scenario("memory").run().success().quiet();
}

#[test]
fn pss_can_be_left_out() {
    let _ = scenario("without PSS").run().success().quiet();
}

#[test]
fn a_stopped_worker_is_seen_stopped_until_it_goes_on() {
    let _ = scenario("stopped").run().success().quiet();
}

#[test]
fn a_zombie_is_seen_as_one_until_it_is_waited_for() {
    let _ = scenario("zombie").run().success().quiet();
}

#[test]
fn a_worker_that_was_killed_is_gone_and_no_error() {
    let _ = scenario("killed").run().success().quiet();
}

#[test]
fn a_fresh_worker_is_seen_and_the_old_one_once_more() {
    let _ = scenario("replaced").run().success().quiet();
}

#[test]
fn who_is_not_asked_for_any_more_is_told_of_when_it_ends() {
    let _ = scenario("forgotten").run().success().quiet();
}

#[test]
fn a_pid_that_nobody_has_is_gone_and_no_error() {
    let _ = scenario("nobody").run().success().quiet();
}

#[test]
fn who_is_asked_for_twice_is_seen_twice() {
    let _ = scenario("twice").run().success().quiet();
}

#[test]
fn threads_are_counted_from_outside() {
    let _ = scenario("threads").run().success().quiet();
}

#[test]
fn involuntary_switches_are_those_of_all_threads() {
    let _ = scenario("switches").run().success().quiet();
}

#[test]
fn looks_leave_no_descriptor_or_thread() {
    let _ = scenario("belongings").run().success().quiet();
}

#[test]
fn on_one_core_of_several_the_pool_has_one_worker() {
    let run = scenario("one core").run().success().quiet();
    let cores = lines(&run)[0].trim_start_matches("cores: ");
    let allowed = available_parallelism().unwrap().get();
    assert!(cores.parse::<usize>().unwrap() >= allowed, "{run}");
}

// At a terminal.

/// The demonstration as a terminal of so many rows shows it.
fn at_a_terminal_of(rows: u32, arguments: &str) -> Program {
    let command =
        format!("stty rows {rows} cols 80 && {DEMONSTRATION} {arguments}");
    Program::new("script")
        .args(["--quiet", "--return", "--command", &command, "/dev/null"])
        .env("TERM", "xterm")
}

fn at_a_terminal(arguments: &str) -> Program {
    at_a_terminal_of(24, arguments)
}

#[test]
#[ignore = "needs script, of util-linux"]
fn at_a_terminal_the_table_is_drawn_again_in_its_place() {
    let run = at_a_terminal("--interval 100 --workers 2").run().success();
    let up_and_cleared = "\x1b[2A\r\x1b[2K";
    assert!(run.stdout.matches(up_and_cleared).count() >= 3, "{run}");
    let header = "seconds  worker         PID";
    assert!(run.stdout.matches(header).count() >= 4, "{run}");
    // The summary is not drawn over it.
    assert!(run.stdout.contains("\nworker         PID  tasks"), "{run}");
}

#[test]
#[ignore = "needs script, of util-linux"]
fn at_a_terminal_with_few_rows_the_last_one_tells_of_the_rest() {
    let run = at_a_terminal_of(10, "--workers 30 --tasks 2").run().success();
    assert!(run.stdout.contains("… and 22 more"), "{run}");
}

#[test]
#[ignore = "needs script, of util-linux"]
fn at_a_terminal_the_cursor_and_the_colours_stay_as_they_are() {
    for no_color in ["", "1"] {
        let run = at_a_terminal("--interval 100 --tasks 4")
            .env("NO_COLOR", no_color)
            .run()
            .success();
        for changed in ["\x1b[?25l", "\x1b[?1049h", "\x1b[0m", "\x1b[1m"] {
            assert!(!run.stdout.contains(changed), "{run}");
        }
        let drawn = run.stdout.matches("seconds  worker").count();
        assert!(drawn >= 2, "{run}");
        let colour = run.stdout.split("\x1b[3").count();
        assert_eq!(colour, 1, "{run}");
    }
}

#[test]
#[ignore = "needs script, of util-linux"]
fn at_a_dumb_terminal_there_are_plain_lines() {
    let run = at_a_terminal("--interval 100 --tasks 4").env("TERM", "dumb");
    let run = run.run().success();
    assert!(!run.stdout.contains('\x1b'), "{run}");
    assert_eq!(run.stdout.matches("seconds  worker").count(), 1, "{run}");
}

#[test]
#[ignore = "needs script, of util-linux"]
fn ctrl_c_leaves_the_terminal_as_it_was() {
    let mut running = at_a_terminal("--interval 50 --tasks 500").start();
    running.wait_for("the pool");
    let program = running
        .descendants()
        .into_iter()
        .find(|member| member.command.starts_with(DEMONSTRATION))
        .expect("the demonstration runs");
    let pid = Pid::from_raw(program.pid.cast_signed()).unwrap();
    kill_process(pid, Signal::INT).unwrap();
    let run = running.finish().code(130);
    assert!(!run.stdout.contains("\x1b[?25l"), "{run}");
}

// What a person does to it.

#[test]
fn ctrl_c_ends_it_whatever_it_is_at() {
    for (arguments, shown) in [
        (&["--tasks", "500"][..], "seconds  worker"),
        (&["--tasks", "500", "--json"], r#""event":"sample""#),
        (&["--oversubscribe", "--workers", "64"], "RAYON_NUM_THREADS"),
    ] {
        let mut running = demonstration().args(arguments).start();
        running.wait_for(shown);
        running.press_ctrl_c();
        let _ = running.finish().code(130).quiet();
    }
}

#[test]
fn workers_do_not_outlive_a_parent_that_is_killed() {
    let mut running = demonstration().args(["--tasks", "500"]).start();
    running.wait_for("seconds  worker");
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL);
}

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    for option in
        [None, Some("--json"), Some("--size"), Some("--oversubscribe")]
    {
        demonstration().args(option).assert_quiet_without_a_reader();
    }
}

#[test]
fn a_reader_that_goes_away_in_between_ends_it_quietly() {
    let mut running = demonstration().args(["--tasks", "500"]).start();
    running.wait_for("seconds  worker");
    running.close_stdout();
    let _ = running.finish().success().quiet();
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    for option in [None, Some("--json"), Some("--oversubscribe")] {
        demonstration().args(option).assert_tells_of_a_full_disk();
    }
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [
        &["--nonsense"][..],
        &["--workers", "0"],
        &["--workers", "257"],
        &["--workers", "many"],
        &["--tasks", "0"],
        &["--tasks", "100001"],
        &["--interval", "5"],
        &["--memory-per-worker", "0"],
        &["--memory-per-worker", "99999999999999999"],
        &["--memory-budget", "1.5"],
        &["--oversubscribe", "--json"],
        &["--leak", "--kill-worker"],
    ] {
        demonstration().assert_refuses(wrong);
    }
}

#[test]
fn the_help_names_every_option() {
    let run = demonstration().arg("--help").run().success().quiet();
    for option in [
        "--workers",
        "--tasks",
        "--interval",
        "--memory-per-worker",
        "--memory-budget",
        "--json",
        "--size",
        "--kill-worker",
        "--leak",
        "--oversubscribe",
    ] {
        assert!(run.stdout.contains(option), "{run}");
    }
}
