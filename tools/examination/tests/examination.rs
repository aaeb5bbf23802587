//! Whatever a program does wrong, its learner is told what, and why
//! probably; and then nobody is left.

mod common;

use std::process::ExitCode;

use common::{assert_all_gone, examination};
use libtest_mimic::{Arguments, Trial, run};

/// Most of its time an examination waits for its deadline.
const AT_ONCE: usize = 8;

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    arguments.test_threads.get_or_insert(AT_ONCE);
    let trials = WAYS.iter().map(|&(way, words)| {
        Trial::test(way, move || {
            assert_told(way, words);
            Ok(())
        })
    });
    run(&arguments, trials.collect()).exit_code()
}

/// Sees that all of these words are said of the program, in this order.
fn assert_told(way: &str, words: &[&str]) {
    let seen = examination(way).run().code(101).stderr;
    let mut rest = &*seen;
    for word in words {
        let found = rest.split_once(word);
        rest = found.unwrap_or_else(|| panic!("no `{word}` in:\n{seen}")).1;
    }
    assert!(!seen.contains("exercise_check/src"), "{seen}");
    assert_all_gone(way);
}

macro_rules! ways {
    ($($way:ident: [$($word:literal),+ $(,)?],)+) => {
        &[$((stringify!($way), &[$($word),+])),+]
    };
}

/// Each way to misbehave, and what is said of it.
const WAYS: &[(&str, &[&str])] = ways! {
    // Messages.
    join_before_get: [
        "it hangs", "waits for producer_1 to end",
        "producer_1 (PID", "waits for a message",
        "Where to look:", "drain the queue",
    ],
    wait_before_read: [
        "wait_before_read` (PID", "waits for `misbehaving write_much` to end",
        "write_much` (PID", "waits to write to a full pipe",
        "Where to look:", "`misbehaving write_much` waits until there is room",
    ],
    join_before_recv: [
        "waits for sender_1 to end", "waits to write to a full channel",
        "Where to look:", "takes nothing",
    ],
    feeder_blocked: [
        "sender_2 (PID", "its thread my_feeder waits to write",
        "Where to look:", "sender_2 waits until there is room",
    ],
    join_before_send: [
        "receiver_1 (PID", "waits for a message",
        "Where to look:", "before join, send what it waits for",
    ],
    own_writer: [
        "waits for a message or an answer from a pipe",
        "Where to look:", "does it still hold a sending end itself?",
    ],
    own_sender: [
        "waits for a message",
        "Where to look:", "does it still hold a sending end itself?",
    ],
    nobody_speaks: [
        "waits for a message", "receiver_2 (PID", "waits for a message",
        "Where to look:", "who speaks first",
    ],
    dead_sender: [
        "short_lived (PID", "has ended, and its parent has not waited for it",
        "Where to look:", "short_lived has ended", "sender dies",
    ],

    // Time.
    worker_spins: [
        "counter (PID", "computes", "Where to look:", "counter still computes",
    ],
    parent_spins: [
        "parent_spins` (PID", "computes", "sleeper_1 (PID", "sleeps",
        "Where to look:", "parent_spins` still computes",
    ],
    worker_stopped: [
        "paused (PID", "is stopped", "Where to look:", "paused is stopped",
    ],
    worker_sleeps: [
        "sleeper_2 (PID", "sleeps", "Where to look:", "end it first,",
    ],
    parent_sleeps: [
        "parent_sleeps` (PID", "sleeps", "Where to look:", "shall wake it",
    ],

    // Locks.
    two_locks: [
        "waits for left to end", "left (PID", "right (PID",
        "Where to look:", "left and right wait", "in the same order",
    ],
    dead_signaller: [
        "waits for a lock or a signal", "signaller (PID", "has ended",
        "Where to look:", "a signal that signaller should have given",
    ],
    lock_kept: [
        "taker (PID", "waits for a lock or a signal",
        "Where to look:", "who holds the lock",
    ],
    locked_twice: [
        "waits for another thread of its own, or a lock",
        "Where to look:", "is it locked twice",
    ],
    thread_joined_with_lock: [
        "its thread adder waits for another thread of its own, or a lock",
        "Where to look:", "while a thread that needs it is joined",
    ],

    // What is left.
    orphan: [
        "left processes behind", "misbehaving rest", "Where to look:", "join",
    ],
    new_session: [
        "left processes behind", "misbehaving leave_session",
        "Where to look:", "join",
    ],
    daemon: [
        "left processes behind", "misbehaving rest", "Where to look:", "join",
    ],
    file: ["left temporary files behind", "forgotten.txt", "Where to look:"],

    // How it ends, and what it says.
    flood: [
        "it prints without end", "a few lines", "what ends it?", "lines more",
    ],
    todo_in_parent: ["came to a `todo!`: start the worker (line "],
    todo_in_worker: ["came to a `todo!`: square the number (line "],
    todo_in_thread: ["came to a `todo!`: add the numbers (line "],
    panic: [
        "it ended with exit code 101", "exit code 0", "the panic's words",
        "no number is left",
    ],
    signal: ["it ended by signal 9 (SIGKILL)", "a signal ended it"],
    exit_code: ["it ended with exit code 3", "who asks for this exit code"],
};
