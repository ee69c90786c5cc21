//! The line to a client.

use std::io;

use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::codec::Framed;

use crate::codec::Codec;
use crate::fault::Fault;

/// What carries bytes: a connection, plain or encrypted.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

pub(crate) type Socket<S> = Framed<S, Codec>;

/// Bytes that wait for a slow client before what makes them waits too.
const WAITING: usize = 64 << 10;

pub(crate) fn framed<S: Stream>(stream: S, codec: Codec) -> Socket<S> {
    let mut socket = Framed::new(stream, codec);
    socket.set_backpressure_boundary(WAITING);
    socket
}

/// Nobody can be told that the line is gone; the connection ends.
#[expect(clippy::needless_pass_by_value, reason = "it stands in `map_err`")]
pub(crate) fn lost(error: io::Error) -> Fault {
    tracing::debug!(
        error = &error as &dyn std::error::Error,
        "a client has gone"
    );
    Fault::new("08006", "the connection is gone").fatal()
}
