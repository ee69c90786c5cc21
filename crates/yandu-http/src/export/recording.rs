//! A body that is written down on its way out.

use std::sync::Arc;

use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use yandu_access::Recording;

use crate::stream::rows::Tally;

/// What is written down, and how many rows went into the body.
struct Open {
    recording: Recording,
    tally: Arc<Tally>,
}

struct Recorded {
    body: BodyDataStream,
    /// How many bytes there will be, where that is known: whoever reads stops asking then.
    size: Option<u64>,
    open: Open,
}

/// The same body. Its recording is ended before the end of the body is told, so that whoever has read it all finds it ended; and when
/// nobody reads on.
pub(crate) fn recorded(
    recording: Recording,
    tally: Arc<Tally>,
    size: Option<u64>,
    body: Body,
) -> Body {
    let recorded = Recorded {
        body: body.into_data_stream(),
        size,
        open: Open { recording, tally },
    };
    Body::from_stream(stream::unfold(recorded, Recorded::next))
}

impl Recorded {
    async fn next(mut self) -> Option<(Result<Bytes, axum::Error>, Self)> {
        match self.body.next().await {
            Some(Ok(chunk)) => {
                self.open.recording.take(&chunk);
                if self.size == Some(self.open.recording.bytes()) {
                    self.open.end().await;
                }
                Some((Ok(chunk), self))
            }
            Some(Err(error)) => {
                self.open.settle();
                self.open.recording.break_off(error.to_string());
                self.open.end().await;
                Some((Err(error), self))
            }
            None => {
                self.open.end().await;
                None
            }
        }
    }
}

impl Open {
    /// Takes over what is known of the rows.
    fn settle(&mut self) {
        let counted = self.recording.rows();
        self.recording.add_rows(self.tally.rows() - counted);
        if self.tally.is_cut() {
            self.recording.cut();
        }
        if let Some(broken) = self.tally.broken() {
            self.recording.break_off(broken);
        }
    }

    async fn end(&mut self) {
        self.settle();
        self.recording.end().await;
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        // What was not ended is ended by its recording, which is dropped next.
        self.settle();
    }
}
