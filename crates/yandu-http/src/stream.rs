//! Bodies that are made while they are sent.

pub(crate) mod patient;
pub(crate) mod rows;

use std::io::Read;

use axum::body::Body;
use bytes::Bytes;
use futures::stream;
use tokio::sync::mpsc;
use yandu_lake::Terms;

const CHUNK_BYTES: usize = 256 << 10;
/// Chunks that may wait for a slow reader.
const WAITING: usize = 4;

/// The same body, until a permit ends under which its rows were read. It breaks off then.
pub(crate) fn under(terms: Terms, body: Body) -> Body {
    Body::from_stream(terms.over(body.into_data_stream(), axum::Error::new))
}

/// The bytes of a reader that blocks, read on a thread of its own and never faster than they are sent.
pub(crate) fn from_reader(mut reader: impl Read + Send + 'static) -> Body {
    let (sender, receiver) = mpsc::channel::<std::io::Result<Bytes>>(WAITING);
    tokio::task::spawn_blocking(move || {
        loop {
            let mut chunk = Vec::with_capacity(CHUNK_BYTES);
            let read = reader
                .by_ref()
                .take(CHUNK_BYTES as u64)
                .read_to_end(&mut chunk);
            let is_last = !matches!(read, Ok(1..));
            let chunk = read.map(|_| Bytes::from(chunk));
            let is_empty = chunk.as_ref().is_ok_and(Bytes::is_empty);
            // Nobody receives any more when the reader has gone away.
            if !is_empty && sender.blocking_send(chunk).is_err() || is_last {
                return;
            }
        }
    });
    Body::from_stream(stream::unfold(receiver, |mut receiver| async {
        receiver.recv().await.map(|chunk| (chunk, receiver))
    }))
}
