//! Two processes and a pipe that do things well and badly, for the tests to
//! watch.
//!
//! `pipe_ipc_scenarios NAME` plays one of them. Each prints what it saw, one
//! fact a line.
//!
//! - `messages`: what arrives
//! - `ends`: how a pipe ends
//! - `waiting`: for several at once, with a deadline, and not for ever
//! - `values`: what cannot be sent, and ends of pipes, which can

mod ends;
mod messages;
mod values;
mod waiting;

use std::process::ExitCode;
use std::{env, fs, io};

use anyhow::bail;
use process_spawning::{exit_code, main_guard};

fn main() -> ExitCode {
    main_guard(&[
        &ends::END,
        &ends::HANG_UP,
        &ends::SEND_WITHOUT_END,
        &ends::DIE_AT_THE_FIRST_PACKET,
        &ends::STOP_AT_ONCE,
        &ends::PASS_ON,
        &ends::LAST_WORDS,
        &messages::ECHO,
        &messages::COUNT_UP,
        &messages::SAY_THREE_THINGS,
        &messages::WEIGH,
        &messages::WEIGH_BYTES,
        &messages::TALK_FIRST,
        &messages::RING,
        &values::GIVE_BACK,
        &waiting::ANSWER,
        &waiting::SEND_IN_PARTS,
        &waiting::WRITE,
        &waiting::SAY_AND_STAY,
        &waiting::SPEAK_AND_STOP,
        &waiting::SPEAK_ODDLY_AND_STOP,
    ]);
    exit_code(play(&env::args().nth(1).unwrap_or_default()))
}

fn play(scenario: &str) -> anyhow::Result<()> {
    match scenario {
        "there and back" => messages::there_and_back(),
        "one way" => messages::one_way_there_and_back(),
        "sent before the start" => messages::sent_before_the_start(),
        "three things" => messages::three_things(),
        "large value" => messages::large_value(),
        "large bytes" => messages::large_bytes(),
        "both send first" => messages::both_send_first(),
        "signals" => messages::signals(),
        "endings" => ends::endings(),
        "hanging up" => ends::hanging_up(),
        "sender killed" => ends::sender_killed(),
        "receiver killed" => ends::receiver_killed(),
        "receiver stopped" => ends::receiver_stopped(),
        "passed on" => ends::passed_on(),
        "a hundred pipes" => ends::a_hundred_pipes(),
        "values" => values::that_cannot_be_sent(),
        "unreadable" => values::that_cannot_be_read(),
        "ends in values" => values::with_ends_in_them(),
        "too many ends" => values::with_too_many_ends(),
        "deadlines" => waiting::deadlines(),
        "bytes in parts" => waiting::bytes_in_parts(),
        "no room" => waiting::no_room(),
        "several" => waiting::several(),
        "several writers" => waiting::several_writers(),
        "kept" => waiting::kept(),
        "kept unreadable" => waiting::kept_unreadable(),
        "listen" => waiting::listen(),
        "talk to the deaf" => waiting::talk_to_the_deaf(),
        other => bail!("no scenario `{other}`"),
    }
}

/// How many descriptors this process has open.
fn descriptors() -> io::Result<usize> {
    // One of them is the directory that is being read.
    Ok(fs::read_dir("/proc/self/fd")?.count() - 1)
}
