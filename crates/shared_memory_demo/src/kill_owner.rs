//! The process that made an array is killed and can remove no name any more:
//! who does?

use std::path::Path;
use std::thread;

use anyhow::Context as _;
use pipe_ipc::{Receiver, RecvError, Sender, one_way};
use process_spawning::{Process, Target};
use shared_memory_demo::{Array, Value};
use time_utils::print_line;

// ANCHOR: owner
/// Makes an array, and has a worker use it if it is told to.
pub(crate) const OWN: Target<(bool, Sender<String>)> =
    Target::new("own", |(with_worker, tell)| {
        let array = Array::new(&[1, 2, 3])?;
        let name = array.name().context("a name")?.to_owned();
        let _worker = if with_worker {
            let argument = (tell, array.clone(), name);
            Some(Process::target(USE).start(argument)?)
        } else {
            tell.send(name)?;
            None
        };
        loop {
            thread::park();
        }
    });

/// Has the array open, and tells so.
pub(crate) const USE: Target<(Sender<String>, Array<i32>, String)> =
    Target::new("use", |(tell, _array, name)| {
        tell.send(name)?;
        loop {
            thread::park();
        }
    });

/// Another program, that uses shared memory of its own.
pub(crate) const SWEEP: Target<()> = Target::new("sweep", |()| {
    Value::new(0)?;
    Ok(())
});
// ANCHOR_END: owner

pub(crate) fn show() -> anyhow::Result<()> {
    let shown = show_both();
    if shown.is_err() {
        // Cut short, by Ctrl-C perhaps: then we are the next one.
        Value::new(0)?;
    }
    shown
}

fn show_both() -> anyhow::Result<()> {
    print_line("an owner with a worker:")?;
    let (name, ended) = kill_owner(true)?;
    // The worker has the other end until it has ended, and its name is gone.
    match ended.recv() {
        Err(RecvError::Closed | RecvError::CutOff { .. }) => {}
        Err(error) => return Err(error.into()),
        Ok(said) => anyhow::bail!("the worker has not ended, but says {said}"),
    }
    tell("its worker has ended", &name)?;

    print_line("an owner that is alone:")?;
    let (name, _) = kill_owner(false)?;
    tell("nobody is left", &name)?;
    Process::target(SWEEP).start(())?.join()?;
    tell("the next one has begun", &name)
}

// ANCHOR: kill
fn kill_owner(with_worker: bool) -> anyhow::Result<(String, Receiver<String>)> {
    let (told, tell) = one_way()?;
    let mut owner = Process::target(OWN).start((with_worker, tell))?;
    let name = told.recv()?;
    self::tell("it has made an array", &name)?;
    owner.kill()?;
    print_line(format_args!("  the owner ends          {}", owner.join()?))?;
    Ok((name, told))
}
// ANCHOR_END: kill

fn tell(when: &str, name: &str) -> anyhow::Result<()> {
    let is_there = Path::new("/dev/shm").join(name).try_exists()?;
    let name = if is_there { "the name is there" } else { "the name is gone" };
    print_line(format_args!("  {when:<24}{name}"))?;
    Ok(())
}
