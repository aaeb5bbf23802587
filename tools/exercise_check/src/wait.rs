//! What a thread waits for, as the system tells: the call that it is in, and
//! what that call was given.

use std::collections::HashMap;
use std::fs::read_to_string;
use std::os::unix::fs::FileExt as _;

use procfs::process::{FDTarget, MMPermissions, Process, Stat, Syscall, Task};
use syscalls::Sysno;

/// `poll` waits until there is room to write.
const POLL_OUT: i16 = 4;

/// A descriptor, and what is asked of it: how `poll` is told.
const POLLED_BYTES: usize = 8;

/// At most so many descriptors of one `poll` are looked at.
const MOST_POLLED: u64 = 64;

/// What a thread waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    /// Nothing: it computes.
    Nothing,
    /// Its turn: it could go on, and gets no time to compute.
    Turn,
    /// Something that the system does not tell us.
    Unknown,
    /// To be continued.
    Continuation,
    /// To be waited for: it has ended.
    Burial,
    /// The end of one of these processes; of any child where there is none.
    End(Vec<u32>),
    /// Something to read, from a pipe or a socket.
    Message(Channel),
    /// Room to write.
    Room(Channel),
    /// A lock or a signal in memory that processes share.
    Shared,
    /// A lock, or another thread, of its own process.
    Thread,
    /// Some time.
    Time,
    /// In this call of the system.
    Other(String),
}

/// What carries messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channel {
    Pipe,
    Socket,
    Else,
}

/// A thread's name, and what it waits for.
pub(crate) type Waiting = (String, Wait);

/// How much each thread of a process has computed, by its number.
pub(crate) type Computed = HashMap<i32, u64>;

/// A first look, for [`waits`] to compare with.
pub(crate) fn computed(pid: u32) -> Computed {
    let process = Process::new(pid.cast_signed()).ok();
    let tasks = process.iter().flat_map(tasks);
    tasks
        .filter_map(|task| Some((task.tid, ticks(&task.stat().ok()?))))
        .collect()
}

/// What the threads of a process wait for, the main thread first. One that
/// is between two calls computes only if it has computed since `before`.
pub(crate) fn waits(pid: u32, before: &Computed) -> Vec<Waiting> {
    let process = Process::new(pid.cast_signed()).ok();
    let waits = process.iter().flat_map(|process| {
        let waits = tasks(process);
        waits.filter_map(move |task| waiting(process, &task, before))
    });
    waits.collect()
}

fn tasks(process: &Process) -> impl Iterator<Item = Task> {
    let tasks = process.tasks().into_iter().flatten().flatten();
    let mut tasks: Vec<_> = tasks.collect();
    tasks.sort_by_key(|task| task.tid);
    tasks.into_iter()
}

fn ticks(stat: &Stat) -> u64 {
    stat.utime + stat.stime
}

fn waiting(
    process: &Process,
    task: &Task,
    before: &Computed,
) -> Option<Waiting> {
    let stat = task.stat().ok()?;
    let before = before.get(&task.tid);
    let has_computed = before.is_some_and(|before| ticks(&stat) > *before);
    let wait = match stat.state {
        'T' | 't' => Wait::Continuation,
        'Z' => Wait::Burial,
        _ => match task.syscall() {
            Ok(Syscall::Blocked {
                syscall_number, argument_registers, ..
            }) => Call { process, arguments: argument_registers }
                .wait(syscall_number),
            _ if has_computed => Wait::Nothing,
            // Some systems do not let us read in which call it is.
            _ if stat.state == 'R' => Wait::Turn,
            _ => Wait::Unknown,
        },
    };
    Some((stat.comm, wait))
}

/// A call of the system that a thread is in.
struct Call<'p> {
    process: &'p Process,
    arguments: [u64; 6],
}

