//! What the chapter on pipes promises, against real processes.

use lesson_check::{Program, Run, Signal, Transcript};
use tempfile::tempdir;
use time_utils::trace::{self, Category, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_pipe_ipc"))
}

fn scenario(name: &str) -> Program {
    Program::new(env!("CARGO_BIN_EXE_pipe_ipc_scenarios")).arg(name)
}

fn lines(run: &Run) -> Vec<&str> {
    run.stdout.lines().collect()
}

// The demonstration.

#[test]
fn the_demonstrations_print_what_the_book_shows() {
    for (option, shown) in [
        (None, "output.txt"),
        (Some("--killed"), "killed.txt"),
        (Some("--wait"), "wait.txt"),
    ] {
        let run = demonstration().args(option).run().success().quiet();
        Transcript::new(run.stdout).assert_matches(format!("{HERE}/{shown}"));
    }
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let script = format!("{HERE}/python/pipe_ipc.py");
    for rounds in [&[][..], &["--rounds", "5"]] {
        let twin = Program::python(&script).args(rounds).run().success();
        let ours = demonstration().args(rounds).run().success();
        Transcript::new(ours.stdout).assert_same(&twin.stdout, "the twin");
    }
}

#[test]
#[ignore = "needs python3"]
fn a_python_parent_that_keeps_the_childs_end_sees_no_end() {
    let script = format!("{HERE}/python/never_ends.py");
    let run = Program::python(script).run().success().quiet();
    Transcript::new(run.stdout)
        .assert_matches(format!("{HERE}/python/never_ends.txt"));
}

#[test]
fn as_many_rounds_are_played_as_are_asked_for() {
    let run = demonstration().args(["--rounds", "20"]).run().success();
    let received = |line: &&str| line.contains("received");
    assert_eq!(run.stdout.lines().filter(received).count(), 40, "{run}");
}

#[test]
fn in_the_trace_each_message_leaves_one_process_and_arrives_in_the_other() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let _ = demonstration().env(trace::VARIABLE, &file).run().success();
    let events = trace::read(&file).unwrap();
    let of = |phase| {
        events.iter().filter(move |event| {
            event.cat == Category::Message
                && event.name == "message"
                && event.ph == phase
        })
    };
    let sent: Vec<_> = of(Phase::Sent).collect();
    assert_eq!(sent.len(), 6, "{events:?}");
    for sent in sent {
        let arrived: Vec<_> =
            of(Phase::Received).filter(|e| e.id == sent.id).collect();
        let [arrived] = arrived[..] else { panic!("{sent:?}: {events:?}") };
        assert_ne!(arrived.pid, sent.pid);
    }
}

// What arrives.

#[test]
fn values_go_there_and_back_over_a_pipe() {
    let run = scenario("there and back").run().success().quiet();
    let named = "Named { name: \"ünïcode \\0\", \
                 parts: [Some(-9223372036854775808), None] }";
    let number = "Number(0.30000000000000004)";
    assert_eq!(lines(&run), ["Nothing", number, named, "exit code 0"]);
}

#[test]
fn values_go_one_way_each_over_two_pipes() {
    let run = scenario("one way").run().success().quiet();
    assert_eq!(lines(&run), ["42", "exit code 0"]);
}

#[test]
fn what_was_sent_before_the_other_process_started_waits_for_it() {
    let run = scenario("sent before the start").run().success().quiet();
    assert_eq!(lines(&run), ["Number(7.0)"]);
}

#[test]
fn messages_are_neither_merged_nor_cut_and_may_be_empty() {
    let run = scenario("three things").run().success().quiet();
    let expected = [
        r#""one", "one""#,
        r#""", """#,
        r#""three", "three""#,
        "(Err(Closed), Err(Closed))",
    ];
    assert_eq!(lines(&run), expected);
}

#[test]
fn a_value_of_a_hundred_mebibytes_arrives_whole() {
    let run = scenario("large value").run().success().quiet();
    assert_eq!(lines(&run), ["whole"]);
}

#[test]
fn a_hundred_mebibytes_of_bytes_arrive_whole() {
    let run = scenario("large bytes").run().success().quiet();
    assert_eq!(lines(&run), ["whole"]);
}

#[test]
fn two_that_both_send_before_they_receive_get_on() {
    let run = scenario("both send first").run().success().quiet();
    assert_eq!(lines(&run), ["exit code 0"]);
}

