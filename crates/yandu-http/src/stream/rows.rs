//! The rows of a query as a body that is made while they are read.

use std::io;

use arrow::array::RecordBatch;
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use yandu_lake::Rows;

use crate::value;

/// How rows are written.
pub(crate) trait Form: Send + 'static {
    /// What stands before the rows.
    fn head(&self, rows: &Rows) -> io::Result<Vec<u8>>;

    /// Some rows; `follows` says that others stand before them.
    fn rows(&self, batch: &RecordBatch, follows: bool) -> io::Result<Vec<u8>>;

    /// What stands behind the rows. An error breaks the body off, so that no half is taken for whole.
    fn end(&self, end: End) -> io::Result<Vec<u8>>;
}

/// How the rows came to their end.
pub(crate) enum End {
    Whole,
    /// There are more of them than were asked for.
    Cut,
    Broken(yandu_lake::Error),
}

/// A body under way.
pub(crate) struct Sending<F> {
    form: F,
    waiting: Option<RecordBatch>,
    rows: Rows,
    /// How many rows may still be sent.
    left: u64,
    step: Step,
}

enum Step {
    Head,
    /// Whether a row was sent.
    Rows(bool),
    Over,
}

impl<F: Form> Sending<F> {
    /// Reads the first rows: most of what can go wrong has gone wrong then, and is a status of its own.
    pub(crate) async fn open(mut rows: Rows, form: F, most: u64) -> yandu_lake::Result<Self> {
        let waiting = rows.next().await.transpose()?;
        Ok(Self {
            form,
            waiting,
            rows,
            left: most,
            step: Step::Head,
        })
    }

    pub(crate) fn body(self) -> Body {
        Body::from_stream(stream::unfold(self, Self::next))
    }

    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        let chunk = match self.step {
            Step::Over => return None,
            Step::Head => {
                self.step = Step::Rows(false);
                self.form.head(&self.rows)
            }
            Step::Rows(follows) => self.piece(follows).await,
        };
        if chunk.is_err() {
            self.step = Step::Over;
        }
        Some((chunk.map(Bytes::from), self))
    }

    async fn piece(&mut self, follows: bool) -> io::Result<Vec<u8>> {
        let next = match self.waiting.take() {
            Some(batch) => Some(Ok(batch)),
            None => self.rows.next().await,
        };
        let batch = match next {
            None => return self.end(End::Whole),
            Some(Err(error)) => return self.end(End::Broken(error)),
            Some(Ok(batch)) => batch,
        };
        let room = usize::try_from(self.left).unwrap_or(usize::MAX);
        let kept = batch.slice(0, batch.num_rows().min(room));
        let mut piece = self.form.rows(&kept, follows)?;
        self.left -= kept.num_rows() as u64;
        self.step = Step::Rows(follows || kept.num_rows() > 0);
        if kept.num_rows() < batch.num_rows() {
            piece.extend(self.end(End::Cut)?);
        }
        Ok(piece)
    }

    fn end(&mut self, end: End) -> io::Result<Vec<u8>> {
        self.step = Step::Over;
        self.form.end(end)
    }
}

/// Rows as the items of a JSON list, each a list of values.
pub(crate) fn items(batch: &RecordBatch, follows: bool) -> io::Result<Vec<u8>> {
    let rows = value::rows(batch, batch.num_rows()).map_err(io::Error::other)?;
    let mut items = Vec::new();
    for (place, row) in rows.iter().enumerate() {
        if follows || place > 0 {
            items.push(b',');
        }
        serde_json::to_writer(&mut items, row)?;
    }
    Ok(items)
}
