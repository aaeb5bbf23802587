//! A program that does not end: who waits for what, and why probably.

use std::fmt;
use std::thread::sleep;
use std::time::Duration;

use lesson_check::Member;
use time_utils::trace::Category;

use crate::span::Span;
use crate::wait::{Channel, Computed, Wait, Waiting, computed, waits};

/// Between two looks: whoever computes has computed some more after it, where
/// the machine has time for it.
const PAUSE: Duration = Duration::from_millis(200);

/// So often we look at the most, at who could compute and is given no time to.
const MOST_LOOKS: usize = 50;

/// Threads of the lessons that wait all the time, as they should.
const WATCHERS: [&str; 5] =
    ["lifeline", "starter", "interrupt", "ending", "interruption"];

/// Of a long command, so many characters are shown.
const LONGEST_NAME: usize = 40;

/// The processes of a program that does not end.
#[derive(Debug)]
pub(crate) struct Hang(Vec<Stuck>);

/// One of them.
#[derive(Clone, Debug)]
struct Stuck {
    pid: u32,
    parent: u32,
    name: String,
    /// The main thread first.
    threads: Vec<Waiting>,
}

impl Hang {
    /// Looks at processes that have not ended. `spans` tell the names of
    /// those that have, and are still there as zombies.
    pub(crate) fn of(members: &[Member], spans: &[Span]) -> Self {
        let before: Vec<_> =
            members.iter().map(|member| computed(member.pid)).collect();
        let look = || {
            sleep(PAUSE);
            let looks = members.iter().zip(&before);
            let stuck = looks
                .map(|(member, before)| Stuck::look_at(member, before, spans));
            Self(stuck.collect())
        };
        let mut hang = look();
        for _ in 1..MOST_LOOKS {
            if !hang.0.iter().any(Stuck::waits_for_its_turn) {
                break;
            }
            hang = look();
        }
        hang
    }

    /// Why it hangs, in words, from the most telling sign to the least.
    pub(crate) fn likely_reason(&self) -> String {
        self.locks()
            .or_else(|| self.join_of_a_stuck_worker())
            .or_else(|| self.ended_but_unseen())
            .or_else(|| self.stopped())
            .or_else(|| self.endless_work())
            .or_else(|| self.lock())
            .or_else(|| self.own_lock())
            .or_else(|| self.nobody_speaks())
            .or_else(|| self.sleeper())
            .or_else(|| self.untold())
            .unwrap_or_else(|| "each of them waits for another".to_owned())
    }

    /// Whoever waits for another's end, and that other.
    fn joins(&self) -> impl Iterator<Item = (&Stuck, &Stuck)> {
        self.0.iter().flat_map(|waiting| {
            let awaited = self.0.iter().filter(|it| waiting.awaits(it));
            awaited.map(move |awaited| (waiting, awaited))
        })
    }

    fn join_of_a_stuck_worker(&self) -> Option<String> {
        self.joins().find_map(|(parent, worker)| {
            let (parent, name) = (&parent.name, &worker.name);
            let wait = worker.telling_wait()?;
            match wait {
                Wait::Room(_) => Some(format!(
                    "{name} waits until there is room for what it sends, \
                     while {parent} waits for {name} to end and takes \
                     nothing: take all that it sends (drain the queue) before \
                     join"
                )),
                Wait::Message(_) => Some(format!(
                    "{name} waits for a message, or for a place in a queue, \
                     while {parent} waits for {name} to end: before join, send \
                     what it waits for, take what it puts (drain the queue), \
                     or close your end"
                )),
                Wait::Shared => Some(format!(
                    "{name} waits in shared memory for a lock or a signal, \
                     while {parent} waits for {name} to end: who holds the \
                     lock, and who gives the signal?"
                )),
                Wait::Time => Some(format!(
                    "{name} sleeps, and {parent} waits for it: end it first, \
                     or wait with a deadline, and end it then"
                )),
                Wait::Thread => Some(format!(
                    "{name} waits for a thread or a lock of its own, while \
                     {parent} waits for {name} to end: who holds that lock?"
                )),
                _ => None,
            }
        })
    }

