//! The face as it is served.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use yandu_face::{City, Options, take};

use crate::cancel::Cancels;
use crate::connection;

/// What a client that begins with TLS says it speaks (ALPN).
pub const PROTOCOL: &[u8] = b"postgresql";

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
    pub async fn serve(self, listener: TcpListener, stopping: watch::Receiver<bool>) {
        let shared = Shared {
            places: Arc::new(Semaphore::new(self.options.connections)),
            cancels: Cancels::default(),
            stopping: stopping.clone(),
            city: self.city,
            options: self.options,
        };
        take(
            listener,
            stopping,
            "PostgreSQL",
            |stream, address, place| connection::serve(stream, address, place, shared.clone()),
        )
        .await;
    }
}
