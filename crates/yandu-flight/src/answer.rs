//! The rows of a question on their way to the client: read as they are sent, one batch ahead, and a page ahead at the beginning.
//!
//! A client that reads slowly stops the reading, not the looking: what ends the answer ends it also while nobody takes a batch.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use arrow::array::RecordBatch;
use arrow::compute::{CastOptions, can_cast_types, cast_with_options};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use arrow_flight::FlightData;
use arrow_flight::encode::FlightDataEncoderBuilder;
use arrow_flight::error::FlightError;
use futures::stream::BoxStream;
use futures::{Stream, StreamExt, TryStreamExt};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tonic::{Code, Status};
use yandu_face::Leaving;
use yandu_lake::Rows;

use crate::ends::Ends;
use crate::fault::{Fault, Result};

/// How long a client may take to read one batch.
const PATIENCE: Duration = Duration::from_mins(5);

/// The columns that a schema has for clients. Every one may be empty, because what is planned and what is carried out say it in two
/// ways; texts are those that every client of Arrow knows.
pub(crate) fn columns(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter();
    let fields = fields.map(|field| Field::new(field.name(), known(field.data_type()), true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// The type without views, dictionaries and runs.
fn known(data_type: &DataType) -> DataType {
    let element = |field: &Arc<Field>| {
        let inner = known(field.data_type());
        Arc::new(field.as_ref().clone().with_data_type(inner))
    };
    match data_type {
        DataType::Utf8View => DataType::Utf8,
        DataType::BinaryView => DataType::Binary,
        DataType::Dictionary(_, value) => known(value),
        DataType::RunEndEncoded(_, value) => known(value.data_type()),
        DataType::List(field) | DataType::ListView(field) => DataType::List(element(field)),
        DataType::LargeList(field) | DataType::LargeListView(field) => {
            DataType::LargeList(element(field))
        }
        DataType::FixedSizeList(field, size) => DataType::FixedSizeList(element(field), *size),
        DataType::Struct(fields) => DataType::Struct(fields.iter().map(element).collect()),
        other => other.clone(),
    }
}

/// Whether an answer can be given in the columns that a client was told of. Some types are others only once a question is carried
/// out: of a sum of sums the engine counts more digits.
fn fits(answer: &Schema, told: &Schema) -> bool {
    let pairs = answer.fields().iter().zip(told.fields());
    answer.fields().len() == told.fields().len()
        && pairs.into_iter().all(|(one, other)| {
            one.name() == other.name() && can_cast_types(one.data_type(), other.data_type())
        })
}

/// A batch with the columns that a client was told of. A value that is none of their type is a fault, and not left out.
fn conformed(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| {
        if column.data_type() == field.data_type() {
            Ok(Arc::clone(column))
        } else {
            let options = CastOptions {
                safe: false,
                ..CastOptions::default()
            };
            cast_with_options(column, field.data_type(), &options)
        }
    });
    let columns = columns.collect::<std::result::Result<Vec<_>, _>>();
    let batch = columns.and_then(|columns| RecordBatch::try_new(Arc::clone(schema), columns));
    batch.map_err(|error| Fault::internal(&error))
}

/// Rows that are ready to be sent: the first ones have been read, so that what fails at once fails before anything is counted. They are
/// more than a page, or all that there are: it is known under which receipt they leave.
pub(crate) struct Opened {
    rows: Rows,
    ahead: VecDeque<RecordBatch>,
    schema: SchemaRef,
}

impl Opened {
    /// `schema` is what the client was told of.
    pub(crate) async fn read(
        mut rows: Rows,
        schema: SchemaRef,
        page_rows: u64,
        ends: &mut Ends,
    ) -> Result<Self> {
        if !fits(&columns(&rows.schema()), &schema) {
            return Err(Fault::new(
                Code::FailedPrecondition,
                "the answer has other columns by now",
            )
            .help("ask again: what you may see has changed, or the dataset has"));
        }
        // What reads no dataset has no receipt to wait for.
        let page_rows = if rows.datasets().is_empty() {
            0
        } else {
            page_rows
        };
        let mut ahead = VecDeque::new();
        let mut count = 0;
        while count <= page_rows {
            let Some(batch) = ends.unless(rows.next()).await?.transpose()? else {
                break;
            };
            count += batch.num_rows() as u64;
            ahead.push_back(batch);
        }
        Ok(Self {
            rows,
            ahead,
            schema,
        })
    }

    /// How many rows have been read.
    pub(crate) fn count(&self) -> u64 {
        let counts = self.ahead.iter().map(RecordBatch::num_rows);
        counts.sum::<usize>() as u64
    }

    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    /// Sends them. `held` is kept until the last one is sent, and `done` is called then.
    pub(crate) fn send<H: Send + 'static>(
        self,
        ends: Ends,
        leaving: Option<Leaving>,
        held: H,
        done: impl FnOnce(&H) + Send + 'static,
    ) -> BoxStream<'static, std::result::Result<FlightData, Status>> {
        let (send, batches) = mpsc::channel(1);
        let schema = Arc::clone(&self.schema);
        let terms = ends.terms.clone();
        let reading = tokio::spawn(async move {
            let read = self.pump(ends, send).await;
            if read == Ok(Way::ToTheEnd) {
                done(&held);
            }
            read.map(|_| ())
        });
        let handed = Arc::new(AtomicU64::new(0));
        let batches = Batches {
            read: batches,
            reading: Some(reading),
            handed: Arc::clone(&handed),
        };
        // Batches and messages wait for a slow client after they were read.
        let told = |error: yandu_lake::Error| Status::from(Fault::of_lake(&error));
        let messages = terms.over(encoded(schema, batches), told);
        match leaving {
            Some(leaving) => recorded(messages, leaving, handed),
            None => messages,
        }
    }

    async fn pump(self, mut ends: Ends, send: mpsc::Sender<RecordBatch>) -> Result<Way> {
        let Self {
            mut rows,
            mut ahead,
            schema,
        } = self;
        loop {
            let next = match ahead.pop_front() {
                Some(batch) => Some(batch),
                None => ends.unless(rows.next()).await?.transpose()?,
            };
            let Some(batch) = next else {
                return Ok(Way::ToTheEnd);
            };
            if batch.num_rows() > 0 {
                let sending = send.send(conformed(&batch, &schema)?);
                let sent = ends.unless(timeout(PATIENCE, sending)).await?;
                let sent = sent.map_err(|_| {
                    Fault::new(Code::DeadlineExceeded, "the client reads too slowly")
                })?;
                if sent.is_err() {
                    return Ok(Way::ToNobody);
                }
            }
        }
    }
}

