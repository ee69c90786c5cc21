//! Taking connections.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::cancel::Cancels;
use crate::city::City;
use crate::connection;

/// Connections that are not known yet, beside those that are.
const UNKNOWN: usize = 64;
/// How long to wait when the machine has no place for another connection.
const PAUSE: Duration = Duration::from_millis(100);

/// What a client that begins with TLS says it speaks (ALPN).
pub const PROTOCOL: &[u8] = b"postgresql";

/// Limits of the face.
#[derive(Clone)]
pub struct Options {
    /// The most clients at a time.
    pub connections: usize,
    /// How long a login may take.
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

/// What all connections have in common.
#[derive(Clone)]
pub(crate) struct Shared {
    pub(crate) city: City,
    pub(crate) options: Options,
    pub(crate) cancels: Cancels,
    pub(crate) places: Arc<Semaphore>,
    pub(crate) stopping: watch::Receiver<bool>,
}

/// The face, ready to be served.
pub struct Server {
    city: City,
    options: Options,
}

impl Server {
    pub fn new(city: City, options: Options) -> Self {
        Self { city, options }
    }

    /// Serves until `stopping` is true. Whoever asks nothing then is sent away; questions are answered to their end.
    pub async fn serve(self, listener: TcpListener, mut stopping: watch::Receiver<bool>) {
        let shared = Shared {
            places: Arc::new(Semaphore::new(self.options.connections)),
            cancels: Cancels::default(),
            stopping: stopping.clone(),
            city: self.city,
            options: self.options,
        };
        let most = shared.options.connections.saturating_add(UNKNOWN);
        let mut connections = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                // An error means that the server is gone.
                _ = stopping.wait_for(|is_stopping| *is_stopping) => break,
                Some(ended) = connections.join_next() => {
                    note(ended);
                    continue;
                }
                accepted = listener.accept() => accepted,
            };
            match accepted {
                Ok((stream, address)) if connections.len() < most => {
                    connections.spawn(connection::serve(stream, address, shared.clone()));
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
            note(ended);
        }
    }
}

/// A fault in one connection is no fault of the others.
fn note(ended: std::result::Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!(
            error = &error as &dyn std::error::Error,
            "a connection over the PostgreSQL protocol broke down"
        );
    }
}
