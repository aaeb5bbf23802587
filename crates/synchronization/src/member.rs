//! Who is who, and how a lock is passed on.
//!
//! The process that makes one of these is its maker; each process that it is
//! passed to becomes a member, with a number of its own, which is what stands
//! in a word that the process owns. When a member goes, whoever passed it on
//! takes back what the member had.
//!
//! A member may pass it on to processes of its own. They are of its family:
//! where one goes, the member sees to it; where the member is killed, all of
//! its family end with it, and the maker sees to them.
//!
//! So it can only be passed on as an argument when a process is started, as
//! Python's can: then all members end before their maker does, and there is
//! always somebody left to take back what they had.

use std::io;
use std::marker::PhantomData;
use std::mem;
use std::os::fd::OwnedFd;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use process_spawning::{Descriptors, is_giving_argument, refusal_to_write};
use rustix::pipe::{PipeFlags, pipe_with};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shared_memory_demo::{Array, Backing, CreateError, SharedCell};

use crate::slots::{EMPTY, Slots};
use crate::watch::{self, Departure, Watch};

/// The number of a member. Nobody else has it while the member is there, and
/// what it held has not been taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Id(pub(crate) u32);

impl Id {
    const MAKER: Self = Self(1);

    /// The number of the member that has this place in the list.
    fn of_place(place: usize) -> Self {
        Self(u32::try_from(place + 2).expect("the list is short"))
    }

    fn place(self) -> usize {
        self.0 as usize - 2
    }

    /// As it stands in a word that it owns, above two bits for marks.
    pub(crate) fn in_word(self) -> u32 {
        self.0 << 2
    }

    /// Whose number stands in a word; `None` where nobody's does.
    pub(crate) fn of_word(word: u32) -> Option<Self> {
        (word >> 2 != 0).then_some(Self(word >> 2))
    }
}

/// Who has gone: one member, or a family.
#[derive(Clone, Debug)]
pub(crate) struct Gone(Vec<Id>);

impl Gone {
    pub(crate) fn one(id: Id) -> Self {
        Self(vec![id])
    }

    pub(crate) fn includes(&self, id: Id) -> bool {
        self.0.contains(&id)
    }
}

/// What is done when members come and go. The words are those of
/// [`Member::words`].
pub(crate) trait Company: Send + Sync + 'static {
    /// Takes back what those who have gone had, and wakes whoever waits for
    /// it. `present` members that the maker gave it to are left; only the
    /// maker knows.
    fn gone(
        words: &[SharedCell<u32>],
        gone: &Gone,
        how: Departure,
        present: Option<usize>,
    );

    /// The maker lets go of it; `present` members that it gave it to are left.
    fn maker_left(_words: &[SharedCell<u32>], _present: usize) {}

    /// The maker has given it to one more; `present` are there now.
    fn joined(_words: &[SharedCell<u32>], _present: usize) {}
}

/// Words that all members share, as one process has them.
#[derive(Debug)]
pub(crate) struct Member<C: Company> {
    words: Array<u32>,
    me: Id,
    /// To how many we have given it who are still there. Locked for as long
    /// as one of them comes or goes.
    present: Arc<Mutex<usize>>,
    /// In all but the maker.
    pipes: Option<Pipes>,
    /// Those that we have given it to.
    given_to: Mutex<Vec<Watch>>,
    company: PhantomData<C>,
}

/// Closed with the end of this process.
#[derive(Debug)]
struct Pipes {
    /// Whoever gave it to us listens.
    own: OwnedFd,
    /// The maker listens.
    family: OwnedFd,
}

/// As many members as there can be at the same time.
const MOST: usize = 1021;

/// What stands before the words of each kind: two words that only this one
/// has; how many of the following have ever been used; and for each member
/// the number of that one to whom the maker gave it, for it and its family.
const HEADER: usize = 3 + MOST;

