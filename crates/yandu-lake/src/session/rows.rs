use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::physical_plan::SendableRecordBatchStream;
use futures::{Stream, StreamExt, TryStreamExt};
use tokio::time::{Instant, Sleep};
use yandu_words::id::DatasetId;

use crate::session::problem::problem_of;
use crate::{Error, Options, Result, Version};

/// The rows of a query, as a stream of Arrow batches that ends with an error when a limit is met.
pub struct Rows {
    stream: SendableRecordBatchStream,
    versions: BTreeMap<DatasetId, Version>,
    deadline: Pin<Box<Sleep>>,
    options: Arc<Options>,
    is_over: bool,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("schema", &self.stream.schema())
            .field("versions", &self.versions)
            .finish_non_exhaustive()
    }
}

impl Rows {
    pub(crate) fn new(
        stream: SendableRecordBatchStream,
        versions: BTreeMap<DatasetId, Version>,
        deadline: Instant,
        options: Arc<Options>,
    ) -> Self {
        Self {
            stream,
            versions,
            deadline: Box::pin(tokio::time::sleep_until(deadline)),
            options,
            is_over: false,
        }
    }

    pub fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }

    /// The version of each table that is read.
    pub fn versions(&self) -> &BTreeMap<DatasetId, Version> {
        &self.versions
    }

    /// All rows at once.
    pub async fn collect(self) -> Result<Vec<RecordBatch>> {
        self.try_collect().await
    }
}

impl Stream for Rows {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        if self.deadline.as_mut().poll(context).is_ready() {
            self.is_over = true;
            let seconds = self.options.query_seconds;
            return Poll::Ready(Some(Err(Error::TimeLimit { seconds })));
        }
        match ready!(self.stream.poll_next_unpin(context)) {
            Some(Ok(rows)) => Poll::Ready(Some(Ok(rows))),
            Some(Err(error)) => {
                self.is_over = true;
                let error = problem_of(error, None, &self.options);
                Poll::Ready(Some(Err(error)))
            }
            None => {
                self.is_over = true;
                Poll::Ready(None)
            }
        }
    }
}
