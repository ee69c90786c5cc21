//! Speaking HTTP/2 over connections.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;
use yandu_access::Place;
use yandu_face::{City, Options, take};

use crate::admit;
use crate::line::Line;
use crate::service::Face;

/// What a client says it speaks when it begins with TLS (ALPN): gRPC is HTTP/2.
pub const PROTOCOL: &[u8] = b"h2";

/// Requests of one connection at a time; more of them wait.
const AT_A_TIME: u32 = 16;
/// The longest headers of a request.
const HEADER_BYTES: u32 = 16 << 10;
/// What a client may send ahead of being read.
const WINDOW: u32 = 256 << 10;
/// Bytes of one answer that wait for a slow client before what makes them waits too.
const WAITING: usize = 256 << 10;
/// How often it is looked whether a client that says nothing is still there, and how long it may take to say so.
const ALIVE: Duration = Duration::from_secs(30);

/// What all connections have in common.
#[derive(Clone)]
struct Shared {
    face: Face,
    options: Options,
    places: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
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
            face: Face::new(self.city, self.options.idle),
            places: Arc::new(Semaphore::new(self.options.connections)),
            stopping: stopping.clone(),
            options: self.options,
        };
        take(
            listener,
            stopping,
            "Arrow Flight SQL",
            |stream, address, place| connect(stream, address, place, shared.clone()),
        )
        .await;
    }
}

/// Waits until the server stops.
fn stopped(shared: &Shared) -> impl Future<Output = ()> + Send + use<> {
    let mut stopping = shared.stopping.clone();
    async move {
        // An error means that the server is gone.
        let _ = stopping.wait_for(|is_stopping| *is_stopping).await;
    }
}

/// Serves a client until it goes. The place is that of a client that is not known.
async fn connect(stream: TcpStream, address: SocketAddr, place: Place, shared: Shared) {
    // An answer is several small writes; held back for an acknowledgement, each could cost 40 ms.
    let _ = stream.set_nodelay(true);
    let Some(acceptor) = shared.options.tls.clone() else {
        return speak(stream, address, place, shared).await;
    };
    let stop = stopped(&shared);
    let accepted = tokio::select! {
        () = stop => return,
        accepted = timeout(shared.options.startup, acceptor.accept(stream)) => accepted,
    };
    match accepted {
        Ok(Ok(stream)) => Box::pin(speak(stream, address, place, shared)).await,
        Ok(Err(error)) => tracing::debug!(
            client.address = %address,
            error = &error as &dyn std::error::Error,
            "a client could not agree on encryption"
        ),
        Err(_) => {}
    }
}

/// Answers the requests of a connection.
async fn speak<S>(stream: S, address: SocketAddr, place: Place, shared: Shared)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let line = Line::new(address, place, Arc::clone(&shared.places));
    let answering = {
        let (face, line) = (shared.face.clone(), Arc::clone(&line));
        service_fn(move |request| admit::answer(face.clone(), Arc::clone(&line), request))
    };
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(AT_A_TIME)
        .max_header_list_size(HEADER_BYTES)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(WINDOW)
        .max_send_buf_size(WAITING)
        .keep_alive_interval(ALIVE)
        .keep_alive_timeout(ALIVE)
        .serve_connection(TokioIo::new(stream), answering);
    let mut connection = std::pin::pin!(connection);
    let stop = stopped(&shared);
    let done = tokio::select! {
        done = connection.as_mut() => Some(done),
        () = line.over(&shared.options) => {
            connection.as_mut().graceful_shutdown();
            timeout(shared.options.startup, connection).await.ok()
        }
        () = stop => {
            connection.as_mut().graceful_shutdown();
            Some(connection.await)
        }
    };
    if let Some(Err(error)) = done {
        tracing::debug!(
            client.address = %address,
            error = &error as &dyn std::error::Error,
            "a connection of Arrow Flight SQL ended early"
        );
    }
}
