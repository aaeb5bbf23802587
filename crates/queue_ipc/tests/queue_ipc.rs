//! What the chapter on queues promises, against real processes.

use lesson_check::{Member, Program, Run, Signal, Transcript};
use tempfile::tempdir;
use time_utils::trace::{self, Category, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_queue_ipc"))
}

fn scenario(name: &str) -> Program {
    Program::new(env!("CARGO_BIN_EXE_queue_ipc_scenarios")).arg(name)
}

/// Plays a scenario that sees for itself whether its promise holds.
fn assert_kept(name: &str) {
    let run = scenario(name).run().success();
    assert!(run.stdout.ends_with("kept\n"), "{run}");
}

#[test]
fn the_demonstrations_print_what_the_book_shows() {
    for (option, shown) in [
        (None, "output.txt"),
        (Some("--threads"), "threads.txt"),
        (Some("--join-first"), "join_first.txt"),
        (Some("--both-send"), "both_send.txt"),
        (Some("--kill-consumer"), "kill_consumer.txt"),
    ] {
        let run = demonstration().args(option).run().success().quiet();
        Transcript::new(run.stdout).assert_matches(format!("{HERE}/{shown}"));
    }
}

#[test]
fn a_demonstration_does_not_wait_for_the_items_of_a_killed_worker() {
    for option in ["--join-first", "--both-send"] {
        let run = (0..10).find_map(|_| with_its_worker_killed(option));
        let run = run.unwrap_or_else(|| {
            panic!("the worker of {option} was faster, ten times")
        });
        assert!(run.stderr.starts_with("error: "), "{run}");
    }
}

/// How a demonstration ended whose worker was killed; `None` where the worker
/// was done before.
fn with_its_worker_killed(option: &str) -> Option<Run> {
    let mut running = demonstration().arg(option).start();
    // It has a feeder from its first item on.
    let puts = |member: &Member| {
        member.worker_name().is_some() && member.has_thread("feeder")
    };
    running.until_member(puts)?.signal(Signal::KILL);
    let run = running.finish();
    let was_done = run.stdout.contains("worker  put");
    if was_done && run.status.success() {
        return None;
    }
    Some(run.code(1))
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let script = format!("{HERE}/python/queue_ipc.py");
    let twin = Program::python(script).run().success().quiet();
    let ours = demonstration().run().success().quiet();
    Transcript::new(ours.stdout).assert_same(&twin.stdout, "the twin");
}

#[test]
#[ignore = "needs python3"]
fn python_fails_as_the_book_shows() {
    for name in ["join_first", "both_send", "kill_consumer"] {
        let script = format!("{HERE}/python/{name}.py");
        let run = Program::python(script).run().success().quiet();
        Transcript::new(run.stdout)
            .assert_matches(format!("{HERE}/python/{name}.txt"));
    }
}

#[test]
fn the_demonstration_shares_any_number_of_items_among_any_number() {
    for (items, producers, consumers) in
        [("0", "1", "1"), ("1", "3", "4"), ("1000", "1", "5")]
    {
        let counts = ["--items", items, "--producers", producers];
        let consumers = ["--consumers", consumers];
        for option in [None, Some("--threads")] {
            let program = demonstration().args(counts).args(consumers);
            let run = program.args(option).run().success().quiet();
            let nobody = "got by nobody          0 items\n";
            let twice = "got twice              0 items\n";
            assert!(run.stdout.contains(&format!("{nobody}{twice}")), "{run}");
        }
    }
}

#[test]
fn in_the_trace_each_item_is_worked_on_once_and_not_where_it_was_put() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let _ = demonstration().env(trace::VARIABLE, &file).run().success();
    let events = trace::read(&file).unwrap();
    let mut tasks: Vec<_> = events
        .iter()
        .filter(|e| e.cat == Category::Task && e.ph == Phase::Begin)
        .collect();
    tasks.sort_by_key(|event| event.name.clone());
    tasks.dedup_by_key(|event| event.name.clone());
    assert_eq!(tasks.len(), 12, "{events:?}");
    let arrows = |phase| {
        let of = |e: &&trace::Event| e.name == "item" && e.ph == phase;
        events.iter().filter(of).collect::<Vec<_>>()
    };
    // 25; and each item to its consumer, and its square back.
    let (sent, received) = (arrows(Phase::Sent), arrows(Phase::Received));
    assert_eq!((sent.len(), received.len()), (25, 25), "{events:?}");
    for from in sent {
        let to = received.iter().find(|to| to.id == from.id).unwrap();
        assert_ne!(to.pid, from.pid, "{events:?}");
    }
}

