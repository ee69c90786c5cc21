//! Encrypted connections, handed to the server when the two sides have shaken hands.

mod certificate;

use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use yandu_access::Places;

pub(crate) use certificate::Certificate;

/// How long shaking hands may take.
const SECONDS: u64 = 10;
/// Connections that shake hands at a time; whoever comes then is sent away.
const AT_A_TIME: usize = 256;
/// Those of them from one address.
const OF_ONE: usize = 64;
/// Connections that wait for the server.
const READY: usize = 64;
/// After a failure of the machine, such as too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// A listener whose connections are encrypted. A client that is slow to shake hands holds nobody up.
pub(crate) struct Encrypted {
    ready: mpsc::Receiver<(TlsStream<TcpStream>, SocketAddr)>,
    address: SocketAddr,
}

impl Encrypted {
    pub(crate) fn new(listener: TcpListener, acceptor: TlsAcceptor) -> std::io::Result<Self> {
        let address = listener.local_addr()?;
        let (greeted, ready) = mpsc::channel(READY);
        tokio::spawn(greet(listener, acceptor, greeted));
        Ok(Self { ready, address })
    }
}

async fn greet(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    ready: mpsc::Sender<(TlsStream<TcpStream>, SocketAddr)>,
) {
    let places = Places::new(AT_A_TIME, OF_ONE);
    loop {
        let accepted = tokio::select! {
            () = ready.closed() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let Some(place) = places.take(peer.ip().into()) else {
            continue;
        };
        let (acceptor, ready) = (acceptor.clone(), ready.clone());
        tokio::spawn(async move {
            let _ = stream.set_nodelay(true);
            let greeting = acceptor.accept(stream);
            let greeted = tokio::time::timeout(Duration::from_secs(SECONDS), greeting).await;
            drop(place);
            // What does not speak TLS, or not in time, is not for anybody here.
            if let Ok(Ok(stream)) = greeted {
                let _ = ready.send((stream, peer)).await;
            }
        });
    }
}

impl Listener for Encrypted {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.ready.recv().await {
            Some(connection) => connection,
            // Nobody greets any more.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        Ok(self.address)
    }
}
