//! Two threads write to one plain number: undefined behaviour, which Miri
//! finds. `atomic` as an argument does the same with an atomic one.
//!
//! ```text
//! cargo +nightly miri run -p shared_memory_demo --example data_race
//! ```

#![expect(unsafe_code, reason = "safe Rust has no way to do it wrong")]

use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;

// ANCHOR: plain
/// A pointer to memory that others write to as well.
#[derive(Clone, Copy)]
struct Plain(*mut i32);

// SAFETY: none. This is the mistake: the other thread writes there too.
unsafe impl Send for Plain {}

impl Plain {
    fn add_one(self) {
        // SAFETY: none, see above.
        unsafe { *self.0 += 1 }
    }
}

fn plain() -> i32 {
    let mut number = 0;
    let shared = Plain(&raw mut number);
    thread::scope(|scope| {
        scope.spawn(move || shared.add_one());
        scope.spawn(move || shared.add_one());
    });
    number
}
// ANCHOR_END: plain

fn atomic() -> i32 {
    let number = AtomicI32::new(0);
    thread::scope(|scope| {
        scope.spawn(|| number.fetch_add(1, Ordering::AcqRel));
        scope.spawn(|| number.fetch_add(1, Ordering::AcqRel));
    });
    number.into_inner()
}

fn main() {
    let is_atomic = std::env::args().nth(1).is_some_and(|how| how == "atomic");
    println!("{}", if is_atomic { atomic() } else { plain() });
}
