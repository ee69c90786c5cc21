//! Taking connections.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};
use tokio_rustls::TlsAcceptor;
use yandu_access::{Place, Places};

/// Connections whose clients are not known yet, beside those that are.
const UNKNOWN: usize = 256;
/// Those of them from one address: as many as clients of a pool that log in at once.
const OF_ONE: usize = 64;
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

/// Takes connections until `stopping` is true, and waits for those that are open then.
///
/// Each is given the place of a client that is not known, which `serve` gives back as soon as it knows the client: how many those
/// are is for it to bound. Connections for which there is no place, in all or from their address, are not taken. `protocol` is
/// what the log calls it.
pub async fn take<F>(
    listener: TcpListener,
    mut stopping: watch::Receiver<bool>,
    protocol: &'static str,
    serve: impl Fn(TcpStream, SocketAddr, Place) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let unknown = Places::new(UNKNOWN, OF_ONE);
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
            Ok((stream, address)) => {
                // Too many knock at once: the others are let wait no longer.
                if let Some(place) = unknown.take(address.ip().into()) {
                    connections.spawn(serve(stream, address, place));
                }
            }
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

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpSocket;

    use super::*;

    /// A face that greets everybody and waits until they go; it keeps the places of the unknown, unless it knows everybody.
    async fn face(knows: bool) -> (SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        tokio::spawn(take(
            listener,
            stopping,
            "a test",
            move |mut stream, _, place| async move {
                let place = (!knows).then_some(place);
                stream.write_all(b"!").await.unwrap();
                // Until the client goes.
                let _ = stream.read(&mut [0]).await;
                drop(place);
            },
        ));
        (address, stop)
    }

    /// A connection from an address of this machine, if it is taken.
    async fn knock(face: SocketAddr, from: [u8; 4]) -> Option<TcpStream> {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((IpAddr::from(from), 0).into()).unwrap();
        let mut stream = socket.connect(face).await.unwrap();
        let mut greeting = [0];
        let read = stream.read(&mut greeting).await;
        matches!(read, Ok(1)).then_some(stream)
    }

    #[tokio::test]
    async fn who_is_not_known_leaves_places_for_other_addresses_and_for_who_comes_after() {
        let (face, _stop) = face(false).await;
        let (one, other) = ([127, 0, 0, 1], [127, 0, 0, 2]);
        let mut silent = Vec::new();
        for _ in 0..OF_ONE {
            silent.push(knock(face, one).await.expect("there are places"));
        }
        assert!(
            knock(face, one).await.is_none(),
            "one address has all of its places"
        );
        let stays = knock(face, other).await;
        assert!(stays.is_some(), "another address is shut out");
        silent.pop();
        let mut again = None;
        // The place is free when the face has seen that the client has gone.
        for _ in 0..500 {
            again = knock(face, one).await;
            if again.is_some() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert!(again.is_some());
    }

    #[tokio::test]
    async fn who_is_known_takes_no_place_of_those_who_are_not() {
        let (face, _stop) = face(true).await;
        let mut known = Vec::new();
        for _ in 0..=OF_ONE {
            known.push(knock(face, [127, 0, 0, 1]).await);
        }
        assert!(known.iter().all(Option::is_some), "somebody is in the way");
    }
}
