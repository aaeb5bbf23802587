//! Parents that do things well and badly, for the tests to watch.
//!
//! `process_spawning_scenarios NAME` plays one of them. Each prints what it
//! saw, one fact a line.

use std::fs::{File, read_dir, read_to_string};
use std::process::{self, ExitCode};
use std::thread::{self, sleep};
use std::time::{Duration, Instant};
use std::{env, io};

use anyhow::{Context as _, bail, ensure};
use process_spawning::{
    Argument, Builder, Exit, Process, Target, clean_up_with, current_name,
    exit_code, main_guard,
};
use rustix::process::{Pid, Signal, kill_process};
use rustix::stdio::dup2_stdin;
use serde::{Deserialize, Serialize};
use time_utils::{print_line, spin};

const END: Target<Ending> = Target::new("end", end);
const COMPUTE: Target<()> = Target::new("compute", |()| {
    spin(u64::MAX);
    Ok(())
});
const COUNT: Target<()> = Target::new("count", |()| {
    print_line(format_args!("{} descriptors", descriptors()?))?;
    Ok(())
});
const WEIGH: Target<Vec<u8>> = Target::new("weigh", weigh);
const DEEPER: Target<u32> = Target::new("deeper", deeper);
const NAME: Target<()> = Target::new("name", |()| {
    print_line(format_args!("I am {}", current_name()))?;
    Ok(())
});
const CLEAN: Target<()> = Target::new("clean", |()| {
    clean_up_with(tell_who_ends);
    clean_up_with(|_| panic!("a cleaner that panics"));
    print_line("it computes")?;
    spin(u64::MAX);
    Ok(())
});
const PANICKY: Target<Panicky> = Target::new("panicky", |_| Ok(()));
const UNLISTED: Target<()> = Target::new("unlisted", |()| Ok(()));

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Ending {
    Return,
    Error,
    Panic,
    Exit(i32),
    Abort,
    Wait,
}

#[derive(Deserialize)]
struct Panicky;

impl Serialize for Panicky {
    fn serialize<S>(&self, _: S) -> Result<S::Ok, S::Error>
    where
        S: serde::Serializer,
    {
        panic!("cannot be written");
    }
}

/// The name of who cleans up, and who has ended.
fn tell_who_ends(ending: process_spawning::Ending) {
    let _ = print_line(format_args!("{}: {ending:?}", current_name()));
}

fn end(how: Ending) -> anyhow::Result<()> {
    match how {
        Ending::Return => Ok(()),
        Ending::Error => {
            let cause = io::Error::from(io::ErrorKind::NotFound);
            Err(cause).context("cannot open the box")
        }
        Ending::Panic => panic!("as asked"),
        Ending::Exit(code) => process::exit(code),
        Ending::Abort => process::abort(),
        Ending::Wait => {
            sleep(Duration::from_mins(1));
            Ok(())
        }
    }
}

fn weigh(argument: Vec<u8>) -> anyhow::Result<()> {
    let sum: u64 = argument.iter().copied().map(u64::from).sum();
    print_line(format_args!("{} bytes, sum {sum}", argument.len()))?;
    Ok(())
}

fn deeper(level: u32) -> anyhow::Result<()> {
    print_line(format_args!("level {level}"))?;
    let exit = Process::target(DEEPER).start(level + 1)?.join()?;
    ensure!(exit.success(), "the level below ended: {exit}");
    Ok(())
}

fn main() -> ExitCode {
    // Two workers that do something else before their main guard.
    match env::args().nth(3).as_deref() {
        Some("sleepyhead") => sleep(Duration::from_mins(1)),
        Some("careless") => close_lifeline_and_stay(),
        _ => {}
    }
    main_guard(&[&END, &COMPUTE, &COUNT, &WEIGH, &DEEPER, &NAME, &CLEAN]);
    exit_code(play(&env::args().nth(1).unwrap_or_default()))
}

fn close_lifeline_and_stay() {
    let null = File::open("/dev/null").expect("/dev/null");
    dup2_stdin(null).expect("another standard input");
    sleep(Duration::from_mins(1));
}