#[test]
fn a_full_queue_lets_put_wait_for_a_place() {
    assert_kept("maxsize blocks");
}

#[test]
fn full_and_empty_come_when_the_patience_is_over() {
    assert_kept("full and empty here");
}

#[test]
fn full_comes_in_time_in_another_process() {
    assert_kept("full in a producer");
}

#[test]
fn empty_comes_in_time_in_another_process() {
    assert_kept("empty in a consumer");
}

#[test]
fn an_item_that_cannot_be_written_is_told_and_takes_no_place() {
    assert_kept("unwritable items");
}

#[test]
fn nothing_can_be_put_into_a_closed_queue() {
    assert_kept("put after close");
}

#[test]
fn items_of_20_mebibytes_and_of_nothing_arrive() {
    assert_kept("huge and empty items");
}

#[test]
fn signals_of_ending_children_interrupt_nobody() {
    assert_kept("signals");
}

#[test]
fn each_item_is_got_exactly_once() {
    assert_kept("exactly once");
}

#[test]
fn each_item_is_got_exactly_once_also_when_several_are_fetched() {
    assert_kept("exactly once, fetched");
}

#[test]
fn the_items_of_one_producer_stay_in_order() {
    assert_kept("in order");
}

#[test]
fn the_end_comes_after_the_last_item_also_of_a_producer_that_is_killed() {
    assert_kept("closed after the last");
}

#[test]
fn a_producer_ends_before_anything_it_put_is_got() {
    assert_kept("joined before drained");
}

#[test]
fn two_put_all_they_have_before_either_gets() {
    assert_kept("both put first");
}

#[test]
fn a_hundred_queues_leave_no_thread_and_no_descriptor() {
    assert_kept("a hundred queues");
}

#[test]
fn join_returns_when_the_last_task_is_done() {
    assert_kept("all tasks done");
}

#[test]
fn no_task_is_done_that_nobody_got() {
    assert_kept("done too often");
}

#[test]
fn join_tells_how_many_tasks_died_with_their_consumer() {
    assert_kept("lost tasks");
}

#[test]
fn join_waits_for_the_keeper_where_it_is_the_last_who_gets() {
    assert_kept("keeper works");
}

#[test]
fn a_consumer_that_is_passed_on_takes_along_what_it_has_fetched() {
    assert_kept("passed on");
}

#[test]
fn join_tells_of_lost_tasks_though_they_find_no_place_in_the_queue() {
    assert_kept("lost with a full queue");
}

#[test]
fn consumers_killed_at_random_take_nothing_but_what_they_got() {
    assert_kept("killed at random");
}

#[test]
fn a_consumer_killed_while_it_waits_takes_nothing() {
    assert_kept("killed while waiting");
}

#[test]
fn what_a_killed_consumer_had_fetched_goes_to_the_others() {
    assert_kept("killed with fetched items");
}

#[test]
fn a_killed_producer_harms_nobody() {
    assert_kept("killed producer");
}

#[test]
fn with_its_keeper_a_queue_is_gone_and_all_its_processes() {
    let mut running = scenario("keeper").start();
    running.wait_for("all are at work");
    assert_eq!(running.descendants().len(), 4);
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL);
}

#[test]
fn ctrl_c_ends_the_family_whatever_it_waits_for() {
    for waiting in
        ["wait in get", "wait in put", "get for ever", "wait in join"]
    {
        let mut running = scenario(waiting).start();
        running.wait_for("waiting");
        assert_eq!(running.descendants().len(), 1, "{waiting}");
        running.press_ctrl_c();
        let _ = running.finish().code(130).quiet();
    }
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
    for wrong in [
        &["--nonsense"][..],
        &["--consumers", "0"],
        &["--producers", "65"],
        &["--threads", "--join-first"],
    ] {
        demonstration().assert_refuses(wrong);
    }
}
