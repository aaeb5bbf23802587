//! What the suite promises: it finds what goes wrong, and it looks at all
//! demonstrations. Then a short row of injections into all of them.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use fault_injection::demonstrations::{ALL, Demonstration};
use fault_injection::faults::Fault;
use fault_injection::injection::Injection;
use fault_injection::run::{Patience, disturbed, undisturbed};
use fault_injection::suite::{Suite, default_jobs};
use fault_injection::verdict::{Complaint, of_disturbed, of_undisturbed};
use lesson_check::Program;
use regex::Regex;
use workspace_build::Workspace;

static WORKSPACE: LazyLock<Workspace> =
    LazyLock::new(|| Workspace::build().expect("they compile"));

/// Less than is usual: who misbehaves does so at once.
const PATIENCE: Patience = Patience {
    deadline: Duration::from_secs(10),
    linger: Duration::from_millis(500),
};

fn misbehaving(arguments: &'static str) -> Demonstration {
    Demonstration::new("fault_injection", arguments)
        .program("fault_injection_misbehaving")
}

/// What the suite says of it without a fault.
fn told_of(arguments: &'static str) -> String {
    told_within(arguments, PATIENCE)
}

fn told_within(arguments: &'static str, patience: Patience) -> String {
    let seen = undisturbed(&misbehaving(arguments), &WORKSPACE, patience);
    lines(&of_undisturbed(&seen.expect("it can be run")))
}

/// What the suite says of it with a fault, which comes in the middle and, if
/// it has the choice, to the process that was started last.
fn told_with(fault: Fault, arguments: &'static str) -> String {
    let demonstration = misbehaving(arguments);
    let usual = undisturbed(&demonstration, &WORKSPACE, PATIENCE);
    let usual = usual.expect("it can be run");
    assert!(of_undisturbed(&usual).is_empty(), "{usual:?}");
    let injection = Injection {
        seed: 0,
        number: 0,
        demonstration,
        fault,
        moment: 0.5,
        victim: 1,
        pause: Duration::from_millis(50),
        scarcity: 0,
    };
    let patience = Patience { deadline: Duration::from_secs(3), ..PATIENCE };
    let seen = disturbed(&injection, &WORKSPACE, usual.took, patience);
    let seen = seen.expect("it can be run");
    lines(&of_disturbed(&injection, &seen, &usual))
}

fn lines(complaints: &[Complaint]) -> String {
    let lines: Vec<_> = complaints.iter().map(Complaint::to_string).collect();
    lines.join("\n")
}

#[test]
fn who_does_nothing_wrong_is_not_blamed() {
    assert_eq!(told_of("work"), "");
    assert_eq!(told_with(Fault::Kill, "work"), "");
    assert_eq!(told_with(Fault::CtrlC, "work"), "");
}

#[test]
fn a_process_that_is_left_is_found_also_outside_of_group_and_session() {
    for left in
        ["leave process", "leave group", "leave session", "leave environment"]
    {
        let told = told_of(left);
        assert!(told.contains("there is still PID"), "{left}: {told}");
    }
}

#[test]
#[ignore = "needs unshare, and the right to mount"]
fn a_process_that_left_group_session_and_environment_is_found() {
    let told = told_of("leave everything");
    assert!(told.contains("there is still PID"), "{told}");
}

#[test]
fn a_zombie_is_found() {
    let told = told_of("leave zombie");
    assert!(told.contains("state Z"), "{told}");
}

#[test]
fn a_file_is_found() {
    let told = told_of("leave file");
    assert!(told.contains("left behind the file left"), "{told}");
    let told = told_of("leave working-file");
    assert!(told.contains("left behind the file left-in-place"), "{told}");
}

// In a place that is not apart, other tests would find them too.
#[test]
#[ignore = "needs unshare, and the right to mount"]
fn shared_memory_and_sockets_are_found() {
    let told = told_of("leave shared-memory");
    assert!(told.contains("the shared memory left-shared"), "{told}");
    let told = told_of("leave socket");
    assert!(told.contains("the socket @left-socket"), "{told}");
}

#[test]
fn a_hang_is_found() {
    let soon = Patience { deadline: Duration::from_secs(1), ..PATIENCE };
    assert!(told_within("stay", soon).contains("it hangs"));
    let told = told_with(Fault::Kill, "worker hangs");
    assert!(told.contains("it hangs"), "{told}");
}

#[test]
fn a_worker_whose_parent_was_killed_is_found() {
    let mut injection = Injection::nth(0, 0, ALL);
    injection.demonstration = misbehaving("worker pretends");
    (injection.fault, injection.victim) = (Fault::Kill, 0);
    let half = Duration::from_millis(200);
    injection.moment = 1.0;
    let patience = Patience { linger: Duration::from_millis(50), ..PATIENCE };
    let seen = disturbed(&injection, &WORKSPACE, half, patience).unwrap();
    let complaints = of_disturbed(&injection, &seen, &seen);
    let told = format!("{complaints:?}");
    assert!(told.contains("ProcessesLeft"), "{told}");
}

#[test]
fn a_wrong_exit_code_is_found() {
    assert!(told_of("exit-3").contains("it ended with exit code 3"));
    assert!(told_of("nonsense").contains("it ended with exit code 101"));
    let told = told_with(Fault::Kill, "worker blames-the-user");
    assert!(told.contains("it ended with exit code 2"), "{told}");
    for fault in [Fault::CtrlC, Fault::Terminate] {
        let told = told_with(fault, "on-signal exit-4");
        assert!(told.contains("it ended with exit code 4"), "{told}");
    }
}