fn play(scenario: &str) -> anyhow::Result<()> {
    match scenario {
        "endings" => endings(),
        "signals" => signals(),
        "names" => names(),
        "wait" => with_two_workers(|workers| {
            for worker in workers {
                worker.join()?;
            }
            Ok(())
        }),
        "compute" => with_two_workers(|_| {
            spin(u64::MAX);
            Ok(())
        }),
        "panic" => with_two_workers(|_| panic!("as asked")),
        "return early" => with_two_workers(|_| bail!("early")),
        "stopped workers" => {
            with_two_workers(|workers| workers.iter().try_for_each(stop))
        }
        "stopped workers, then wait" => with_two_workers(|workers| {
            workers.iter().try_for_each(stop)?;
            print_line("both are stopped")?;
            workers[0].join()?;
            Ok(())
        }),
        "clean up after a worker" => {
            let mut worker = clean_worker()?;
            worker.kill()?;
            worker.join()?;
            Ok(())
        }
        "clean up after Ctrl-C" => {
            let _worker = clean_worker()?;
            spin(u64::MAX);
            Ok(())
        }
        "panicking argument" => run_with(&Process::target(PANICKY), Panicky),
        "fail after Ctrl-C" => with_two_workers(|workers| {
            let _ = workers[0].join();
            bail!("the disk is on fire");
        }),
        "started by a thread that ends" => started_by_a_thread_that_ends(),
        "a hundred in a row" => a_hundred_in_a_row(),
        "a hundred at once" => a_hundred_at_once(),
        "siblings" => siblings(),
        "unlisted target" => run(&Process::target(UNLISTED)),
        "no such program" => run(&Process::target(NAME).program("/no/such")),
        "another program" => run(&Process::target(NAME).program("/bin/false")),
        "careless worker" => run(&Process::target(NAME).name("careless")),
        "silent worker" => run(&Process::target(NAME)
            .name("sleepyhead")
            .start_deadline(Duration::from_millis(300))),
        "deadline" => deadline(),
        "large argument" => large_argument(),
        "deeper" => deeper(0),
        "replaced program" => replaced_program(),
        other => bail!("no scenario `{other}`"),
    }
}

fn run(how: &Builder<()>) -> anyhow::Result<()> {
    run_with(how, ())
}

fn run_with<A: Argument>(how: &Builder<A>, with: A) -> anyhow::Result<()> {
    how.start(with)?.join()?;
    Ok(())
}

/// Parent and worker say when they are asked to clean up.
fn clean_worker() -> anyhow::Result<Process> {
    clean_up_with(tell_who_ends);
    // Twice is as good as once.
    clean_up_with(tell_who_ends);
    Ok(Process::target(CLEAN).name("Cleaner").start(())?)
}

/// The thread is gone; the process it started is not.
fn started_by_a_thread_that_ends() -> anyhow::Result<()> {
    let start = || Process::target(END).start(Ending::Wait);
    let started = thread::spawn(start).join();
    let mut process = started.ok().context("the thread panicked")??;
    let exit = process.join_timeout(Duration::from_millis(300))?;
    print_line(format_args!("after its thread: {exit:?}"))?;
    Ok(())
}

/// Every way to end by oneself, and what the parent sees.
fn endings() -> anyhow::Result<()> {
    let all = [
        Ending::Return,
        Ending::Error,
        Ending::Panic,
        Ending::Exit(3),
        Ending::Abort,
    ];
    for how in all {
        let mut process = Process::target(END).name("Worker").start(how)?;
        let exit = process.join()?;
        ensure!(process.join()? == exit, "joined twice, it ended twice");
        let number = exit.python_exitcode();
        print_line(format_args!("{how:?}: {exit}, {number} in Python"))?;
    }
    Ok(())
}

/// The ways to be ended by somebody else.
fn signals() -> anyhow::Result<()> {
    for (what, send) in [
        ("terminate", Process::terminate as fn(&_) -> _),
        ("kill", Process::kill),
    ] {
        let mut process = Process::target(END).start(Ending::Wait)?;
        ensure!(process.is_alive()?, "ended by itself");
        send(&process)?;
        let exit = process.join()?;
        // Once more: there is nobody to send it to, and that is fine.
        send(&process)?;
        ensure!(!process.is_alive()?, "alive after its end");
        let number = exit.python_exitcode();
        print_line(format_args!("{what}: {exit}, {number} in Python"))?;
    }
    Ok(())
}