/// How reading was over.
#[derive(Debug, PartialEq, Eq)]
enum Way {
    ToTheEnd,
    /// The client is gone.
    ToNobody,
}

/// Batches as messages, with the schema before them, also where there are none.
fn encoded(
    schema: SchemaRef,
    batches: impl Stream<Item = std::result::Result<RecordBatch, FlightError>> + Send + 'static,
) -> BoxStream<'static, std::result::Result<FlightData, Status>> {
    FlightDataEncoderBuilder::new()
        .with_schema(schema)
        .build(batches)
        .map_err(|error| match error {
            FlightError::Tonic(status) => *status,
            error => Fault::internal(&error).into(),
        })
        .boxed()
}

/// Messages that are written down on their way: their heads and bodies are what is hashed. What is written down is ended before the end
/// is told.
fn recorded(
    messages: BoxStream<'static, std::result::Result<FlightData, Status>>,
    leaving: Leaving,
    handed: Arc<AtomicU64>,
) -> BoxStream<'static, std::result::Result<FlightData, Status>> {
    let recorded = Recorded {
        messages,
        leaving,
        handed,
    };
    futures::stream::unfold(recorded, Recorded::next).boxed()
}

struct Recorded {
    messages: BoxStream<'static, std::result::Result<FlightData, Status>>,
    leaving: Leaving,
    /// Rows that have gone into messages and are not written down yet.
    handed: Arc<AtomicU64>,
}

impl Recorded {
    async fn next(mut self) -> Option<(std::result::Result<FlightData, Status>, Self)> {
        let message = self.messages.next().await;
        match &message {
            Some(Ok(message)) => {
                let rows = self.handed.swap(0, Ordering::Relaxed);
                self.leaving.take(&message.data_header, rows);
                self.leaving.take(&message.data_body, 0);
            }
            Some(Err(status)) => self.leaving.break_off(status.message()),
            None => self.leaving.end().await,
        }
        Some((message?, self))
    }
}

/// One batch that was made at once.
pub(crate) fn whole(
    batch: RecordBatch,
) -> BoxStream<'static, std::result::Result<FlightData, Status>> {
    encoded(batch.schema(), futures::stream::iter([Ok(batch)]))
}

/// Batches that are read by somebody else, who stops with this.
struct Batches {
    read: mpsc::Receiver<RecordBatch>,
    /// `None` when all is told.
    reading: Option<JoinHandle<Result<()>>>,
    /// Counts the rows that go out.
    handed: Arc<AtomicU64>,
}

impl Stream for Batches {
    type Item = std::result::Result<RecordBatch, FlightError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.read.poll_recv(context) {
            Poll::Pending => return Poll::Pending,
            Poll::Ready(Some(batch)) => {
                let rows = batch.num_rows() as u64;
                self.handed.fetch_add(rows, Ordering::Relaxed);
                return Poll::Ready(Some(Ok(batch)));
            }
            Poll::Ready(None) => {}
        }
        let Some(reading) = &mut self.reading else {
            return Poll::Ready(None);
        };
        let Poll::Ready(read) = Pin::new(reading).poll(context) else {
            return Poll::Pending;
        };
        self.reading = None;
        let fault = match read {
            Ok(Ok(())) => return Poll::Ready(None),
            Ok(Err(fault)) => fault,
            Err(error) => Fault::internal(&error),
        };
        let status = Status::from(fault);
        Poll::Ready(Some(Err(FlightError::Tonic(Box::new(status)))))
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        if let Some(reading) = &self.reading {
            reading.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, ArrayRef, AsArray, DictionaryArray, StringViewArray};
    use arrow::datatypes::Int32Type;

    use super::*;

    #[test]
    fn texts_come_as_every_client_knows_them() {
        let view: ArrayRef = Arc::new(StringViewArray::from(vec![Some("盐城市亭湖区"), None]));
        let named: DictionaryArray<Int32Type> = ["a", "b"].into_iter().collect();
        let columns_of = [("view", view), ("named", Arc::new(named) as ArrayRef)];
        let batch = RecordBatch::try_from_iter(columns_of).unwrap();
        let schema = columns(&batch.schema());
        for field in schema.fields() {
            assert_eq!(field.data_type(), &DataType::Utf8);
            assert!(field.is_nullable());
        }
        let batch = conformed(&batch, &schema).unwrap();
        let texts = batch.column(0).as_string::<i32>();
        assert_eq!((texts.value(0), texts.is_null(1)), ("盐城市亭湖区", true));
        assert_eq!(batch.column(1).as_string::<i32>().value(1), "b");
    }
}