impl Call<'_> {
    fn wait(&self, number: i64) -> Wait {
        let name = usize::try_from(number).ok().and_then(Sysno::new);
        let Some(name) = name.map(|number| number.name()) else {
            return Wait::Unknown;
        };
        match name {
            "read" | "readv" | "recvfrom" | "recvmsg" | "accept"
            | "accept4" => Wait::Message(self.channel(self.number(0))),
            "write" | "writev" | "sendto" | "sendmsg" => {
                Wait::Room(self.channel(self.number(0)))
            }
            "poll" | "ppoll" => self.polled(),
            "epoll_wait" | "epoll_pwait" => Wait::Message(Channel::Else),
            "wait4" => Wait::End(child(self.number(0))),
            "waitid" => self.child_by_kind(),
            "futex" if self.is_shared() => Wait::Shared,
            "futex" => Wait::Thread,
            // The lock of lesson 8, on the memory itself.
            "flock" => Wait::Shared,
            "nanosleep" | "clock_nanosleep" => Wait::Time,
            other => Wait::Other(other.to_owned()),
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "it is an int in C")]
    fn number(&self, argument: usize) -> i32 {
        self.arguments[argument] as i32
    }

    fn channel(&self, descriptor: i32) -> Channel {
        match self.process.fd_from_fd(descriptor).map(|fd| fd.target) {
            Ok(FDTarget::Pipe(_)) => Channel::Pipe,
            Ok(FDTarget::Socket(_)) => Channel::Socket,
            _ => Channel::Else,
        }
    }

    /// `waitid` takes a number (kind 1) or a descriptor (kind 3).
    fn child_by_kind(&self) -> Wait {
        let children = match self.arguments[0] {
            1 => child(self.number(1)),
            3 => self.process_of(self.number(1)).into_iter().collect(),
            _ => Vec::new(),
        };
        Wait::End(children)
    }

    /// The process that a descriptor stands for, if it stands for one.
    fn process_of(&self, descriptor: i32) -> Option<u32> {
        let pid = self.process.pid();
        let about =
            read_to_string(format!("/proc/{pid}/fdinfo/{descriptor}")).ok()?;
        let pid = about.lines().find_map(|line| line.strip_prefix("Pid:"));
        pid?.trim().parse().ok()
    }

    /// Of all that is waited for at once, what tells most: a process's end,
    /// room, a message.
    fn polled(&self) -> Wait {
        let polled = self.polled_descriptors();
        let ends: Vec<_> =
            polled.iter().filter_map(|(fd, _)| self.process_of(*fd)).collect();
        if !ends.is_empty() {
            return Wait::End(ends);
        }
        let wants_room = |asked: i16| asked & POLL_OUT != 0;
        if let Some((fd, _)) = polled.iter().find(|it| wants_room(it.1)) {
            return Wait::Room(self.channel(*fd));
        }
        match polled.first() {
            Some((fd, _)) => Wait::Message(self.channel(*fd)),
            None => Wait::Time,
        }
    }

    fn polled_descriptors(&self) -> Vec<(i32, i16)> {
        let [address, count, ..] = self.arguments;
        let count = usize::try_from(count.min(MOST_POLLED)).unwrap_or(0);
        let mut bytes = vec![0; count * POLLED_BYTES];
        let memory = self.process.mem();
        let read = memory
            .is_ok_and(|it| it.read_exact_at(&mut bytes, address).is_ok());
        let polled = bytes.chunks_exact(POLLED_BYTES).filter(|_| read);
        let polled = polled.filter_map(|entry| {
            let (fd, asked) = entry.split_first_chunk()?;
            let asked = asked.first_chunk()?;
            Some((i32::from_ne_bytes(*fd), i16::from_ne_bytes(*asked)))
        });
        polled.filter(|(fd, _)| *fd >= 0).collect()
    }

    /// Whether what it waits at lies in memory that others have, too.
    fn is_shared(&self) -> bool {
        let address = self.arguments[0];
        let maps = self.process.maps();
        maps.into_iter().flatten().any(|map| {
            let (start, end) = map.address;
            (start..end).contains(&address)
                && map.perms.contains(MMPermissions::SHARED)
        })
    }
}

/// The child of this number; -1 stands for any.
fn child(number: i32) -> Vec<u32> {
    u32::try_from(number).into_iter().collect()
}