#[test]
fn signals_that_are_handled_meanwhile_disturb_neither_send_nor_recv() {
    let run = scenario("signals").run().success().quiet();
    assert_eq!(lines(&run), ["received 1", "sent, exit code 0"]);
}

// How it ends.

#[test]
fn whatever_the_end_of_a_process_its_pipe_ends_after_all_it_sent() {
    let run = scenario("endings").run().success();
    let expected: Vec<_> = [
        ("Return", "exit code 0"),
        ("Error", "exit code 1"),
        ("Panic", "exit code 101"),
        ("Exit", "exit code 3"),
        ("Abort", "signal 6 (SIGABRT)"),
        ("Kill", "signal 9 (SIGKILL)"),
    ]
    .iter()
    .flat_map(|(how, exit)| {
        [
            format!("{how}: {exit}"),
            "  sends: (Err(Closed), Err(Closed))".into(),
            "  received 50, then Closed".into(),
        ]
    })
    .collect();
    assert_eq!(lines(&run), expected);
}

#[test]
fn an_end_that_is_dropped_is_the_end_though_its_process_lives() {
    let run = scenario("hanging up").run().success().quiet();
    assert_eq!(lines(&run), ["Err(Closed)", "Err(Closed)", "alive: true"]);
}

#[test]
fn an_end_that_is_passed_on_is_in_its_new_place_only() {
    let run = scenario("passed on").run().success().quiet();
    assert_eq!(lines(&run), ["Ok(42)", "Err(Closed)", "alive: true"]);
}

#[test]
fn a_sender_that_is_killed_in_the_middle_cuts_its_message_off() {
    let run = scenario("sender killed").run().success().quiet();
    let [first, again] = lines(&run)[..] else { panic!("{run}") };
    let cut = first.strip_prefix("Err(CutOff { got: ").unwrap();
    let (got, rest) = cut.split_once(',').unwrap();
    assert!((1..100 << 20).contains(&got.parse::<u32>().unwrap()), "{run}");
    assert_eq!(rest, " of: 104857600 })");
    assert_eq!(again, format!("again: {first}"));
}

#[test]
fn a_receiver_that_is_killed_ends_a_send_that_is_on_its_way() {
    let run = scenario("receiver killed").run().success().quiet();
    assert_eq!(lines(&run), ["bytes: Err(Closed)", "values: Err(Closed)"]);
}

#[test]
fn a_receiver_that_is_stopped_and_killed_ends_a_send_that_waits() {
    let run = scenario("receiver stopped").run().success().quiet();
    assert_eq!(lines(&run), ["bytes: Err(Closed)", "values: Err(Closed)"]);
}

#[test]
fn a_hundred_pipes_and_their_children_leave_nothing_over() {
    let _ = scenario("a hundred pipes").run().success().quiet();
}

// What can be sent.

#[test]
fn a_value_that_cannot_be_written_spoils_no_other_message() {
    let run = scenario("values").run().success();
    let right = ["right", "Text(\"right, too\")"];
    let [first, second, third] = lines(&run)[..3] else { panic!("{run}") };
    for poisoned in [first, second, third] {
        assert!(poisoned.starts_with("Err(Value { why"), "{run}");
    }
    assert_eq!(lines(&run)[3..5], right);
    let why = "it panicked: it does not want to be written";
    let panicked = format!("Err(Value {{ why: \"{why}\" }})");
    assert_eq!(lines(&run)[5..8], [&panicked; 3]);
    assert_eq!(lines(&run)[8..], right);
}

#[test]
fn a_value_that_cannot_be_read_is_an_error_and_the_next_one_arrives() {
    let run = scenario("unreadable").run().success().quiet();
    let [odd, even] = lines(&run)[..] else { panic!("{run}") };
    assert!(odd.starts_with("Err(Value"), "{run}");
    assert_eq!(even, "Ok(Even(2))");
}

#[test]
fn ends_of_pipes_travel_in_values_also_with_large_descriptors() {
    let run = scenario("ends in values").run().success().quiet();
    let each = ["through two pipes", "Err(Closed)"];
    assert_eq!(lines(&run), [each, each].concat());
}

