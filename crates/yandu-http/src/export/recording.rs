//! A body whose bytes are counted and hashed on their way out, and whose receipt is ended with it.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use yandu_access::{ReceiptId, Sent};

use crate::state::State;
use crate::stream::rows::Tally;

/// Why a body ended before its end.
const GONE: &str = "whoever read went away";

/// A receipt that is open.
struct Open {
    state: State,
    id: ReceiptId,
    tally: Arc<Tally>,
    hash: Sha256,
    bytes: u64,
    is_ended: bool,
}

struct Recorded {
    body: BodyDataStream,
    /// How many bytes there will be, where that is known: whoever reads stops asking then.
    size: Option<u64>,
    open: Open,
}

/// The same body. Its receipt is ended before the end of the body is told, so that whoever has read it all finds it ended; and when
/// nobody reads on.
pub(super) fn recorded(
    state: &State,
    id: ReceiptId,
    tally: Arc<Tally>,
    size: Option<u64>,
    body: Body,
) -> Body {
    let recorded = Recorded {
        body: body.into_data_stream(),
        size,
        open: Open {
            state: state.clone(),
            id,
            tally,
            hash: Sha256::new(),
            bytes: 0,
            is_ended: false,
        },
    };
    Body::from_stream(stream::unfold(recorded, Recorded::next))
}

impl Recorded {
    async fn next(mut self) -> Option<(Result<Bytes, axum::Error>, Self)> {
        match self.body.next().await {
            Some(Ok(chunk)) => {
                self.open.take(&chunk);
                if self.size == Some(self.open.bytes) {
                    self.open.end(None).await;
                }
                Some((Ok(chunk), self))
            }
            Some(Err(error)) => {
                self.open.end(Some(&error.to_string())).await;
                Some((Err(error), self))
            }
            None => {
                self.open.end(None).await;
                None
            }
        }
    }
}

impl Open {
    fn take(&mut self, chunk: &Bytes) {
        self.hash.update(chunk);
        self.bytes += chunk.len() as u64;
    }

    async fn end(&mut self, broken: Option<&str>) {
        if self.is_ended {
            return;
        }
        end(&self.state, self.id, &self.sent(broken)).await;
        self.is_ended = true;
    }

    fn sent(&self, broken: Option<&str>) -> Sent {
        let broken = self.tally.broken().or(broken);
        Sent {
            rows: self.tally.rows(),
            bytes: self.bytes,
            hash: hexadecimal(self.hash.clone()),
            is_cut: self.tally.is_cut(),
            broken: broken.map(ToOwned::to_owned),
        }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        if self.is_ended {
            return;
        }
        let sent = self.sent(Some(GONE));
        let (state, id) = (self.state.clone(), self.id);
        // Without a runtime the program ends, and the next start says so.
        if let Ok(runtime) = Handle::try_current() {
            let works = self.state.works().clone();
            works.spawn_on(async move { end(&state, id, &sent).await }, &runtime);
        }
    }
}

async fn end(state: &State, id: ReceiptId, sent: &Sent) {
    if let Err(error) = state.door().receipts().end(id, sent).await {
        tracing::error!(
            receipt.id = %id,
            error = &error as &dyn std::error::Error,
            "a receipt could not be ended"
        );
    }
}

pub(crate) fn hexadecimal(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