    fn own_lock(&self) -> Option<String> {
        let name = &self.main_wait(&Wait::Thread)?.name;
        Some(format!(
            "{name} waits for one of its threads, or for a lock that it \
             never gets: is it locked twice, or kept while a thread that \
             needs it is joined?"
        ))
    }

    fn sleeper(&self) -> Option<String> {
        let name = &self.main_wait(&Wait::Time)?.name;
        Some(format!("{name} sleeps again and again: what shall wake it?"))
    }

    fn untold(&self) -> Option<String> {
        let name = &self.main_wait(&Wait::Unknown)?.name;
        Some(format!(
            "the system does not tell what {name} waits for: which call in it \
             may wait, and for whom?"
        ))
    }

    fn ended_but_unseen(&self) -> Option<String> {
        let name = &self.main_wait(&Wait::Burial)?.name;
        Some(format!(
            "{name} has ended, and its parent waits for something else: a \
             message or a signal that {name} should have given? Wait with a \
             deadline, and close the ends that you do not use: then you \
             notice when a sender dies"
        ))
    }

    fn stopped(&self) -> Option<String> {
        let name = &self.main_wait(&Wait::Continuation)?.name;
        Some(format!(
            "{name} is stopped and will not end by itself: wait with a \
             deadline, then kill it"
        ))
    }

    fn endless_work(&self) -> Option<String> {
        let busy = self.0.iter().find(|stuck| stuck.computes())?;
        Some(format!(
            "{} still computes: does its loop ever end? (Or the machine is \
             very busy.)",
            busy.name
        ))
    }

    fn locks(&self) -> Option<String> {
        let waiting = self.0.iter().filter(|it| it.main_is(&Wait::Shared));
        let names: Vec<_> = waiting.map(|stuck| &*stuck.name).collect();
        (names.len() > 1).then(|| {
            format!(
                "{} wait in shared memory for what nobody gives: has its \
                 holder kept it, or died? Or does each hold a lock that \
                 another waits for? Then take locks in the same order.",
                names.join(" and ")
            )
        })
    }

    fn lock(&self) -> Option<String> {
        let name = &self.main_wait(&Wait::Shared)?.name;
        Some(format!(
            "{name} waits in shared memory for a lock or a signal that nobody \
             gives: has its holder kept it, or died?"
        ))
    }

    fn nobody_speaks(&self) -> Option<String> {
        let waits = |stuck: &&Stuck| {
            let wait = stuck.threads.first();
            matches!(wait, Some((_, Wait::Message(_))))
        };
        let waiting: Vec<_> = self.0.iter().filter(waits).collect();
        match waiting.as_slice() {
            [] => None,
            [only] if self.0.len() == 1 => Some(format!(
                "{} waits for a message, and nobody is left who could send \
                 one: does it still hold a sending end itself?",
                only.name
            )),
            _ => Some(
                "whoever is left waits for a message, and nobody sends one: \
                 who speaks first, and how does each learn that there is no \
                 more?"
                    .to_owned(),
            ),
        }
    }

    fn main_wait(&self, wait: &Wait) -> Option<&Stuck> {
        self.0.iter().find(|stuck| stuck.main_is(wait))
    }

    fn name(&self, pid: u32) -> String {
        let known = self.0.iter().find(|stuck| stuck.pid == pid);
        known.map_or_else(|| format!("PID {pid}"), |it| it.name.clone())
    }

    fn write_tree(
        &self,
        f: &mut fmt::Formatter<'_>,
        stuck: &Stuck,
        depth: usize,
    ) -> fmt::Result {
        let indent = "  ".repeat(depth);
        let Stuck { pid, name, .. } = stuck;
        write!(f, "{indent}{name} (PID {pid})")?;
        for (number, (thread, wait)) in stuck.shown_threads().enumerate() {
            if number > 0 {
                write!(f, "\n{indent}  its thread {thread}")?;
            }
            write!(f, " {}", self.words(wait))?;
        }
        writeln!(f)?;
        let children = self.0.iter().filter(|it| it.parent == stuck.pid);
        for child in children {
            self.write_tree(f, child, depth + 1)?;
        }
        Ok(())
    }

