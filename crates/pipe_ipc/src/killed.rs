//! A child that is killed while its parent waits for its answer.

use anyhow::bail;
use pipe_ipc::{Connection, RecvError, pipe};
use process_spawning::{Process, Target};
use time_utils::{print_line, spin};

/// Answers the first question, and thinks about the second for ever.
pub(crate) const ANSWER: Target<Connection<String, String>> =
    Target::new("answer", answer);

fn answer(parent: Connection<String, String>) -> anyhow::Result<()> {
    parent.recv()?;
    parent.send("four".into())?;
    parent.recv()?;
    parent.send("let me think".into())?;
    spin(u64::MAX);
    Ok(())
}

// ANCHOR: killed
pub(crate) fn show() -> anyhow::Result<()> {
    let (ours, theirs) = pipe()?;
    let mut child = Process::target(ANSWER).name("child").start(theirs)?;
    for question in ["two and two?", "the last digit of pi?"] {
        print_line(format_args!("parent: asks:      {question}"))?;
        ours.send(question.into())?;
        let answer: String = ours.recv()?;
        print_line(format_args!("parent: is told:   {answer}"))?;
    }
    child.kill()?;
    match ours.recv() {
        Err(RecvError::Closed) => print_line("parent: the pipe is at its end")?,
        Err(error) => return Err(error.into()),
        Ok(answer) => bail!("a dead child says {answer}"),
    }
    let exit = child.join()?;
    print_line(format_args!("parent: the child ended: {exit}"))?;
    Ok(())
}
// ANCHOR_END: killed
