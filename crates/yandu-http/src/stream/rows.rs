//! The rows of a query as a body that is made while they are read.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use axum::body::Body;
use bytes::Bytes;
use futures::{StreamExt as _, stream};
use yandu_lake::Rows;

use crate::value;

/// A byte order mark, with which Excel reads UTF-8.
pub(crate) const MARK: &[u8] = b"\xEF\xBB\xBF";

/// How rows are written.
pub(crate) trait Form: Send + 'static {
    /// What stands before the rows.
    fn head(&mut self, rows: &Rows) -> io::Result<Vec<u8>>;

    /// Some rows; `follows` says that others stand before them.
    fn rows(&mut self, batch: &RecordBatch, follows: bool) -> io::Result<Vec<u8>>;

    /// What stands behind the rows. An error breaks the body off, so that no half is taken for whole.
    fn end(&mut self, end: End) -> io::Result<Vec<u8>>;
}

/// How the rows came to their end.
pub(crate) enum End {
    Whole,
    /// There are more of them than were asked for.
    Cut,
    Broken(yandu_lake::Error),
}

/// How many rows went into a body, for whoever tells of it.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    rows: AtomicU64,
    is_cut: AtomicBool,
    broken: OnceLock<String>,
}

impl Tally {
    /// The tally of rows that are all there.
    pub(crate) fn of(rows: u64, is_cut: bool) -> Self {
        Self {
            rows: rows.into(),
            is_cut: is_cut.into(),
            broken: OnceLock::new(),
        }
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows.load(Ordering::Relaxed)
    }

    /// More rows went into the body.
    pub(crate) fn add(&self, rows: u64) {
        self.rows.fetch_add(rows, Ordering::Relaxed);
    }

    /// Whether there are more rows than were asked for.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut.load(Ordering::Relaxed)
    }

    /// Why reading failed, when it did.
    pub(crate) fn broken(&self) -> Option<&str> {
        self.broken.get().map(String::as_str)
    }

    fn end(&self, end: &End) {
        match end {
            End::Whole => {}
            End::Cut => self.is_cut.store(true, Ordering::Relaxed),
            End::Broken(error) => {
                // A body ends once.
                let _ = self.broken.set(error.to_string());
            }
        }
    }
}

/// Rows of which the first are there.
pub(crate) struct Opened {
    waiting: Option<RecordBatch>,
    pub(crate) rows: Rows,
    /// How many rows may still be sent.
    left: u64,
}

impl Opened {
    /// Reads the first rows: most of what can go wrong has gone wrong then, and is a status of its own.
    pub(crate) async fn read(mut rows: Rows, most: u64) -> yandu_lake::Result<Self> {
        let waiting = rows.next().await.transpose()?;
        Ok(Self {
            waiting,
            rows,
            left: most,
        })
    }

    /// The next rows, cut where there are more than were asked for; with it whether they were cut.
    pub(crate) async fn next(&mut self) -> yandu_lake::Result<Option<(RecordBatch, bool)>> {
        let next = match self.waiting.take() {
            Some(batch) => {
                self.rows.terms().check()?;
                Some(batch)
            }
            None => self.rows.next().await.transpose()?,
        };
        let Some(batch) = next else {
            return Ok(None);
        };
        let room = usize::try_from(self.left).unwrap_or(usize::MAX);
        let kept = batch.slice(0, batch.num_rows().min(room));
        self.left -= kept.num_rows() as u64;
        let is_cut = kept.num_rows() < batch.num_rows();
        Ok(Some((kept, is_cut)))
    }

    /// The body that they make in a form.
    pub(crate) fn send<F: Form>(self, form: F) -> Sending<F> {
        Sending {
            form,
            opened: self,
            step: Step::Head,
            tally: Arc::default(),
        }
    }
}

/// A body under way.
pub(crate) struct Sending<F> {
    form: F,
    opened: Opened,
    step: Step,
    tally: Arc<Tally>,
}

enum Step {
    Head,
    /// Whether a row was sent.
    Rows(bool),
    Over,
}

impl<F: Form> Sending<F> {
    pub(crate) fn tally(&self) -> Arc<Tally> {
        Arc::clone(&self.tally)
    }

    pub(crate) fn body(self) -> Body {
        Body::from_stream(stream::unfold(self, Self::next))
    }

    async fn next(mut self) -> Option<(io::Result<Bytes>, Self)> {
        let chunk = match self.step {
            Step::Over => return None,
            Step::Head => {
                self.step = Step::Rows(false);
                self.form.head(&self.opened.rows)
            }
            Step::Rows(follows) => self.piece(follows).await,
        };
        if chunk.is_err() {
            self.step = Step::Over;
        }
        Some((chunk.map(Bytes::from), self))
    }

    async fn piece(&mut self, follows: bool) -> io::Result<Vec<u8>> {
        let (batch, is_cut) = match self.opened.next().await {
            Ok(Some(next)) => next,
            Ok(None) => return self.end(End::Whole),
            Err(error) => return self.end(End::Broken(error)),
        };
        let mut piece = self.form.rows(&batch, follows)?;
        let rows = batch.num_rows() as u64;
        self.tally.add(rows);
        self.step = Step::Rows(follows || rows > 0);
        if is_cut {
            piece.extend(self.end(End::Cut)?);
        }
        Ok(piece)
    }

    fn end(&mut self, end: End) -> io::Result<Vec<u8>> {
        self.step = Step::Over;
        self.tally.end(&end);
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
