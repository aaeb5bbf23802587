//! The same unsafe counter, without and with each.
fn main() {}
