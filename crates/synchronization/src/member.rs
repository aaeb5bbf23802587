//! Who is who, and how a lock is passed on.
//!
//! The process that makes one of these is its maker; each one that it is
//! passed to becomes a member, with a number of its own, which is what stands
//! in a word that the process owns. When a member goes, whoever passed it on
//! takes back what the member had.
//!
//! A member may pass it on to processes of its own. They are of its family:
//! where one goes, the member sees to it; where the member goes too, the maker
//! sees to the whole family, once all of it has gone.

use std::io;
use std::marker::PhantomData;
use std::mem;
use std::os::fd::OwnedFd;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use process_spawning::Descriptors;
use rustix::pipe::{PipeFlags, pipe_with};
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use shared_memory_demo::{Array, Backing, CreateError, SharedCell};

use crate::watch::{self, Departure, Watch};

/// The number of a member: 20 bits for its family, 10 for the place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Id(pub(crate) u32);

const PLACE: u32 = (1 << 10) - 1;

/// The number of the maker: the family of the first.
const MAKER: Id = Id(1 << 10);

impl Id {
    fn of_family(number: u32) -> Self {
        // More than a million families, one after the other, come round to
        // the numbers of those that have long gone.
        Self((2 + number % ((1 << 20) - 2)) << 10)
    }

    fn relative(self, number: u32) -> Self {
        Self(self.0 & !PLACE | (1 + number % PLACE))
    }
}

/// Who has gone: one member, or a family.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gone {
    id: Id,
    mask: u32,
}

impl Gone {
    pub(crate) fn one(id: Id) -> Self {
        Self { id, mask: u32::MAX }
    }

    fn family(id: Id) -> Self {
        Self { id, mask: !PLACE }
    }

    pub(crate) fn includes(self, id: Id) -> bool {
        id.0 & self.mask == self.id.0 & self.mask
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
        gone: Gone,
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
    /// In the maker: to how many it was given who are still there.
    present: Arc<AtomicUsize>,
    /// In all but the maker.
    pipes: Option<Pipes>,
    /// Those that it was given to by us.
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

/// What stands before the words of each kind: how many families there have
/// been; how many relatives; and two words that only this one has.
const HEADER: usize = 4;

impl<C: Company> Member<C> {
    /// Makes it, with these words.
    pub(crate) fn make(words: &[u32]) -> Result<Self, CreateError> {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let number = u32::try_from(number).unwrap_or_default();
        let header = [0, 0, process::id(), number];
        let all = [&header, words].concat();
        Ok(Self {
            words: Array::new_in(Backing::Memfd, &all)?,
            me: MAKER,
            present: Arc::default(),
            pipes: None,
            given_to: Mutex::default(),
            company: PhantomData,
        })
    }

    /// The words that it was made with.
    pub(crate) fn words(&self) -> &[SharedCell<u32>] {
        &self.words[HEADER..]
    }

    pub(crate) fn me(&self) -> Id {
        self.me
    }

    pub(crate) fn is_maker(&self) -> bool {
        self.me == MAKER
    }

    /// Whether both are the same one, in the hands of two members perhaps.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let identity =
            |member: &Self| [2, 3].map(|word: usize| member.words[word].get());
        identity(self) == identity(other)
    }

    /// What another process needs to become a member.
    fn ticket(&self) -> io::Result<Ticket> {
        let (listening, own) = pipe_with(PipeFlags::CLOEXEC)?;
        let (id, family) = match &self.pipes {
            None => (Id::of_family(self.words[0].fetch_add(1)), &own),
            Some(pipes) => {
                let number = self.words[1].fetch_add(1);
                (self.me.relative(number), &pipes.family)
            }
        };
        let family = family.try_clone()?;
        self.expect(id, listening)?;
        let pipes = Descriptors([own, family]);
        Ok(Ticket { words: self.words.clone(), id, pipes })
    }

    fn given_to(&self) -> MutexGuard<'_, Vec<Watch>> {
        self.given_to.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sees to it that all who have gone by now count as gone.
    pub(crate) fn see_to_departures(&self) {
        let mut given_to = self.given_to();
        let all = mem::take(&mut *given_to).into_iter();
        *given_to = all.filter_map(Watch::unless_over).collect();
    }

    /// Sees to it that what `id` has is taken back when it is gone.
    fn expect(&self, id: Id, pipe: OwnedFd) -> io::Result<()> {
        let words = self.words.clone();
        let present = Arc::clone(&self.present);
        let maker = self.is_maker();
        let gone = if maker { Gone::family(id) } else { Gone::one(id) };
        // Those who went before it came, count as gone when it comes.
        self.see_to_departures();
        self.given_to().push(watch::when_gone(pipe, move |how| {
            let left = present.fetch_sub(1, Ordering::AcqRel) - 1;
            C::gone(&words[HEADER..], gone, how, maker.then_some(left));
        })?);
        // It cannot go before this: we hold its end of the pipe ourselves.
        let joined = self.present.fetch_add(1, Ordering::AcqRel) + 1;
        if maker {
            C::joined(self.words(), joined);
        }
        Ok(())
    }
}

impl<C: Company> Drop for Member<C> {
    fn drop(&mut self) {
        let Some(pipes) = &self.pipes else {
            let present = self.present.load(Ordering::Acquire);
            return C::maker_left(self.words(), present);
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
        self.ticket().map_err(S::Error::custom)?.serialize(serializer)
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
        Ok(Self {
            words,
            me: id,
            present: Arc::default(),
            pipes: Some(Pipes { own, family }),
            given_to: Mutex::default(),
            company: PhantomData,
        })
    }
}
