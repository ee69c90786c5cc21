//! Values that a client gives with a prepared statement: one row of a record batch.

use std::sync::Arc;
use std::time::Duration;

use arrow::array::{Array as _, ArrayRef, AsArray as _, RecordBatch, TimestampMicrosecondArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, TimeUnit, TimestampMicrosecondType};
use arrow::ipc::{MessageHeader, root_as_message};
use arrow_flight::FlightData;
use arrow_flight::decode::FlightRecordBatchStream;
use futures::{Stream, StreamExt, TryStreamExt};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::timeout;
use tonic::{Code, Status};
use yandu_words::calendar::CITY_CLOCK;

use crate::fault::{Fault, Result};

/// The most messages of one row: the schema, the row, and some that clients send around them.
const MOST_MESSAGES: usize = 16;
/// The most bytes of one row.
const MOST_BYTES: usize = 4 << 20;
/// The most values of one row.
const MOST_VALUES: usize = 1_000;
/// How long a client may take to send them.
const PATIENCE: Duration = Duration::from_secs(30);

/// The values of the one row that is sent; none when there is none.
pub(crate) async fn read<S>(messages: S) -> Result<Vec<ArrayRef>>
where
    S: Stream<Item = std::result::Result<FlightData, Status>> + Unpin,
{
    let messages = timeout(PATIENCE, collect(messages)).await;
    let messages = messages
        .map_err(|_| Fault::new(Code::DeadlineExceeded, "the values took too long to come"))??;
    for message in &messages {
        check(message)?;
    }
    // The library is not sure of every message, and what it may break on breaks this alone.
    let decoding = tokio::spawn(decode(messages));
    let batches = decoding.await.map_err(|_| unreadable())??;
    // A batch without columns says its length itself, and that may be anything.
    let rows = batches.iter().map(RecordBatch::num_rows);
    let rows = rows.fold(0, usize::saturating_add);
    if rows > 1 {
        return Err(Fault::malformed(format!("{rows} rows of values are given"))
            .help("give one row, and ask once for each"));
    }
    let Some(row) = batches.into_iter().find(|batch| batch.num_rows() == 1) else {
        return Ok(Vec::new());
    };
    row.columns().iter().map(value).collect()
}

async fn collect<S>(mut messages: S) -> Result<Vec<FlightData>>
where
    S: Stream<Item = std::result::Result<FlightData, Status>> + Unpin,
{
    let mut all: Vec<FlightData> = Vec::new();
    let mut bytes = 0;
    while let Some(message) = messages.next().await {
        let message = message.map_err(|status| Fault::new(status.code(), status.message()))?;
        bytes += message.data_header.len() + message.data_body.len();
        if bytes > MOST_BYTES || all.len() >= MOST_MESSAGES {
            return Err(Fault::too_much("the values are too large").help("give one row of values"));
        }
        if !message.data_header.is_empty() {
            all.push(message);
        }
    }
    Ok(all)
}

/// Refuses what the library would trust: buffers beyond the message, and what unpacks to more than was sent.
fn check(message: &FlightData) -> Result<()> {
    let header = root_as_message(&message.data_header).map_err(|_| unreadable())?;
    match header.header_type() {
        MessageHeader::Schema => return Ok(()),
        MessageHeader::RecordBatch => {}
        _ => {
            return Err(Fault::malformed(
                "values are sent as one plain record batch",
            ));
        }
    }
    let batch = header.header_as_record_batch().ok_or_else(unreadable)?;
    if batch.compression().is_some() {
        return Err(Fault::malformed("values are sent uncompressed"));
    }
    let length = message.data_body.len() as i64;
    let is_inside = |offset: i64, size: i64| {
        let end = offset.checked_add(size);
        offset >= 0 && size >= 0 && end.is_some_and(|end| end <= length)
    };
    let mut buffers = batch.buffers().into_iter().flatten();
    let mut nodes = batch.nodes().into_iter().flatten();
    let is_sound = buffers.all(|buffer| is_inside(buffer.offset(), buffer.length()))
        && nodes.all(|node| node.length() >= 0 && node.null_count() >= 0)
        && batch.length() >= 0;
    if is_sound { Ok(()) } else { Err(unreadable()) }
}

async fn decode(messages: Vec<FlightData>) -> Result<Vec<RecordBatch>> {
    let messages = futures::stream::iter(messages.into_iter().map(Ok));
    let mut decoder = FlightRecordBatchStream::new_from_flight_data(messages);
    let mut batches = Vec::new();
    while let Some(batch) = decoder.try_next().await.map_err(|_| unreadable())? {
        must_be_plain(&batch.schema())?;
        batches.push(batch);
    }
    Ok(batches)
}

