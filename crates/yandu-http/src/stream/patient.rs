//! A body that is not kept for whoever takes nothing of it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use tokio::sync::Mutex;

/// The most that is handed over at a time, so that a slow line shows that it moves.
const PIECE_BYTES: usize = 64 << 10;

struct Shared<H> {
    kept: Mutex<Option<Kept<H>>>,
    /// How often something was asked for.
    asked: AtomicU64,
}

struct Kept<H> {
    chunks: BodyDataStream,
    /// What is left of the last chunk.
    rest: Bytes,
    _held: H,
}

/// The same body, which breaks off when nothing was taken of it for `patience`, or at the latest for twice as long. What makes it
/// is let go then, and so is what it `holds`; as it is at its end, and when nobody reads on.
pub(crate) fn patient<H: Send + 'static>(body: Body, holds: H, patience: Duration) -> Body {
    let shared = Arc::new(Shared {
        kept: Mutex::new(Some(Kept {
            chunks: body.into_data_stream(),
            rest: Bytes::new(),
            _held: holds,
        })),
        asked: AtomicU64::new(0),
    });
    tokio::spawn(watch(Arc::downgrade(&shared), patience));
    Body::from_stream(stream::unfold(Some(shared), async |shared| {
        let shared = shared?;
        let next = shared.next().await?;
        let goes_on = next.is_ok();
        Some((next, goes_on.then_some(shared)))
    }))
}

impl<H> Shared<H> {
    async fn next(&self) -> Option<Result<Bytes, axum::Error>> {
        let mut kept = self.kept.lock().await;
        self.asked.fetch_add(1, Ordering::Relaxed);
        let Some(body) = kept.as_mut() else {
            return Some(Err(axum::Error::new("nothing was taken for too long")));
        };
        if body.rest.is_empty() {
            match body.chunks.next().await {
                Some(Ok(chunk)) => body.rest = chunk,
                ended => {
                    *kept = None;
                    return ended;
                }
            }
        }
        let length = body.rest.len().min(PIECE_BYTES);
        Some(Ok(body.rest.split_to(length)))
    }
}

/// Lets a body go that nobody takes anything of. One that is waited for itself is not slow to be taken.
async fn watch<H>(shared: Weak<Shared<H>>, patience: Duration) {
    let mut asked_before = 0;
    loop {
        tokio::time::sleep(patience).await;
        let Some(shared) = shared.upgrade() else {
            return;
        };
        let Ok(mut kept) = shared.kept.try_lock() else {
            continue;
        };
        let asked = shared.asked.load(Ordering::Relaxed);
        if asked == asked_before {
            *kept = None;
            return;
        }
        asked_before = asked;
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use tokio::sync::oneshot::error::TryRecvError;
    use tokio::sync::oneshot::{Receiver, channel};

    use super::*;

    const SHORT: Duration = Duration::from_millis(30);
    const LONG: Duration = Duration::from_mins(10);

    fn body(chunks: Vec<Vec<u8>>) -> Body {
        let chunks = chunks.into_iter().map(Ok::<_, Infallible>);
        Body::from_stream(stream::iter(chunks))
    }

    /// Whether what is held, which is the other end, is let go within ten seconds.
    async fn is_freed(freed: Receiver<()>) -> bool {
        let limit = Duration::from_secs(10);
        tokio::time::timeout(limit, freed).await.is_ok()
    }

    #[tokio::test]
    async fn a_body_that_nobody_takes_is_let_go_and_breaks_off() {
        let (held, freed) = channel::<()>();
        let parts = vec![b"one".to_vec(), b"two".to_vec()];
        let mut taken = patient(body(parts), held, SHORT).into_data_stream();
        assert_eq!(taken.next().await.unwrap().unwrap(), "one");
        assert!(is_freed(freed).await);
        assert!(
            taken.next().await.unwrap().is_err(),
            "half is not taken for whole"
        );
        assert!(taken.next().await.is_none());
    }

    #[tokio::test]
    async fn a_body_that_is_taken_is_whole_and_lets_go_at_its_end() {
        let (held, mut freed) = channel::<()>();
        let long: Vec<u8> = (0..200_000_u32)
            .map(|at| u8::try_from(at % 251).unwrap())
            .collect();
        let whole = [&long[..], b"end"].concat();
        let mut taken =
            patient(body(vec![long, Vec::new(), b"end".to_vec()]), held, LONG).into_data_stream();
        let mut read = Vec::new();
        while let Some(piece) = taken.next().await {
            let piece = piece.unwrap();
            assert!(piece.len() <= PIECE_BYTES, "{}", piece.len());
            read.extend_from_slice(&piece);
        }
        assert!(read == whole, "{} of {} bytes", read.len(), whole.len());
        assert_eq!(freed.try_recv(), Err(TryRecvError::Closed));
    }

    #[tokio::test]
    async fn whoever_goes_away_lets_go() {
        let (held, mut freed) = channel::<()>();
        drop(patient(body(vec![b"one".to_vec()]), held, LONG));
        assert_eq!(freed.try_recv(), Err(TryRecvError::Closed));
    }

    #[tokio::test]
    async fn a_body_that_takes_long_to_make_is_waited_for() {
        let slow = stream::once(async {
            // Twice as long as a body is kept at the latest.
            tokio::time::sleep(SHORT * 4).await;
            Ok::<_, Infallible>(b"late".to_vec())
        });
        let mut taken = patient(Body::from_stream(slow), (), SHORT).into_data_stream();
        assert_eq!(taken.next().await.unwrap().unwrap(), "late");
    }
}
