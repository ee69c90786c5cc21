//! Taking connections.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio_rustls::TlsAcceptor;

/// Connections that are not known yet, beside those that are.
const UNKNOWN: usize = 64;
/// How long to wait when the machine has no place for another connection.
const PAUSE: Duration = Duration::from_millis(100);

/// Limits of a face.
#[derive(Clone)]
pub struct Options {
    /// The most clients at a time.
    pub connections: usize,
    /// How long a connection may take to log in.
    pub startup: Duration,
    /// How long a client may ask nothing.
    pub idle: Duration,
    /// Without it nothing is encrypted.
    pub tls: Option<TlsAcceptor>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            connections: 64,
            startup: Duration::from_secs(10),
            idle: Duration::from_hours(1),
            tls: None,
        }
    }
}

/// Takes connections until `stopping` is true, and waits for those that are open then. More than `clients` and some that are not
/// known yet are not taken. `protocol` is what the log calls it.
pub async fn take<F>(
    listener: TcpListener,
    clients: usize,
    mut stopping: watch::Receiver<bool>,
    protocol: &'static str,
    serve: impl Fn(TcpStream, SocketAddr) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let most = clients.saturating_add(UNKNOWN);
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            // An error means that the server is gone.
            _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
            Some(ended) = connections.join_next() => {
                note(protocol, ended);
                continue;
            }
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) if connections.len() < most => {
                connections.spawn(serve(stream, address));
            }
            // Too many knock at once: the others are let wait no longer.
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "a connection could not be taken"
                );
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
    drop(listener);
    while let Some(ended) = connections.join_next().await {
        note(protocol, ended);
    }
}

/// A fault in one connection is no fault of the others.
fn note(protocol: &str, ended: Result<(), JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(
            protocol,
            error = &error as &dyn std::error::Error,
            "a connection broke down"
        );
    }
}
