//! The port that the server takes, at the loopback address.

use std::io::{self, ErrorKind};
use std::net::Ipv4Addr;

use anyhow::Context as _;
use tokio::net::TcpListener;

/// The port is taken.
#[derive(Debug, thiserror::Error)]
#[error("port {port} is in use{}", advice(*next))]
pub struct PortInUse {
    port: u16,
    /// The next one that is free.
    next: Option<u16>,
}

fn advice(next: Option<u16>) -> String {
    next.map_or_else(String::new, |next| {
        format!("; {next} is free: `cargo book --port {next}`")
    })
}

/// Takes `port`; 0 is any that is free.
pub(crate) async fn listen(port: u16) -> anyhow::Result<TcpListener> {
    match bind(port).await {
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            Err(PortInUse { port, next: next_free(port).await }.into())
        }
        bound => bound.with_context(|| format!("cannot use port {port}")),
    }
}

async fn next_free(port: u16) -> Option<u16> {
    for next in port.saturating_add(1)..=port.saturating_add(100) {
        if bind(next).await.is_ok() {
            return Some(next);
        }
    }
    None
}

async fn bind(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await
}