    fn words(&self, wait: &Wait) -> String {
        match wait {
            Wait::Nothing => "computes".to_owned(),
            Wait::Turn => "could go on, and waits for its turn".to_owned(),
            Wait::Unknown => {
                "waits; for what, this system does not tell".to_owned()
            }
            Wait::Continuation => "is stopped".to_owned(),
            Wait::Burial => {
                "has ended, and its parent has not waited for it".to_owned()
            }
            Wait::End(pids) if pids.is_empty() => {
                "waits for one of its processes to end".to_owned()
            }
            Wait::End(pids) => {
                let names: Vec<_> =
                    pids.iter().map(|pid| self.name(*pid)).collect();
                format!("waits for {} to end", names.join(" or "))
            }
            Wait::Message(channel) => {
                format!("waits for a message or an answer{}", from(*channel))
            }
            Wait::Room(channel) => {
                format!("waits to write{}", to(*channel))
            }
            Wait::Shared => {
                "waits for a lock or a signal in shared memory".to_owned()
            }
            Wait::Thread => {
                "waits for another thread of its own, or a lock".to_owned()
            }
            Wait::Time => "sleeps".to_owned(),
            Wait::Other(call) => format!("waits in `{call}`"),
        }
    }
}

impl fmt::Display for Hang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_root =
            |stuck: &&Stuck| self.0.iter().all(|it| it.pid != stuck.parent);
        let mut roots = self.0.iter().filter(is_root);
        roots.try_for_each(|root| self.write_tree(f, root, 0))
    }
}

impl Stuck {
    fn look_at(member: &Member, before: &Computed, spans: &[Span]) -> Self {
        let &Member { pid, parent, .. } = member;
        let mut threads = waits(pid, before);
        if member.state == 'Z' {
            threads.truncate(1);
        }
        Self { pid, parent, name: name_of(member, spans), threads }
    }

    fn main_is(&self, wait: &Wait) -> bool {
        self.threads.first().is_some_and(|(_, it)| it == wait)
    }

    /// Whether one of its own threads waits for the end of the other.
    fn awaits(&self, other: &Self) -> bool {
        let own = self.threads.iter().filter(|it| !WATCHERS.contains(&&*it.0));
        own.map(|(_, wait)| wait).any(|wait| match wait {
            Wait::End(pids) if pids.is_empty() => other.parent == self.pid,
            Wait::End(pids) => pids.contains(&other.pid),
            _ => false,
        })
    }

    fn computes(&self) -> bool {
        self.threads.iter().any(|(_, wait)| *wait == Wait::Nothing)
    }

    fn waits_for_its_turn(&self) -> bool {
        self.threads.iter().any(|(_, wait)| *wait == Wait::Turn)
    }

    /// What tells most of it: a thread that waits for room, or else what the
    /// main thread waits for.
    fn telling_wait(&self) -> Option<&Wait> {
        let waits = || self.threads.iter().map(|(_, wait)| wait);
        let room = waits().find(|wait| matches!(wait, Wait::Room(_)));
        room.or_else(|| waits().next())
    }

    /// The main thread; and others, where they tell more.
    fn shown_threads(&self) -> impl Iterator<Item = &Waiting> {
        let main_tells = !self.main_is(&Wait::Thread);
        let main = self.threads.iter().take(1);
        let others = self.threads.iter().skip(1).filter(move |(name, wait)| {
            let tells = matches!(wait, Wait::Room(_) | Wait::Nothing);
            (tells || !main_tells) && !WATCHERS.contains(&&**name)
        });
        main.chain(others)
    }
}

/// What its parent called it; or else what it was started as.
fn name_of(member: &Member, spans: &[Span]) -> String {
    if let Some(name) = member.worker_name() {
        return name.to_owned();
    }
    if member.state == 'Z' {
        let mut lives =
            spans.iter().filter(|span| span.category == Category::Process);
        let life = lives.find(|life| life.pid == member.pid);
        return life.map_or("a process", |life| &life.name).to_owned();
    }
    let program = member.command.split(' ').next().unwrap_or_default();
    let arguments = member.command.strip_prefix(program).unwrap_or_default();
    let file = program.rsplit('/').next().unwrap_or(program);
    let name = format!("{file}{arguments}");
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => format!("`{}…`", &name[..end]),
        None => format!("`{name}`"),
    }
}

