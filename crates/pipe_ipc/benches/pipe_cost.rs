//! The price of a message, here and in Python, side by side in one run, and
//! the price below which the system does not go: the same bytes over a bare
//! pair of sockets. Prints the tables of the book:
//!
//! ```text
//! cargo bench -q -p pipe_ipc --bench pipe_cost
//! ```
//!
//! Needs python3, or what `MP_PYTHON` names.

use std::io::{Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::process::ExitCode;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::Context as _;
use pipe_ipc::{
    BytesReceiver, BytesSender, Connection, bytes_pipe, one_way, pipe,
};
use process_spawning::{Process, Target, exit_code, main_guard};
use serde::{Deserialize, Serialize};
use side_by_side::{Contender, Python, Unit, print_table};
use time_utils::{measure, print_line};

const ROUNDS: usize = 21;
const ROUND_TRIPS: u32 = 2_000;
const BLOCKS: u32 = 200;
const BLOCK_BYTES: usize = 1 << 20;

const ECHO: Target<Connection<u32, u32>> = Target::new("echo", |parent| {
    while let Ok(message) = parent.recv() {
        parent.send(message)?;
    }
    Ok(())
});

const SEND_BLOCKS: Target<Blocks> = Target::new("send_blocks", send_blocks);

#[derive(Serialize, Deserialize)]
struct Blocks {
    requests: pipe_ipc::Receiver<bool>,
    bytes: BytesSender,
    values: pipe_ipc::Sender<Vec<u8>>,
}

fn send_blocks(to: Blocks) -> anyhow::Result<()> {
    let block = vec![0; BLOCK_BYTES];
    while let Ok(as_bytes) = to.requests.recv() {
        for _ in 0..BLOCKS {
            if as_bytes {
                to.bytes.send(&block)?;
            } else {
                to.values.send(block.clone())?;
            }
        }
    }
    Ok(())
}

fn main() -> ExitCode {
    main_guard(&[&ECHO, &SEND_BLOCKS]);
    exit_code(run())
}

const SCRIPT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/python/pipe_cost.py");

fn run() -> anyhow::Result<()> {
    round_trips()?;
    print_line("")?;
    blocks()
}

fn round_trips() -> anyhow::Result<()> {
    let mut python = Python::start(SCRIPT, &[])?;
    let (ours, theirs) = pipe()?;
    let _echo = Process::target(ECHO).start(theirs)?;
    let (mut bare, echoing) = bare_echo()?;
    print_table(
        "round trip of a small message",
        Unit::MicrosecondsEach(f64::from(ROUND_TRIPS)),
        ROUNDS,
        &mut [
            Contender::new("multiprocessing.Pipe", || {
                python.once("round trips")
            }),
            Contender::new("pipe_ipc::pipe", || there_and_back(&ours)),
            Contender::new("a bare pair of sockets", || {
                bare_there_and_back(&mut bare)
            }),
        ],
    )?;
    drop(bare);
    echoing.join().ok().context("the echo panicked")?;
    Ok(())
}

fn there_and_back(pipe: &Connection<u32, u32>) -> anyhow::Result<Duration> {
    let (done, time) = measure(|| {
        for number in 0..ROUND_TRIPS {
            pipe.send(number)?;
            pipe.recv()?;
        }
        anyhow::Ok(())
    });
    done.map(|()| time)
}

/// A socket whose other end answers each byte with a byte. A thread does it:
/// to the system that is the same as a process.
fn bare_echo() -> anyhow::Result<(UnixStream, JoinHandle<()>)> {
    let (ours, mut theirs) = UnixStream::pair()?;
    let echo = thread::spawn(move || {
        let mut byte = [0];
        while let Ok(1) = theirs.read(&mut byte) {
            let _ = theirs.write_all(&byte);
        }
    });
    Ok((ours, echo))
}

fn bare_there_and_back(socket: &mut UnixStream) -> anyhow::Result<Duration> {
    let (done, time) = measure(|| {
        let mut byte = [0];
        for _ in 0..ROUND_TRIPS {
            socket.write_all(&byte)?;
            socket.read_exact(&mut byte)?;
        }
        anyhow::Ok(())
    });
    done.map(|()| time)
}

fn blocks() -> anyhow::Result<()> {
    let mut python = Python::start(SCRIPT, &[])?;
    let (requests, ask) = one_way()?;
    let (receiver, bytes) = bytes_pipe()?;
    let (values_receiver, values) = one_way()?;
    let to = Blocks { requests, bytes, values };
    let _sender = Process::target(SEND_BLOCKS).start(to)?;
    print_table(
        "blocks of 1 MiB, one way",
        Unit::MebibytesPerSecond(f64::from(BLOCKS)),
        ROUNDS,
        &mut [
            Contender::new("multiprocessing send_bytes", || {
                python.once("blocks")
            }),
            Contender::new("pipe_ipc::bytes_pipe", || {
                ask.send(true)?;
                receive_bytes(&receiver)
            }),
            Contender::new("pipe_ipc::one_way of Vec<u8>", || {
                ask.send(false)?;
                receive_values(&values_receiver)
            }),
            Contender::new("a bare pair of sockets", bare_blocks),
        ],
    )
}

fn receive_bytes(from: &BytesReceiver) -> anyhow::Result<Duration> {
    let (done, time) = measure(|| {
        for _ in 0..BLOCKS {
            assert_eq!(from.recv()?.len(), BLOCK_BYTES);
        }
        anyhow::Ok(())
    });
    done.map(|()| time)
}

fn receive_values(
    from: &pipe_ipc::Receiver<Vec<u8>>,
) -> anyhow::Result<Duration> {
    let (done, time) = measure(|| {
        for _ in 0..BLOCKS {
            assert_eq!(from.recv()?.len(), BLOCK_BYTES);
        }
        anyhow::Ok(())
    });
    done.map(|()| time)
}

fn bare_blocks() -> anyhow::Result<Duration> {
    let (mut ours, mut theirs) = UnixStream::pair()?;
    let sender = thread::spawn(move || -> anyhow::Result<()> {
        let block = vec![0; BLOCK_BYTES];
        for _ in 0..BLOCKS {
            theirs.write_all(&block)?;
        }
        Ok(())
    });
    let (done, time) = measure(|| {
        for _ in 0..BLOCKS {
            let mut block = vec![0; BLOCK_BYTES];
            ours.read_exact(&mut block)?;
        }
        anyhow::Ok(())
    });
    done?;
    sender.join().ok().context("the sender panicked")??;
    Ok(time)
}
