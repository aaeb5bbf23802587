//! What the chapter on synchronization promises, against real processes.
//!
//! CPython's own tests of the same are `_TestLock`, `_TestSemaphore`,
//! `_TestCondition`, `_TestEvent` and `_TestBarrier` in its
//! `test/_test_multiprocessing.py`; each is named where it is followed. That
//! somebody dies is tested by none of them.

use std::thread::sleep;
use std::time::Duration;

use lesson_check::{Program, Signal, Transcript};
use rustix::process::{Pid, kill_process};
use tempfile::tempdir;
use time_utils::trace::{self, Category, Phase};

const HERE: &str = env!("CARGO_MANIFEST_DIR");

fn demonstration() -> Program {
    Program::new(env!("CARGO_BIN_EXE_synchronization"))
}

fn scenario(name: &str) -> Program {
    Program::new(env!("CARGO_BIN_EXE_synchronization_scenarios")).arg(name)
}

/// Plays a scenario that sees for itself whether its promise holds.
fn assert_kept(name: &str) {
    let run = scenario(name).run().success().quiet();
    assert!(run.stdout.ends_with("kept\n"), "{run}");
}

/// How many updates are lost without anything differs from run to run.
fn counted(text: impl Into<String>) -> Transcript {
    let lost = r"(?m)^nothing +\d+ +\d+ lost$";
    Transcript::new(text).mask(lost, "nothing [COUNT] [LOST] lost")
}

#[test]
fn the_demonstrations_print_what_the_book_shows() {
    let run = demonstration().run().success().quiet();
    counted(run.stdout).assert_matches(format!("{HERE}/output.txt"));
    for (option, shown) in [
        ("--philosophers", "philosophers.txt"),
        ("--kill-holder", "kill_holder.txt"),
    ] {
        let run = demonstration().arg(option).run().success().quiet();
        Transcript::new(run.stdout).assert_matches(format!("{HERE}/{shown}"));
    }
}

#[test]
fn a_deadlock_is_found_told_and_ended() {
    let run = demonstration().arg("--deadlock").run().code(1);
    let told = run.stdout + &run.stderr;
    Transcript::new(told).assert_matches(format!("{HERE}/deadlock.txt"));
}

#[test]
#[ignore = "needs python3"]
fn the_python_twin_prints_the_same() {
    let script = format!("{HERE}/python/synchronization.py");
    let twin = Program::python(script).run().success().quiet();
    let ours = demonstration().run().success().quiet();
    counted(ours.stdout).assert_same(&twin.stdout, "the twin");
}

#[test]
#[ignore = "needs python3"]
fn python_fails_as_the_book_shows() {
    let script = format!("{HERE}/python/kill_holder.py");
    let run = Program::python(script).run().success().quiet();
    Transcript::new(run.stdout)
        .assert_matches(format!("{HERE}/python/kill_holder.txt"));
}

#[test]
fn without_anything_updates_are_lost_and_with_each_none_is() {
    // Which of two runs at the same time is lucky is not ours to say: but
    // not ten times.
    let run = || demonstration().run().success().quiet().stdout;
    let some_lost = |text: &str| {
        let line = text.lines().find(|line| line.starts_with("nothing"));
        !line.unwrap().ends_with(" 0 lost")
    };
    assert!((0..10).any(|_| some_lost(&run())), "nothing was ever lost");
    for (workers, updates) in [("1", "10"), ("3", "7"), ("16", "100")] {
        let counts = ["--workers", workers, "--updates", updates];
        let run = demonstration().args(counts).run().success().quiet();
        let exact = run.stdout.lines().skip(2);
        assert_eq!(exact.clone().count(), 7, "{run}");
        for line in exact {
            assert!(line.ends_with(" 0 lost"), "{run}");
        }
    }
}

#[test]
fn philosophers_eat_as_often_as_they_are_told_to() {
    for meals in ["0", "1", "2000"] {
        let dinner = ["--philosophers", "--meals", meals, "--bites", "0"];
        let run = demonstration().args(dinner).run().success().quiet();
        let fed = format!(" {meals} meals");
        assert_eq!(run.stdout.matches(&fed).count(), 5, "{run}");
    }
}