fn from(channel: Channel) -> &'static str {
    match channel {
        Channel::Pipe => " from a pipe",
        Channel::Socket | Channel::Else => "",
    }
}

fn to(channel: Channel) -> &'static str {
    match channel {
        Channel::Pipe => " to a full pipe",
        Channel::Socket => " to a full channel",
        Channel::Else => "",
    }
}

#[cfg(test)]
mod tests {
    use lesson_check::Program;
    use procfs::process::Process;

    use super::*;

    fn stuck(pid: u32, parent: u32, name: &str, wait: Wait) -> Stuck {
        let threads = vec![(name.to_owned(), wait)];
        Stuck { pid, parent, name: name.to_owned(), threads }
    }

    fn parent_and_worker(parent: Wait, worker: Wait) -> Hang {
        Hang(vec![stuck(1, 0, "main", parent), stuck(2, 1, "worker", worker)])
    }

    #[test]
    fn joining_before_draining_is_told() {
        let hang =
            parent_and_worker(Wait::End(vec![2]), Wait::Room(Channel::Socket));
        assert!(hang.likely_reason().contains("drain the queue"));
        assert_eq!(
            hang.to_string(),
            "main (PID 1) waits for worker to end\n  \
             worker (PID 2) waits to write to a full channel\n"
        );
    }

    #[test]
    fn joining_who_waits_for_a_message_is_told() {
        let worker = Wait::Message(Channel::Socket);
        let hang = parent_and_worker(Wait::End(Vec::new()), worker);
        assert!(hang.likely_reason().contains("close your end"));
    }

    #[test]
    fn a_loop_without_an_end_is_told() {
        let hang = parent_and_worker(Wait::End(vec![2]), Wait::Nothing);
        assert!(hang.likely_reason().starts_with("worker still computes"));
    }

    #[test]
    fn who_gets_hardly_any_time_to_compute_computes() {
        let status = Process::myself().unwrap().status().unwrap();
        let processor = status.cpus_allowed_list.unwrap()[0].0.to_string();
        let spinning = |niceness: &str| {
            let mut running = Program::new("taskset")
                .args(["-c", &processor, "nice", "-n", niceness])
                .args(["sh", "-c", "echo spins; while :; do :; done"])
                .start();
            running.wait_for("spins");
            running
        };
        let meek = spinning("19");
        let _greedy = spinning("0");
        let hang = Hang::of(&meek.members(), &[]);
        assert!(hang.to_string().contains(" computes"), "{hang}");
    }

    #[test]
    fn two_who_wait_in_shared_memory_are_told() {
        let hang = Hang(vec![
            stuck(2, 1, "a", Wait::Shared),
            stuck(3, 1, "b", Wait::Shared),
        ]);
        assert!(hang.likely_reason().starts_with("a and b wait"));
    }

    #[test]
    fn a_lock_of_its_own_is_told() {
        let hang = Hang(vec![stuck(1, 0, "main", Wait::Thread)]);
        assert!(hang.likely_reason().contains("is it locked twice"));
        let hang = parent_and_worker(Wait::End(vec![2]), Wait::Thread);
        assert!(hang.likely_reason().contains("worker waits for a thread"));
    }

    #[test]
    fn who_sleeps_alone_is_told() {
        let hang = Hang(vec![stuck(1, 0, "main", Wait::Time)]);
        assert!(hang.likely_reason().starts_with("main sleeps"));
    }

    #[test]
    fn what_the_system_does_not_tell_is_no_computing() {
        let hang = parent_and_worker(Wait::Unknown, Wait::Unknown);
        assert!(!hang.to_string().contains("computes"), "{hang}");
        assert!(hang.likely_reason().contains("does not tell"));
    }

    #[test]
    fn a_message_that_nobody_can_send_is_told() {
        let wait = Wait::Message(Channel::Pipe);
        let hang = Hang(vec![stuck(1, 0, "main", wait)]);
        assert!(hang.likely_reason().contains("nobody is left"));
    }

    #[test]
    fn a_dead_sender_is_told() {
        let wait = Wait::Message(Channel::Pipe);
        let hang = parent_and_worker(wait, Wait::Burial);
        assert!(hang.likely_reason().contains("when a sender dies"));
    }
}
