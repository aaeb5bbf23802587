//! The types that a number in shared memory can have.

use std::fmt::Debug;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Release};
use std::sync::atomic::{AtomicI32, AtomicI64, AtomicU8, AtomicU32, AtomicU64};

/// A type whose values processes can share: `bool`, `u8`, `i32`, `u32`,
/// `i64`, `u64`, `f64`.
///
/// Each is kept as an atomic integer of the same width, of which every
/// pattern of bits is a value. So nothing that another process writes can
/// make a value that Rust has not: a `bool` is a byte here, and any byte but
/// 0 is `true`.
///
/// | Rust   | Python's `struct` and `Array` | bytes |
/// | ------ | ----------------------------- | ----- |
/// | `bool` | `?` (`Array`: `c_bool`)       | 1     |
/// | `u8`   | `B`                           | 1     |
/// | `i32`  | `i`                           | 4     |
/// | `u32`  | `I`                           | 4     |
/// | `i64`  | `q`                           | 8     |
/// | `u64`  | `Q`                           | 8     |
/// | `f64`  | `d`                           | 8     |
pub trait Element: Stored + Debug + PartialEq + Send + Sync + 'static {}

/// An [`Element`] that one can count with.
pub trait Number: Element + Counted {}

/// How an element is kept.
pub trait Stored: Copy {
    /// The atomic that keeps it.
    type Atomic: Atomic;
    /// Its letter in Python's `struct`.
    const TYPECODE: u8;
    /// The value as bits.
    fn to_bits(self) -> Bits<Self>;
    /// The value of these bits, whatever they are.
    fn from_bits(bits: Bits<Self>) -> Self;
}

/// The integer that an element's bits are.
type Bits<T> = <<T as Stored>::Atomic as Atomic>::Bits;

/// How one counts with it.
pub trait Counted: Stored {
    /// Adds, and returns what was there before. Integers wrap around.
    fn fetch_add(atomic: &Self::Atomic, by: Self) -> Self;
    /// Subtracts, and returns what was there before. Integers wrap around.
    fn fetch_sub(atomic: &Self::Atomic, by: Self) -> Self;
}

/// What the atomics of the standard library have in common. Whoever reads a
/// value sees all that was written before it was.
pub trait Atomic: Debug {
    /// The integer in it.
    type Bits: Copy + Eq;
    /// Reads.
    fn load(&self) -> Self::Bits;
    /// Writes.
    fn store(&self, bits: Self::Bits);
    /// Writes, and returns what was there before.
    fn swap(&self, bits: Self::Bits) -> Self::Bits;
    /// Writes if `current` is there, and may now and then refuse even so.
    fn compare_exchange_weak(
        &self,
        current: Self::Bits,
        new: Self::Bits,
    ) -> Result<Self::Bits, Self::Bits>;
}

macro_rules! atomics {
    ($($atomic:ty: $bits:ty),*) => {$(
        impl Atomic for $atomic {
            type Bits = $bits;
            fn load(&self) -> $bits {
                self.load(Acquire)
            }
            fn store(&self, bits: $bits) {
                self.store(bits, Release);
            }
            fn swap(&self, bits: $bits) -> $bits {
                self.swap(bits, AcqRel)
            }
            fn compare_exchange_weak(
                &self,
                current: $bits,
                new: $bits,
            ) -> Result<$bits, $bits> {
                self.compare_exchange_weak(current, new, AcqRel, Acquire)
            }
        }
    )*};
}

atomics!(
    AtomicU8: u8, AtomicI32: i32, AtomicU32: u32, AtomicI64: i64, AtomicU64: u64
);

macro_rules! integers {
    ($($integer:ty, $atomic:ty, $typecode:literal;)*) => {$(
        impl Stored for $integer {
            type Atomic = $atomic;
            const TYPECODE: u8 = $typecode;
            fn to_bits(self) -> Self {
                self
            }
            fn from_bits(bits: Self) -> Self {
                bits
            }
        }
        impl Counted for $integer {
            fn fetch_add(atomic: &$atomic, by: Self) -> Self {
                atomic.fetch_add(by, AcqRel)
            }
            fn fetch_sub(atomic: &$atomic, by: Self) -> Self {
                atomic.fetch_sub(by, AcqRel)
            }
        }
        impl Element for $integer {}
        impl Number for $integer {}
    )*};
}

integers! {
    u8, AtomicU8, b'B';
    i32, AtomicI32, b'i';
    u32, AtomicU32, b'I';
    i64, AtomicI64, b'q';
    u64, AtomicU64, b'Q';
}

impl Stored for bool {
    type Atomic = AtomicU8;
    const TYPECODE: u8 = b'?';
    fn to_bits(self) -> u8 {
        self.into()
    }
    fn from_bits(bits: u8) -> Self {
        bits != 0
    }
}

impl Element for bool {}

impl Stored for f64 {
    type Atomic = AtomicU64;
    const TYPECODE: u8 = b'd';
    fn to_bits(self) -> u64 {
        self.to_bits()
    }
    fn from_bits(bits: u64) -> Self {
        Self::from_bits(bits)
    }
}

/// No processor adds to an `f64` in one step. So: compute the sum, and write
/// it if nobody has written meanwhile; else do it again.
impl Counted for f64 {
    fn fetch_add(atomic: &AtomicU64, by: Self) -> Self {
        update(atomic, |number: Self| number + by)
    }
    fn fetch_sub(atomic: &AtomicU64, by: Self) -> Self {
        update(atomic, |number: Self| number - by)
    }
}

impl Element for f64 {}
impl Number for f64 {}

/// Replaces a value by what `change` makes of it; returns what it was.
pub(crate) fn update<T: Stored>(
    atomic: &T::Atomic,
    mut change: impl FnMut(T) -> T,
) -> T {
    let mut bits = atomic.load();
    loop {
        let new = change(T::from_bits(bits)).to_bits();
        match atomic.compare_exchange_weak(bits, new) {
            Ok(_) => return T::from_bits(bits),
            // Somebody was faster: from what is there now.
            Err(there) => bits = there,
        }
    }
}
