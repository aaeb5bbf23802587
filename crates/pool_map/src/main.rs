//! smoke
use pool_map::{Pool, Task, Workers};
use process_spawning::main_guard;
use std::num::NonZeroUsize;
use std::time::Duration;
const SQUARE: Task<i64, i64> = Task::new("square", |n| Ok(n * n));
const BAD: Task<(i64, u8), Vec<u8>> = Task::new("bad", |(n, how)| {
    if n == 3 {
        match how {
            0 => anyhow::bail!("no"),
            1 => panic!("argh {n}"),
            2 => std::process::exit(3),
            3 => {
                rustix::process::kill_process(
                    rustix::process::getpid(),
                    rustix::process::Signal::KILL,
                )?;
            }
            _ => {}
        }
    }
    Ok(vec![7; if how == 4 { 10 << 20 } else { 1 }])
});
const UNIT: Task<(), ()> = Task::new("unit", |()| Ok(()));
const SLOW: Task<u64, u64> = Task::new("slow", |ms| {
    std::thread::sleep(Duration::from_millis(ms));
    Ok(ms)
});
const UNL: Task<u64, u64> = Task::new("unl", |ms| Ok(ms));
const W: Workers = Workers::new("w", &[&SQUARE, &BAD, &UNIT, &SLOW]);
fn main() -> anyhow::Result<()> {
    main_guard(&[&W]);
    let pool = Pool::builder(W).workers(2).start()?;
    println!("{:?}", pool.map(SQUARE, 1..=5)?);
    println!("{:?}", pool.map(UNIT, [(); 5])?);
    for how in 0..5 {
        for r in pool.imap(BAD, (0..6).map(|n| (n, how))) {
            match r {
                Ok(v) => print!("ok{} ", v.len()),
                Err(e) => print!("[{e}] "),
            }
        }
        println!();
        println!(
            "map: {:?}",
            pool.map(BAD, (0..6).map(|n| (n, how)))
                .map(|v| v.len())
                .map_err(|e| e.to_string())
        );
        println!(
            "chunk: {:?}",
            pool.chunks_of(NonZeroUsize::new(3).unwrap())
                .map(BAD, (0..6).map(|n| (n, how)))
                .map(|v| v.len())
                .map_err(|e| e.to_string())
        );
    }
    println!("{:?}", pool.map(UNL, 1..=5).map_err(|e| e.to_string()));
    let a = pool.apply_async(SLOW, 300)?;
    println!("{} {:?}", a.is_ready(), a.get()?);
    let t = std::time::Instant::now();
    let n =
        pool.imap_unordered(SQUARE, 0..1_000_000).filter(|r| r.is_ok()).count();
    println!("{n} {:?}", t.elapsed());
    println!(
        "{}",
        std::fs::read_to_string("/proc/self/status")?
            .lines()
            .find(|l| l.starts_with("VmHWM"))
            .unwrap()
    );
    let hang = (0..10_000)
        .map(|_| pool.apply_async(SLOW, 1000))
        .collect::<Result<Vec<_>, _>>()?;
    let t = std::time::Instant::now();
    drop(pool);
    println!("drop {:?}", t.elapsed());
    println!(
        "{:?}",
        hang.into_iter().last().unwrap().get().map_err(|e| e.to_string())
    );
    Ok(())
}
