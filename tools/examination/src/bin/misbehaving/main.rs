//! What is wrong in many ways: `misbehaving WAY`.

#![expect(clippy::unnecessary_wraps, reason = "all ways look alike")]

mod channels;
mod failures;
mod leftovers;
mod locks;
mod loops;

use std::env;
use std::process::{Command, ExitCode};

use anyhow::bail;
use process_spawning::{AnyTarget, exit_code, main_guard};

fn main() -> ExitCode {
    let targets: Vec<&dyn AnyTarget> =
        [channels::TARGETS, failures::TARGETS, locks::TARGETS, loops::TARGETS]
            .concat();
    main_guard(&targets);
    exit_code(misbehave(&env::args().nth(1).unwrap_or_default()))
}

fn misbehave(way: &str) -> anyhow::Result<()> {
    match way {
        "join_before_get" => channels::join_before_get(),
        "wait_before_read" => channels::wait_before_read(),
        "write_much" => channels::write_much(),
        "join_before_recv" => channels::join_before_recv(),
        "feeder_blocked" => channels::feeder_blocked(),
        "join_before_send" => channels::join_before_send(),
        "own_writer" => channels::own_writer(),
        "own_sender" => channels::own_sender(),
        "nobody_speaks" => channels::nobody_speaks(),
        "dead_sender" => channels::dead_sender(),
        "worker_spins" => loops::worker_spins(),
        "parent_spins" => loops::parent_spins(),
        "worker_stopped" => loops::worker_stopped(),
        "worker_sleeps" => loops::worker_sleeps(),
        "parent_sleeps" => loops::parent_sleeps(),
        "two_locks" => locks::two_locks(),
        "dead_signaller" => locks::dead_signaller(),
        "lock_kept" => locks::lock_kept(),
        "locked_twice" => locks::locked_twice(),
        "thread_joined_with_lock" => locks::thread_joined_with_lock(),
        "orphan" => leftovers::orphan(),
        "new_session" => leftovers::new_session(),
        "leave_session" => leftovers::leave_session(),
        "daemon" => leftovers::daemon(),
        "fork_daemon" => leftovers::fork_daemon(),
        "rest" => leftovers::rest(),
        "file" => leftovers::file(),
        "shared_memory" => leftovers::shared_memory(),
        "flood" => failures::flood(),
        "todo_in_parent" => failures::todo_in_parent(),
        "todo_in_worker" => failures::todo_in_worker(),
        "todo_in_thread" => failures::todo_in_thread(),
        "panic" => failures::panic(),
        "signal" => failures::signal(),
        "exit_code" => failures::exit_code(),
        other => bail!("no way `{other}`"),
    }
}

/// This program once more, to misbehave in another way.
fn again(way: &str) -> anyhow::Result<Command> {
    let mut command = Command::new(env::current_exe()?);
    command.arg(way);
    Ok(command)
}
