//! the sender failed, and the program ended as if nothing had happened
//!
//! The pipe is at its end between two messages, so all seems to have come. A pipe
//! does not say why it ended: the exit of its sender does.

use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, bail};
use pipe_ipc::{BytesReceiver, BytesSender, RecvError, bytes_pipe};
use process_spawning::{Process, Target, exit_code, main_guard};
use time_utils::print_line;

/// The sender's end of the pipe, how many messages it sends, how it ends.
type Argument = (BytesSender, usize, String);

const SEND: Target<Argument> = Target::new("send", send);

/// Sends so many messages, and ends as it is told.
fn send((to, count, ending): Argument) -> anyhow::Result<()> {
    for number in 0..count {
        // The first one is empty, and each is larger than the one before.
        to.send(&vec![0; number * 100_000])?;
    }
    match &*ending {
        "returns" => {}
        "fails" => bail!("the sender has nothing more to say"),
        "breaks_off" => send_a_part(&to),
        "waits_between" => wait_to_be_killed()?,
        "waits_within" => {
            send_a_part(&to);
            wait_to_be_killed()?;
        }
        other => bail!("no way to end: {other}"),
    }
    Ok(())
}

/// Sends the beginning of a large message, and no more of it.
fn send_a_part(to: &BytesSender) {
    let large = vec![0; 64 << 20];
    // It gives up at once where there is no room. When a part has been sent
    // by then, the pipe is of no more use, and that is an error.
    while to.send_timeout(&large, Duration::ZERO).is_ok() {}
}

fn wait_to_be_killed() -> anyhow::Result<()> {
    print_line("the sender waits to be killed")?;
    loop {
        thread::park();
    }
}

fn main() -> ExitCode {
    main_guard(&[&SEND]);
    exit_code(run())
}

fn run() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let count = arguments.next().context("how many messages?")?;
    let count = count.parse().context("the messages are no number")?;
    let ending = arguments.next().context("how does the sender end?")?;
    receive(count, ending)
}

fn receive(count: usize, ending: String) -> anyhow::Result<()> {
    let (messages, to) = bytes_pipe()?;
    let sender = Process::target(SEND).name("sender");
    let mut sender = sender.start((to, count, ending))?;
    // First the messages: the sender may have to wait for room.
    let torn = report(&messages)?;
    let exit = sender.join()?;
    print_line(format_args!("the sender ended: {exit}"))?;
    anyhow::ensure!(!torn, "a message was torn");
    Ok(())
}

/// Reports each message to the end of the pipe; whether the last was torn.
fn report(messages: &BytesReceiver) -> anyhow::Result<bool> {
    for number in 1.. {
        match messages.recv() {
            Ok(bytes) => report_whole(number, &bytes)?,
            Err(RecvError::Closed) => break,
            Err(RecvError::CutOff { got, of }) => {
                print_line(format_args!("torn: {got} of {of} bytes"))?;
                return Ok(true);
            }
            Err(error) => return Err(error.into()),
        }
    }
    Ok(false)
}

fn report_whole(number: u32, bytes: &[u8]) -> anyhow::Result<()> {
    let length = bytes.len();
    Ok(print_line(format_args!("message {number}: {length} bytes"))?)
}