/// The members, of all these words.
fn members(words: &[SharedCell<u32>]) -> Slots<'_, SharedCell<u32>> {
    Slots { bound: &words[2], words: &words[3..HEADER] }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<C: Company> Member<C> {
    /// Makes it, with these words.
    pub(crate) fn make(words: &[u32]) -> Result<Self, CreateError> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let number = u32::try_from(number).unwrap_or_default();
        let mut all = vec![process::id(), number];
        all.resize(HEADER, EMPTY);
        all.extend(words);
        let words = Array::new_in(Backing::Memfd, &all)?;
        Ok(Self::of(words, Id::MAKER, None))
    }

    fn of(words: Array<u32>, me: Id, pipes: Option<Pipes>) -> Self {
        let (present, given_to) = Default::default();
        Self { words, me, present, pipes, given_to, company: PhantomData }
    }

    /// The words that it was made with.
    pub(crate) fn words(&self) -> &[SharedCell<u32>] {
        &self.words[HEADER..]
    }

    pub(crate) fn me(&self) -> Id {
        self.me
    }

    pub(crate) fn is_maker(&self) -> bool {
        self.me == Id::MAKER
    }

    /// Whether both are the same one, in the hands of two members perhaps.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let identity =
            |member: &Self| [0, 1].map(|word: usize| member.words[word].get());
        identity(self) == identity(other)
    }

    /// What another process needs to become a member.
    fn ticket(&self) -> io::Result<Ticket> {
        if !is_giving_argument() {
            return Err(io::Error::other(
                "it can only be passed on when a process is started, as a \
                 part of its argument",
            ));
        }
        let id = self.enrol()?;
        let (listening, own) = pipe_with(PipeFlags::CLOEXEC)?;
        let family = self.pipes.as_ref().map_or(&own, |pipes| &pipes.family);
        let family = family.try_clone()?;
        self.expect(id, listening)?;
        let pipes = Descriptors([own, family]);
        Ok(Ticket { words: self.words.clone(), id, pipes })
    }

    /// A number for one more member.
    fn enrol(&self) -> io::Result<Id> {
        let members = members(&self.words);
        let full = || io::Error::other(format!("{MOST} processes have it"));
        if self.is_maker() {
            // Of no family yet; nobody but us could mistake it for another's.
            let place = members.claim(Id::MAKER.0).ok_or_else(full)?;
            let id = Id::of_place(place);
            members.words[place].set(id.0);
            return Ok(id);
        }
        let family = members.words[self.me.place()].get();
        Ok(Id::of_place(members.claim(family).ok_or_else(full)?))
    }

    /// Sees to it that all who have gone by now count as gone.
    pub(crate) fn see_to_departures(&self) {
        let mut given_to = locked(&self.given_to);
        let all = mem::take(&mut *given_to).into_iter();
        *given_to = all.filter_map(Watch::unless_over).collect();
    }

    /// Sees to it that what `id` has is taken back when it is gone.
    fn expect(&self, id: Id, pipe: OwnedFd) -> io::Result<()> {
        let words = self.words.clone();
        let present = Arc::clone(&self.present);
        let maker = self.is_maker();
        // Those who went before it came, count as gone when it comes.
        self.see_to_departures();
        let watch = watch::when_gone(pipe, move |how| {
            let mut present = locked(&present);
            *present -= 1;
            let members = members(&words);
            let gone = if maker { family(&members, id) } else { Gone::one(id) };
            let known = maker.then_some(*present);
            C::gone(&words[HEADER..], &gone, how, known);
            for id in gone.0 {
                members.words[id.place()].set(EMPTY);
            }
        })?;
        locked(&self.given_to).push(watch);
        // It cannot go before this: we hold its end of the pipe ourselves.
        let mut present = locked(&self.present);
        *present += 1;
        if maker {
            C::joined(self.words(), *present);
        }
        Ok(())
    }
}

/// The member `id`, to whom the maker gave it, and its family.
fn family(members: &Slots<'_, SharedCell<u32>>, id: Id) -> Gone {
    let all = members.iter().enumerate();
    let theirs = all.filter(|(_, member)| member.get() == id.0);
    Gone(theirs.map(|(place, _)| Id::of_place(place)).collect())
}

impl<C: Company> Drop for Member<C> {
    fn drop(&mut self) {
        let Some(pipes) = &self.pipes else {
            let present = locked(&self.present);
            return C::maker_left(self.words(), *present);
        };
        watch::say_farewell(&pipes.own);
    }
}

#[derive(Serialize, Deserialize)]
struct Ticket {
    words: Array<u32>,
    id: Id,
    /// Its own and its family's.
    pipes: Descriptors<2>,
}

impl<C: Company> Serialize for Member<C> {
    fn serialize<S: Serializer>(
        &self,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        self.ticket().map_err(refusal_to_write)?.serialize(serializer)
    }
}

impl<'de, C: Company> Deserialize<'de> for Member<C> {
    fn deserialize<D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Self, D::Error> {
        let Ticket { words, id, pipes } = Ticket::deserialize(deserializer)?;
        if words.len() < HEADER {
            return Err(D::Error::custom("words are missing"));
        }
        let Descriptors([own, family]) = pipes;
        watch::say_hello(&own);
        Ok(Self::of(words, id, Some(Pipes { own, family })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lock;
    use std::collections::HashSet;

    #[derive(Debug)]
    struct Nobody;

    impl Company for Nobody {
        fn gone(
            _: &[SharedCell<u32>],
            _: &Gone,
            _: Departure,
            _: Option<usize>,
        ) {
        }
    }

    #[test]
    fn no_two_members_have_the_same_number() {
        let maker = Member::<Nobody>::make(&[]).unwrap();
        let all: HashSet<u32> =
            (0..MOST).map(|_| maker.enrol().unwrap().0).collect();
        assert_eq!(all.len(), MOST);
        assert!(!all.contains(&maker.me().0));
        let full = maker.enrol().unwrap_err();
        assert_eq!(full.to_string(), "1021 processes have it");
        // Who has gone makes room.
        members(&maker.words).words[500].set(EMPTY);
        assert_eq!(maker.enrol().unwrap(), Id::of_place(500));
    }

    #[test]
    fn a_family_is_all_that_one_was_given_it_for() {
        let maker = Member::<Nobody>::make(&[]).unwrap();
        let [child, other] = [maker.enrol().unwrap(), maker.enrol().unwrap()];
        let child_has = Member::<Nobody>::of(maker.words.clone(), child, None);
        let grandchild = child_has.enrol().unwrap();
        let gone = family(&members(&maker.words), child);
        assert!(gone.includes(child) && gone.includes(grandchild));
        assert!(!gone.includes(other) && !gone.includes(Id::MAKER));
    }

    #[test]
    fn it_is_passed_on_in_no_other_way_than_by_starting_a_process() {
        assert!(postcard::to_stdvec(&Lock::new().unwrap()).is_err());
    }
}