fn names() -> anyhow::Result<()> {
    print_line(format_args!("I am {}", current_name()))?;
    for builder in [
        Process::target(NAME),
        Process::target(NAME),
        Process::target(NAME).name("a name with spaces and ünïcode"),
    ] {
        let mut process = builder.start(())?;
        process.join()?;
        print_line(format_args!("I started {}", process.name()))?;
    }
    Ok(())
}

/// Two workers that compute for ever, and a parent that does something else.
fn with_two_workers(
    then: impl FnOnce(&mut [Process]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let compute = Process::target(COMPUTE);
    let mut workers = [compute.start(())?, compute.start(())?];
    print_line("two workers compute")?;
    then(&mut workers)
}

fn stop(process: &Process) -> anyhow::Result<()> {
    let pid = Pid::from_raw(process.pid().cast_signed()).context("a pid")?;
    kill_process(pid, Signal::STOP)?;
    Ok(())
}

fn a_hundred_in_a_row() -> anyhow::Result<()> {
    // The first one opens what stays open for all.
    Process::target(END).start(Ending::Return)?.join()?;
    let before = descriptors()?;
    for code in 0..100 {
        let exit = Process::target(END).start(Ending::Exit(code))?.join()?;
        ensure!(exit == Exit::Code(code), "{code}: {exit}");
    }
    report(before)
}

fn a_hundred_at_once() -> anyhow::Result<()> {
    Process::target(END).start(Ending::Return)?.join()?;
    let before = descriptors()?;
    let mut all = (0..100)
        .map(|code| Process::target(END).start(Ending::Exit(code)))
        .collect::<Result<Vec<_>, _>>()?;
    for (process, code) in all.iter_mut().zip(0..) {
        let exit = process.join()?;
        ensure!(exit == Exit::Code(code), "{code}: {exit}");
    }
    drop(all);
    report(before)
}

fn report(descriptors_before: usize) -> anyhow::Result<()> {
    let more = descriptors()? - descriptors_before;
    print_line(format_args!("descriptors more: {more}"))?;
    print_line(format_args!("zombies: {}", zombies()?))?;
    Ok(())
}

/// The same worker before and after twenty others are there.
fn siblings() -> anyhow::Result<()> {
    run(&Process::target(COUNT))?;
    let _others = (0..20)
        .map(|_| Process::target(END).start(Ending::Wait))
        .collect::<Result<Vec<_>, _>>()?;
    run(&Process::target(COUNT))
}

fn deadline() -> anyhow::Result<()> {
    let patience = Duration::from_millis(200);
    let mut process = Process::target(END).start(Ending::Wait)?;
    for patience in [Duration::ZERO, patience] {
        let start = Instant::now();
        let exit = process.join_timeout(patience)?;
        ensure!(exit.is_none(), "it ended: {exit:?}");
        ensure!(start.elapsed() >= patience, "back too early");
        ensure!(process.is_alive()?, "the deadline ended it");
    }
    process.kill()?;
    let exit = process.join_timeout(Duration::MAX)?;
    print_line(format_args!("{exit:?}, again {:?}", process.join()?))?;
    Ok(())
}

fn large_argument() -> anyhow::Result<()> {
    let argument = (0..=255).cycle().take(1 << 20).collect();
    let exit = Process::target(WEIGH).start(argument)?.join()?;
    ensure!(exit.success(), "{exit}");
    Ok(())
}

/// Starts a worker after the running program's file has been deleted, as
/// `cargo build` does it.
fn replaced_program() -> anyhow::Result<()> {
    std::fs::remove_file(env::current_exe()?)?;
    run(&Process::target(NAME).name("from a deleted file"))
}

fn descriptors() -> io::Result<usize> {
    // One of them is the directory that is being read.
    Ok(read_dir("/proc/self/fd")?.count() - 1)
}

fn zombies() -> anyhow::Result<usize> {
    let pid = process::id();
    let children = read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
    Ok(children.split_whitespace().count())
}