#[test]
fn too_many_ends_in_one_value_are_an_error_and_do_no_harm() {
    let run = scenario("too many ends").run().success();
    let [sixty_five, two_hundred, sixty_four] = lines(&run)[..] else {
        panic!("{run}");
    };
    let error = "the value cannot be sent: it panicked: ";
    assert!(sixty_five.starts_with(&format!("65: {error}")), "{run}");
    assert!(two_hundred.starts_with(&format!("200: {error}")), "{run}");
    assert_eq!(sixty_four, "64: arrived");
}

// Waiting.

#[test]
fn a_deadline_is_kept_and_takes_no_message_away() {
    let run = scenario("deadlines").run().success().quiet();
    assert_eq!(lines(&run), ["Some(5)", "Err(Closed)"]);
}

#[test]
fn bytes_that_arrive_in_parts_are_put_together_across_deadlines() {
    let run = scenario("bytes in parts").run().success().quiet();
    assert_eq!(lines(&run), ["whole, exit code 0"]);
}

#[test]
fn a_send_with_a_deadline_comes_back_and_does_not_spoil_what_is_whole() {
    let run = scenario("no room").run().success().quiet();
    let torn = "the pipe cannot be written: a message was cut off here: \
                the pipe is of no more use";
    assert_eq!(lines(&run), [torn]);
}

#[test]
fn one_wait_tells_of_all_that_are_ready_messages_and_ends() {
    let run = scenario("several").run().success().quiet();
    // The pipes are 0, 1 and 2; their processes 3, 4 and 5.
    assert_eq!(lines(&run), ["[0, 2]", "[]", "[]", "[1, 4]"]);
}

#[test]
fn from_several_writers_each_message_comes_once_until_all_have_ended() {
    let run = scenario("several writers").run().success().quiet();
    let received = "received [500, 500, 500, 500]";
    let code = "exit code 0";
    assert_eq!(lines(&run), [received, code, code, code, code]);
}

#[test]
fn what_a_waiting_send_took_in_counts_as_ready() {
    let run = scenario("kept").run().success().quiet();
    assert_eq!(lines(&run), ["ready: [1]", "all words, in their order"]);
}

#[test]
fn what_cannot_be_read_is_told_in_its_turn_also_after_a_waiting_send() {
    let run = scenario("kept unreadable").run().success().quiet();
    assert_eq!(lines(&run), ["unreadable", "2", "unreadable", "4"]);
}

// What a person does to it.

#[test]
fn ctrl_c_ends_a_parent_that_waits_for_a_message_or_for_room() {
    for (name, begun) in [
        ("listen", "both wait for a word"),
        ("talk to the deaf", "the child is deaf"),
    ] {
        let mut running = scenario(name).start();
        running.wait_for(begun);
        running.press_ctrl_c();
        let _ = running.finish().code(130).quiet();
    }
}

#[test]
fn a_child_that_waits_for_a_message_does_not_outlive_its_parent() {
    let mut running = scenario("listen").start();
    running.wait_for("both wait for a word");
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL);
}

#[test]
fn a_reader_that_has_gone_away_ends_it_quietly() {
    for option in [None, Some("--killed"), Some("--wait")] {
        demonstration().args(option).assert_quiet_without_a_reader();
    }
}

#[test]
fn a_reader_that_goes_away_in_the_middle_ends_it_quietly() {
    let mut running = demonstration().args(["--rounds", "1000"]).start();
    running.wait_for("round 2");
    running.close_stdout();
    let _ = running.finish().success().quiet();
}

#[test]
fn a_full_disk_is_told_and_ends_with_exit_code_1() {
    for option in [None, Some("--killed"), Some("--wait")] {
        demonstration().args(option).assert_tells_of_a_full_disk();
    }
}

#[test]
fn wrong_arguments_are_told_and_end_with_exit_code_2() {
    for wrong in [
        &["--rounds", "0"][..],
        &["--rounds", "1001"],
        &["--rounds", "two"],
        &["--killed", "--wait"],
        &["--rounds", "2", "--killed"],
        &["--nonsense"],
        &["nonsense"],
    ] {
        demonstration().assert_refuses(wrong);
    }
}

#[test]
fn help_names_every_option() {
    let run = demonstration().arg("--help").run().success().quiet();
    for option in ["--rounds", "--killed", "--wait", "--help", "--version"] {
        assert!(run.stdout.contains(option), "{run}");
    }
}
