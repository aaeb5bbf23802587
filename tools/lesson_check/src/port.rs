//! A port for a server that is to be told one.

use std::iter::repeat_with;
use std::net::TcpListener;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};

/// Takes a port of the loopback address, each time another one. Once it is
/// given back nobody gets it by chance: it is below those that the system
/// gives to whoever asks for any.
///
/// # Panics
///
/// Where none is free.
#[must_use]
pub fn take_port() -> TcpListener {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    // Tests that run at once begin at different ones.
    let first = process::id();
    let ports = repeat_with(|| {
        let number = first.wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed));
        20_000 + u16::try_from(number % 10_000).unwrap_or_default()
    });
    let mut taken =
        ports.take(10_000).map(|port| TcpListener::bind(("127.0.0.1", port)));
    taken.find_map(Result::ok).expect("a free port")
}