#[test]
fn in_the_trace_no_two_neighbours_eat_at_the_same_time() {
    let directory = tempdir().unwrap();
    let file = directory.path().join("trace.jsonl");
    let _ = demonstration()
        .args(["--philosophers", "--meals", "20"])
        .env(trace::VARIABLE, &file)
        .run()
        .success();
    let events = trace::read(&file).unwrap();
    let number = |pid| {
        let named = events.iter().find_map(|event| match &event.args {
            Some(trace::Args::Name(name)) if event.pid == pid => Some(name),
            _ => None,
        });
        let name = named.unwrap().strip_prefix("Philosopher_").unwrap();
        name.parse::<usize>().unwrap()
    };
    let mut eats = [false; 5];
    let mut meals = 0;
    // The end is marked while the forks are still held.
    for event in events.iter().filter(|event| event.cat == Category::Task) {
        let seat = number(event.pid);
        eats[seat] = event.ph == Phase::Begin;
        meals += usize::from(eats[seat]);
        assert!(!(eats[seat] && eats[(seat + 1) % 5]), "{events:?}");
        assert!(!(eats[seat] && eats[(seat + 4) % 5]), "{events:?}");
    }
    assert_eq!(meals, 100);
}

/// Where one of them is killed, at moments all over the run, the others and
/// their parent come to an end: at worst an error that names it.
#[test]
fn no_demonstration_waits_for_ever_for_one_that_is_killed() {
    let demonstrations: [&[&str]; 4] = [
        &["--updates", "20000"],
        &["--philosophers", "--meals", "3000"],
        &["--deadlock"],
        &["--kill-holder"],
    ];
    for arguments in demonstrations {
        for moment in 0..12 {
            let running = demonstration().args(arguments).start();
            sleep(Duration::from_micros(moment * 700));
            let family = running.descendants();
            let number = usize::try_from(moment).unwrap();
            if let Some(one) = family.get(number % family.len().max(1)) {
                let pid = Pid::from_raw(one.pid.cast_signed()).unwrap();
                // It may have ended by itself meanwhile.
                let _ = kill_process(pid, Signal::KILL);
            }
            let run = running.finish();
            let told = run.stderr.contains("error:");
            let code = i32::from(told);
            let _ = run.code(code);
        }
    }
}

/// CPython: `_TestLock.test_lock`.
#[test]
fn a_lock_is_held_by_one_and_released_by_its_owner() {
    assert_kept("lock");
}

#[test]
fn a_lock_acquired_twice_by_one_thread_is_an_error() {
    assert_kept("lock twice");
}

#[test]
fn a_lock_is_not_released_by_another_process_and_told_when_abandoned() {
    assert_kept("lock of another");
}

#[test]
fn a_lock_whose_holder_panicked_is_told_to_the_next_one() {
    let run = scenario("panicked").run().success();
    assert!(run.stdout.ends_with("kept\n"), "{run}");
}

/// CPython: `_TestLock.test_rlock`.
#[test]
fn an_rlock_counts_for_its_thread_and_makes_others_wait() {
    assert_kept("rlock");
}

#[test]
fn the_guard_of_an_abandoned_rlock_counts_once() {
    assert_kept("rlock abandoned");
}

#[test]
fn four_processes_count_to_400_000_under_each_lock() {
    assert_kept("exact");
}

/// CPython: `_TestSemaphore.test_semaphore` and `test_timeout`.
#[test]
fn a_semaphore_counts_its_permits() {
    assert_kept("semaphore");
}

#[test]
fn a_permit_that_comes_wakes_who_waits() {
    assert_kept("woken");
}

/// CPython: `_TestSemaphore.test_bounded_semaphore`, where the upper bound is
/// commented out.
#[test]
fn a_bounded_semaphore_has_an_upper_bound() {
    assert_kept("bounded");
}

#[test]
fn a_semaphore_has_no_more_permits_than_it_has_places() {
    assert_kept("limits");
}

/// CPython: `_TestEvent.test_event`.
#[test]
fn an_event_is_set_cleared_and_waited_for() {
    assert_kept("event");
}

#[test]
fn set_and_cleared_at_once_it_wakes_all_who_waited() {
    assert_kept("set and clear");
}

/// CPython: `_TestCondition.test_notify`, `test_notify_all` and
/// `test_notify_n`.
#[test]
fn exactly_as_many_go_on_as_are_notified() {
    assert_kept("notify");
}

/// CPython: `_TestCondition.test_waitfor`.
#[test]
fn a_condition_waits_until_it_is_true() {
    assert_kept("wait for");
}

/// CPython: `_TestCondition.test_timeout` and `test_waitfor_timeout`.
#[test]
fn a_condition_comes_back_in_time_and_with_its_lock() {
    assert_kept("condition timeouts");
}

#[test]
fn a_condition_refuses_the_guard_of_another_lock() {
    assert_kept("guard of another lock");
}

#[test]
fn two_conditions_share_the_lock_of_a_bounded_buffer() {
    assert_kept("bounded buffer");
}

/// CPython: `_TestBarrier.test_barrier`, `test_barrier_10`, `test_wait_return`
/// and `test_thousand`.
#[test]
fn all_pass_a_barrier_together_a_thousand_times() {
    assert_kept("thousand passes");
}