fn must_be_plain(schema: &Schema) -> Result<()> {
    if schema.fields().len() > MOST_VALUES {
        return Err(Fault::too_much(format!(
            "a row has at most {MOST_VALUES} values"
        )));
    }
    for (place, field) in schema.fields().iter().enumerate() {
        let data_type = field.data_type();
        let is_plain = data_type.is_primitive()
            || matches!(
                data_type,
                DataType::Null
                    | DataType::Boolean
                    | DataType::Utf8
                    | DataType::LargeUtf8
                    | DataType::Utf8View
                    | DataType::Binary
                    | DataType::LargeBinary
                    | DataType::BinaryView
            );
        if !is_plain {
            let message = format!("value {} is of the type {data_type}", place + 1);
            return Err(
                Fault::malformed(message).help("give a number, a text, a date, a time or nothing")
            );
        }
    }
    Ok(())
}

/// A value as the engine takes it. A moment is read on the clocks of the city, as the times of its datasets are.
fn value(column: &ArrayRef) -> Result<ArrayRef> {
    let DataType::Timestamp(_, Some(_)) = column.data_type() else {
        return Ok(Arc::clone(column));
    };
    let moments = cast(column, &DataType::Timestamp(TimeUnit::Microsecond, None));
    let moments = moments.map_err(|_| unreadable())?;
    let moments = moments.as_primitive::<TimestampMicrosecondType>();
    let of_city = |micros: i64| {
        let moment = Timestamp::from_microsecond(micros).ok()?;
        let moment = TimeZone::UTC
            .to_timestamp(CITY_CLOCK.to_datetime(moment))
            .ok()?;
        Some(moment.as_microsecond())
    };
    let moments: TimestampMicrosecondArray = moments
        .iter()
        .map(|micros| micros.and_then(of_city))
        .collect();
    Ok(Arc::new(moments))
}

fn unreadable() -> Fault {
    Fault::malformed("the values are no Arrow record batch")
}

#[cfg(test)]
mod tests {
    use arrow::array::{Int64Array, ListArray};
    use arrow::datatypes::Int32Type;
    use arrow_flight::encode::FlightDataEncoderBuilder;

    use super::*;

    async fn sent(columns: Vec<ArrayRef>) -> Vec<FlightData> {
        let named = columns.into_iter().enumerate();
        let named = named.map(|(place, column)| (place.to_string(), column));
        let batch = RecordBatch::try_from_iter(named).unwrap();
        let batches = futures::stream::iter([Ok(batch)]);
        let encoder = FlightDataEncoderBuilder::new().build(batches);
        encoder.try_collect().await.unwrap()
    }

    async fn given(messages: Vec<FlightData>) -> Result<Vec<ArrayRef>> {
        read(futures::stream::iter(messages.into_iter().map(Ok))).await
    }

    #[tokio::test]
    async fn one_row_is_taken_and_a_moment_is_one_of_the_city() {
        // 2026-01-01T00:00:00Z.
        let moment = TimestampMicrosecondArray::from(vec![1_767_225_600_000_000]);
        let moment: ArrayRef = Arc::new(moment.with_timezone("UTC"));
        let number: ArrayRef = Arc::new(Int64Array::from(vec![None]));
        let values = given(sent(vec![moment, number]).await).await.unwrap();
        let time = values[0].as_primitive::<TimestampMicrosecondType>();
        assert_eq!(
            time.value_as_datetime(0).unwrap().to_string(),
            "2026-01-01 08:00:00"
        );
        assert!(values[1].is_null(0));
        assert!(given(Vec::new()).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn several_rows_and_values_of_no_plain_type_are_refused() {
        let rows: ArrayRef = Arc::new(Int64Array::from(vec![1, 2]));
        let fault = given(sent(vec![rows]).await).await.unwrap_err();
        assert!(fault.message.contains("2 rows"), "{fault:?}");
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
        let fault = given(sent(vec![Arc::new(list)]).await).await.unwrap_err();
        assert!(
            fault.message.contains("value 1 is of the type"),
            "{fault:?}"
        );
    }

    /// Every byte of every message is changed, one after the other: something is refused, or read as another value, and nothing breaks.
    #[tokio::test]
    async fn no_message_breaks_the_one_who_reads_it() {
        let text: ArrayRef = Arc::new(arrow::array::StringArray::from(vec!["盐城"]));
        let number: ArrayRef = Arc::new(Int64Array::from(vec![7]));
        let whole = sent(vec![text, number]).await;
        let mut refused = 0;
        for message in 0..whole.len() {
            for place in 0..whole[message].data_header.len() {
                let mut changed = whole.clone();
                let mut header = changed[message].data_header.to_vec();
                header[place] ^= 0xff;
                changed[message].data_header = header.into();
                refused += usize::from(given(changed).await.is_err());
            }
            let mut cut = whole.clone();
            cut[message].data_body.clear();
            refused += usize::from(given(cut).await.is_err());
        }
        assert!(refused > 50, "{refused}");
    }
}
