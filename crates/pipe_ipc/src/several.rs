//! One wait for several children: for what they say, and for their ends.

use pipe_ipc::{Connection, Ready, pipe, wait};
use process_spawning::{Process, Target, current_name};
use time_utils::print_line;

/// Says one thing when it is its turn, and ends with the pipe.
pub(crate) const SPEAK: Target<Connection<String, ()>> =
    Target::new("speak", speak);

fn speak(parent: Connection<String, ()>) -> anyhow::Result<()> {
    parent.recv()?;
    parent.send(format!("here is {}", current_name()))?;
    // Nothing more is to come: this is the end of the pipe.
    let _ = parent.recv();
    Ok(())
}

// ANCHOR: child
struct Child {
    process: Process,
    /// None once it has spoken.
    connection: Option<Connection<(), String>>,
}

impl Child {
    /// First its message, then its end.
    fn awaited(&self) -> &dyn Ready {
        match &self.connection {
            Some(connection) => connection,
            None => &self.process,
        }
    }
}
// ANCHOR_END: child

pub(crate) fn show() -> anyhow::Result<()> {
    let names = ["Anna", "Ben", "Clara"];
    let mut children = names
        .iter()
        .map(|name| start(name))
        .collect::<anyhow::Result<Vec<_>>>()?;
    print_line("parent: waits for three children at once")?;
    // Not in the order in which they stand in the list.
    for next in ["Clara", "Anna", "Ben"] {
        give_turn(next, &children)?;
        while children.iter().any(|child| child.process.name() == next) {
            take_what_is_ready(&mut children)?;
        }
    }
    Ok(())
}

fn start(name: &str) -> anyhow::Result<Child> {
    let (ours, theirs) = pipe()?;
    let process = Process::target(SPEAK).name(name).start(theirs)?;
    Ok(Child { process, connection: Some(ours) })
}

fn give_turn(name: &str, children: &[Child]) -> anyhow::Result<()> {
    let mut named = children.iter().filter(|c| c.process.name() == name);
    let connection = named.find_map(|child| child.connection.as_ref());
    Ok(connection.map_or(Ok(()), |connection| connection.send(()))?)
}

// ANCHOR: wait
fn take_what_is_ready(children: &mut Vec<Child>) -> anyhow::Result<()> {
    let things: Vec<_> = children.iter().map(Child::awaited).collect();
    let ready = wait(&things, None)?;
    // The last first: taking one out moves those behind it.
    for at in ready.into_iter().rev() {
        match children[at].connection.take() {
            Some(connection) => {
                let message = connection.recv()?;
                print_line(format_args!("parent: a message: {message}"))?;
            }
            None => tell_end(children.remove(at).process)?,
        }
    }
    Ok(())
}
// ANCHOR_END: wait

fn tell_end(mut process: Process) -> anyhow::Result<()> {
    let exit = process.join()?;
    print_line(format_args!("parent: {} ended: {exit}", process.name()))?;
    Ok(())
}