/// CPython: `_TestBarrier.test_action`.
#[test]
fn whoever_comes_first_can_do_what_is_to_be_done_once() {
    assert_kept("action");
}

/// CPython: `_TestBarrier.test_single_thread`.
#[test]
fn a_barrier_for_one_lets_it_pass_and_one_for_none_is_refused() {
    assert_kept("few parties");
}

/// CPython: `_TestBarrier.test_abort`.
#[test]
fn an_aborted_barrier_stays_broken_for_all() {
    assert_kept("abort");
}

/// CPython: `_TestBarrier.test_reset`.
#[test]
fn a_reset_barrier_lets_down_who_waits_and_is_whole_again() {
    assert_kept("reset");
}

/// CPython: `_TestBarrier.test_abort_and_reset`.
#[test]
fn a_barrier_can_be_aborted_and_reset() {
    assert_kept("abort and reset");
}

/// CPython: `_TestBarrier.test_timeout`.
#[test]
fn a_barrier_that_somebody_gives_up_is_broken() {
    assert_kept("barrier timeout");
}

#[test]
fn nobody_waits_for_a_party_that_leaves_early() {
    let run = scenario("left early").run().success();
    assert!(run.stdout.ends_with("kept\n"), "{run}");
    // Only those failed that were told to.
    assert_eq!(run.stderr.matches("as it was told").count(), 2, "{run}");
    assert_eq!(run.stderr.lines().count(), 2, "{run}");
}

#[test]
fn the_maker_waits_for_no_workers_that_have_gone() {
    assert_kept("maker alone");
}

#[test]
fn nobody_waits_for_the_maker_when_it_lets_go() {
    assert_kept("maker leaves");
}

#[test]
fn a_killed_party_breaks_the_barrier() {
    assert_kept("party killed");
}

#[test]
fn a_barrier_serves_one_run_of_workers_after_the_other() {
    assert_kept("run again");
}

#[test]
fn thirty_two_fit_into_one_argument_and_more_are_an_error() {
    let run = scenario("many").run().success();
    assert!(run.stdout.ends_with("kept\n"), "{run}");
}

#[test]
fn workers_that_come_and_go_leave_no_thread_and_no_descriptor() {
    assert_kept("nothing left");
}

#[test]
fn what_comes_twice_in_one_argument_is_one_lock() {
    assert_kept("twice");
}

#[test]
fn a_worker_that_cannot_be_started_breaks_no_barrier() {
    assert_kept("never came");
}

#[test]
fn what_is_kept_is_kept_until_the_process_ends() {
    assert_kept("kept");
}

#[test]
fn a_notification_of_one_that_is_killed_goes_to_the_next() {
    assert_kept("notified in vain");
}

#[test]
fn what_a_killed_grandchild_held_comes_back() {
    assert_kept("grandchild killed");
}

#[test]
fn what_a_killed_family_held_comes_back() {
    assert_kept("middle killed");
}

#[test]
fn a_stopped_holder_keeps_nobody_waiting_beyond_the_time() {
    assert_kept("stopped holder");
}

#[test]
fn to_wait_for_a_second_takes_no_time_of_the_processor() {
    assert_kept("rest");
}

#[test]
fn locks_survive_a_hundred_kills_and_protect() {
    assert_kept("kill in lock");
    assert_kept("kill in rlock");
}

#[test]
fn semaphores_survive_a_hundred_kills_with_all_their_permits() {
    assert_kept("kill in semaphore");
    assert_kept("kill in bounded");
}

#[test]
fn an_event_survives_a_hundred_kills() {
    assert_kept("kill in event");
}

#[test]
fn a_condition_survives_a_hundred_kills() {
    assert_kept("kill in condition");
}

#[test]
fn a_barrier_breaks_at_each_of_a_hundred_kills() {
    assert_kept("kill in barrier");
}

#[test]
fn ctrl_c_ends_the_family_whatever_it_waits_for() {
    for thing in [
        "lock",
        "rlock",
        "semaphore",
        "bounded",
        "condition",
        "event",
        "barrier",
    ] {
        let mut running = scenario(&format!("wait in {thing}")).start();
        running.wait_for("waiting");
        running.press_ctrl_c();
        let _ = running.finish().code(130).quiet();
    }
}

#[test]
fn with_its_maker_all_who_wait_are_gone() {
    let mut running = scenario("wait in lock").start();
    running.wait_for("waiting");
    assert_eq!(running.descendants().len(), 2);
    running.signal(Signal::KILL);
    let _ = running.finish().killed_by(Signal::KILL);
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
        &["--workers", "0"],
        &["--workers", "65"],
        &["--philosophers", "--deadlock"],
    ] {
        demonstration().assert_refuses(wrong);
    }
}
