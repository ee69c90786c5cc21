use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::physical_plan::SendableRecordBatchStream;
use datafusion::physical_plan::display::DisplayableExecutionPlan;
use futures::{Stream, StreamExt, TryStreamExt};
use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, Sleep};
use yandu_words::id::DatasetId;

use crate::derive::Question;
use crate::door::{Terms, barrier};
use crate::session::Reading;
use crate::session::problem::{problem_of, without_values};
use crate::{Error, Options, Result, Session, Version};

/// Batches that wait for a slow reader.
const WAITING: usize = 2;

type Batch = Result<RecordBatch, DataFusionError>;

struct Started {
    schema: SchemaRef,
    versions: BTreeMap<DatasetId, Version>,
    datasets: Vec<DatasetId>,
    terms: Terms,
}

/// A query on the threads of the lake.
pub(crate) struct Query {
    task: Task<Result<()>>,
    started: oneshot::Receiver<Result<Started>>,
    batches: mpsc::Receiver<Batch>,
    deadline: Instant,
    seconds: u64,
    options: Arc<Options>,
    tells_values: bool,
}

/// Stops with its owner.
pub(crate) struct Task<T>(JoinHandle<T>);

impl<T> Task<T> {
    pub(crate) fn new(task: JoinHandle<T>) -> Self {
        Self(task)
    }

    /// Waits for the end.
    pub(crate) async fn joined(&mut self) -> Result<T, JoinError> {
        (&mut self.0).await
    }
}

impl<T> Drop for Task<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Query {
    pub(crate) fn start(
        session: Session,
        sql: String,
        question: Question,
        deadline: Instant,
    ) -> Self {
        let (tell, started) = oneshot::channel();
        let (send, batches) = mpsc::channel(WAITING);
        let options = Arc::clone(&session.lake.inner.options);
        let seconds = session.seconds();
        let tells_values = session.principal().is_administrator();
        let threads = session.lake.inner.threads.handle().clone();
        let task = threads.spawn(async move {
            let begun = Instant::now();
            let Reading {
                mut stream,
                versions,
                datasets,
                terms,
                plan,
            } = match session.start(&sql, question).await {
                Ok(reading) => reading,
                Err(error) => {
                    // Nobody waits any more when the reader has gone.
                    let _ = tell.send(Err(error));
                    return Ok(());
                }
            };
            let planned = begun.elapsed();
            let started = Started {
                schema: stream.schema(),
                versions,
                datasets,
                terms: terms.clone(),
            };
            if tell.send(Ok(started)).is_err() {
                return Ok(());
            }
            // It also ends while nobody asks for more, and lets go what it holds.
            let is_read = tokio::select! {
                biased;
                error = terms.ended() => return Err(error),
                is_read = hand_over(&mut stream, &send) => is_read,
            };
            if !is_read {
                return Ok(());
            }
            tracing::debug!(
                planned_us = planned.as_micros() as u64,
                duration_us = begun.elapsed().as_micros() as u64,
                "query read"
            );
            tracing::trace!(
                plan = %DisplayableExecutionPlan::with_metrics(plan.as_ref()).indent(false),
                below = barrier::below(&plan),
                "query read"
            );
            Ok(())
        });
        Self {
            task: Task(task),
            started,
            batches,
            deadline,
            seconds,
            options,
            tells_values,
        }
    }

    /// Waits until the query is planned.
    pub(crate) async fn rows(self) -> Result<Rows> {
        let started = self.started.await.unwrap_or_else(|_| {
            let error = DataFusionError::Execution("the query was stopped by a fault".to_owned());
            Err(Error::Engine(Box::new(error)))
        })?;
        let terms = started.terms;
        let looking = terms.clone();
        Ok(Rows {
            schema: started.schema,
            versions: started.versions,
            datasets: started.datasets,
            batches: self.batches,
            deadline: Box::pin(tokio::time::sleep_until(self.deadline)),
            seconds: self.seconds,
            options: self.options,
            tells_values: self.tells_values,
            terms,
            ended: Box::pin(async move { looking.ended().await }),
            task: Some(self.task),
        })
    }
}

/// Hands over all batches; false when nobody takes them any more.
async fn hand_over(stream: &mut SendableRecordBatchStream, send: &mpsc::Sender<Batch>) -> bool {
    while let Some(batch) = stream.next().await {
        if send.send(batch).await.is_err() {
            return false;
        }
    }
    true
}

/// The rows of a query, as a stream of Arrow batches that ends with an error when a limit is met, or when a permit ends under which
/// they are read. Whoever holds batches for later asks [`Rows::terms`] before handing them over.
pub struct Rows {
    schema: SchemaRef,
    versions: BTreeMap<DatasetId, Version>,
    datasets: Vec<DatasetId>,
    batches: mpsc::Receiver<Batch>,
    deadline: Pin<Box<Sleep>>,
    seconds: u64,
    options: Arc<Options>,
    /// Whether an error may speak of what rows hold: to the local administrator.
    tells_values: bool,
    terms: Terms,
    /// Wakes whoever waits for a batch when a permit has ended.
    ended: Pin<Box<dyn Future<Output = Error> + Send + Sync>>,
    /// `None` when the query is over.
    task: Option<Task<Result<()>>>,
}

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rows")
            .field("schema", &self.schema)
            .field("versions", &self.versions)
            .finish_non_exhaustive()
    }
}

impl Rows {
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The version of each table that is read.
    pub fn versions(&self) -> &BTreeMap<DatasetId, Version> {
        &self.versions
    }

    /// All tables that are read, those among them that have no version yet. `EXPLAIN` and `DESCRIBE` read none.
    pub fn datasets(&self) -> &[DatasetId] {
        &self.datasets
    }

    /// The permits that the rows are read under.
    pub fn terms(&self) -> &Terms {
        &self.terms
    }

    /// All rows at once.
    pub async fn collect(self) -> Result<Vec<RecordBatch>> {
        self.try_collect().await
    }

    fn end_with(&mut self, error: Error) -> Poll<Option<Result<RecordBatch>>> {
        self.task = None;
        Poll::Ready(Some(Err(error)))
    }
}

impl Stream for Rows {
    type Item = Result<RecordBatch>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.task.is_none() {
            return Poll::Ready(None);
        }
        // What waits in between was read before.
        if let Err(error) = self.terms.check() {
            return self.end_with(error);
        }
        if let Poll::Ready(error) = self.ended.as_mut().poll(context) {
            return self.end_with(error);
        }
        if self.deadline.as_mut().poll(context).is_ready() {
            let seconds = self.seconds;
            return self.end_with(Error::TimeLimit { seconds });
        }
        match self.batches.poll_recv(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Some(Ok(rows))) => Poll::Ready(Some(Ok(rows))),
            Poll::Ready(Some(Err(error))) => {
                let mut error = problem_of(error, None, &self.options);
                if !self.tells_values && !self.datasets.is_empty() {
                    error = without_values(error);
                }
                self.end_with(error)
            }
            Poll::Ready(None) => self.poll_end(context),
        }
    }
}

impl Rows {
    /// The last batch has come; a query that ended by a panic has not given all of them.
    fn poll_end(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<RecordBatch>>> {
        let Some(task) = self.task.as_mut() else {
            return Poll::Ready(None);
        };
        match Pin::new(&mut task.0).poll(context) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(Ok(()))) => {
                self.task = None;
                Poll::Ready(None)
            }
            Poll::Ready(Ok(Err(error))) => self.end_with(error),
            Poll::Ready(Err(error)) => self.end_with(Error::Stopped(error)),
        }
    }
}
