//! What a message costs: a small one there and back, a small one on its way
//! one way, and a mebibyte of bytes.
//!
//! ```text
//! cargo bench -p pipe_ipc --bench pipe_ipc
//! ```

use criterion::{Criterion, Throughput};
use pipe_ipc::{BytesSender, Connection, Sender, bytes_pipe, one_way, pipe};
use process_spawning::{Process, Target, main_guard};

const ECHO: Target<Connection<u32, u32>> = Target::new("echo", |parent| {
    while let Ok(number) = parent.recv() {
        parent.send(number)?;
    }
    Ok(())
});

/// Sends until nobody receives any more.
const COUNT: Target<Sender<u32>> = Target::new("count", |parent| {
    for number in 0.. {
        if parent.send(number).is_err() {
            break;
        }
    }
    Ok(())
});

const SEND_BYTES: Target<BytesSender> = Target::new("send_bytes", |parent| {
    let block = vec![0; BLOCK_BYTES];
    while parent.send(&block).is_ok() {}
    Ok(())
});

const BLOCK_BYTES: usize = 1 << 20;

fn main() {
    main_guard(&[&ECHO, &COUNT, &SEND_BYTES]);
    let mut criterion = Criterion::default().configure_from_args();
    there_and_back(&mut criterion);
    one_way_small(&mut criterion);
    one_way_bytes(&mut criterion);
    criterion.final_summary();
}

fn there_and_back(criterion: &mut Criterion) {
    let (ours, theirs) = pipe().expect("a pipe");
    let _echo = Process::target(ECHO).start(theirs).expect("a child");
    criterion.bench_function("a small message there and back", |bencher| {
        bencher.iter(|| {
            ours.send(7).expect("it lives");
            ours.recv().expect("it answers")
        });
    });
}

fn one_way_small(criterion: &mut Criterion) {
    let (receiver, sender) = one_way().expect("a pipe");
    let _child = Process::target(COUNT).start(sender).expect("a child");
    criterion.bench_function("a small message one way", |bencher| {
        bencher.iter(|| receiver.recv().expect("it sends"));
    });
}

fn one_way_bytes(criterion: &mut Criterion) {
    let (receiver, sender) = bytes_pipe().expect("a pipe");
    let _child = Process::target(SEND_BYTES).start(sender).expect("a child");
    let mut group = criterion.benchmark_group("bytes one way");
    group.throughput(Throughput::Bytes(BLOCK_BYTES as u64));
    group.bench_function("1 MiB", |bencher| {
        bencher.iter(|| receiver.recv().expect("it sends"));
    });
    group.finish();
}