#[test]
fn who_goes_on_after_ctrl_c_is_found() {
    let told = told_with(Fault::CtrlC, "on-signal go-on");
    assert!(told.contains("went on"), "{told}");
}

#[test]
fn a_failure_without_a_word_is_found() {
    let told = told_with(Fault::Kill, "worker is-silent");
    assert!(told.contains("without a message"), "{told}");
}

#[test]
fn success_without_the_work_is_found() {
    let told = told_with(Fault::Kill, "worker pretends");
    assert!(told.contains("did not print what it usually does"), "{told}");
}

#[test]
fn a_panic_is_found() {
    let told = told_with(Fault::Kill, "worker panics");
    assert!(told.contains("it shows a panic"), "{told}");
    assert!(told.contains("exit code 101"), "{told}");
    for fault in [Fault::FullStdout, Fault::StdoutReaderGone] {
        let told = told_with(fault, "println");
        assert!(told.contains("it shows a panic"), "{told}");
    }
    let told = told_with(Fault::FullTrace, "panic-aside");
    assert!(told.contains("it shows a panic"), "{told}");
}

#[test]
fn every_lesson_is_demonstrated() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates");
    let names = fs::read_dir(crates).unwrap().map(|entry| {
        entry.unwrap().file_name().into_string().expect("a crate's name")
    });
    let lessons: BTreeSet<_> = names.collect();
    let shown: BTreeSet<_> =
        ALL.iter().map(|one| one.package.to_owned()).collect();
    assert_eq!(lessons, shown, "add a line to src/demonstrations.rs");
}

#[test]
fn every_option_of_a_demonstration_is_shown() {
    let option = Regex::new(r"--[a-z][a-z-]+").unwrap();
    for one in ALL.iter().filter(|one| one.program == one.package) {
        let program = WORKSPACE.program(one.program).unwrap();
        let help = Program::new(program).arg("--help").run().success();
        let of_it = ALL.iter().filter(|other| other.program == one.program);
        let words = of_it.flat_map(|one| one.arguments.split_whitespace());
        let shown: Vec<_> = words.collect();
        for option in option.find_iter(&help.stdout).map(|found| found.as_str())
        {
            let is_no_show =
                ["--help", "--version", "--interpreter"].contains(&option);
            assert!(
                is_no_show || shown.contains(&option),
                "{one}: nothing shows {option}: add a line to \
                 src/demonstrations.rs"
            );
        }
    }
}

/// Injects each of these faults once into each demonstration.
fn inject_into_all(is_wanted: impl Fn(Fault) -> bool) {
    let jobs = default_jobs();
    let suite = Suite::prepare(ALL, jobs).expect("without a fault all is well");
    let round = (ALL.len() * Fault::all().len()) as u64;
    let injections: Vec<_> = (0..round)
        .map(|number| Injection::nth(1, number, ALL))
        .filter(|one| is_wanted(one.fault) && one.misses().is_none())
        .collect();
    let mut wrong = Vec::new();
    suite
        .inject(&injections, jobs, |tried| {
            if !tried.complaints.is_empty() {
                wrong.push(tried.to_string());
            }
            Ok(())
        })
        .expect("all can be run");
    assert!(wrong.is_empty(), "not borne well:\n{}", wrong.join("\n\n"));
}

#[test]
fn every_demonstration_bears_every_fault() {
    inject_into_all(|fault| !fault.is_privileged());
}

#[test]
#[ignore = "needs unshare, setpriv, libfaketime, and to be root"]
fn every_demonstration_bears_the_faults_that_need_rights() {
    for fault in Fault::all() {
        assert_eq!(fault.misses(), None, "{}", fault.name());
    }
    inject_into_all(Fault::is_privileged);
}

/// The suite as it is run by hand. It has cargo build all programs, and runs
/// each demonstration once, before it says a word. The former may take minutes
/// and is done here, under no deadline; the latter takes its time on a machine
/// that is busy with other tests.
fn suite() -> Program {
    LazyLock::force(&WORKSPACE);
    Program::new(env!("CARGO_BIN_EXE_fault_injection"))
        .deadline(Duration::from_mins(5))
}

#[test]
fn the_suite_ends_with_a_table() {
    let arguments = ["--count", "3", "--only", "closed-stdin", "--seed", "5"];
    let run = suite().args(arguments).run().success().quiet();
    let last = run.stdout.lines().rev().nth(1).expect("a table");
    let words: Vec<_> = last.split_whitespace().take(3).collect();
    assert_eq!(words, ["all", "3", "3"], "{run}");
}

#[test]
fn one_injection_can_be_repeated() {
    let run = suite().args(["--seed", "5", "--number", "11"]).run();
    let run = run.success().quiet();
    let drawn = Injection::nth(5, 11, ALL);
    let row = run.stdout.lines().find(|line| line.starts_with("all"));
    assert!(row.is_some_and(|row| row.contains(" 1 ")), "{run}");
    assert!(run.stdout.contains(&drawn.fault.name()), "{run}");
}

#[test]
fn ctrl_c_ends_the_suite_with_the_table_so_far() {
    let mut running = suite().args(["--count", "100000"]).start();
    running.wait_for("demonstrations");
    running.press_ctrl_c();
    let run = running.finish().code(130).quiet();
    assert!(run.stdout.contains("fault "), "{run}");
}

#[test]
fn what_cannot_be_tried_is_refused() {
    suite().assert_refuses(&["--only", "nonsense"]);
    let run = suite().args(["--demonstration", "nonsense"]).run().code(1);
    assert!(run.stderr.contains("nothing of this kind"), "{run}");
}
