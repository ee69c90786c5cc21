//! The rows of a question on their way to the client: read as they are sent, one batch in memory.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use bytes::BytesMut;
use futures::{SinkExt, StreamExt};
use pgwire::messages::PgWireBackendMessage;
use pgwire::messages::data::{DataRow, FieldDescription, RowDescription};
use yandu_lake::{Rows, Terms};

use crate::ends::Ends;
use crate::fault::{Fault, Result};
use crate::names::Names;
use crate::place::Place;
use crate::receipt::Out;
use crate::socket::{Socket, Stream, lost};
use crate::types::ColumnType;
use crate::value::{Columns, Format};

/// A column of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    name: String,
    column_type: ColumnType,
}

impl Column {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

/// The columns that a schema has for a client, under the names that PostgreSQL would give them.
pub(crate) fn columns(schema: &Schema, names: &Names) -> Vec<Column> {
    let fields = schema.fields();
    let named = fields.iter().enumerate().map(|(place, field)| Column {
        name: names.name(place, fields.len(), field.name()),
        column_type: ColumnType::of(field.data_type()),
    });
    named.collect()
}

/// Tells a client what columns there are, in formats of which one or none stands for all.
pub(crate) fn description(columns: &[Column], formats: &[i16]) -> RowDescription {
    let fields = columns.iter().enumerate().map(|(place, column)| {
        FieldDescription::new(
            column.name.clone(),
            0,
            0,
            column.column_type.oid(),
            column.column_type.size(),
            column.column_type.modifier,
            Format::of(formats, place).unwrap_or_default().code(),
        )
    });
    RowDescription::new(fields.collect())
}

/// Rows that are being read.
pub(crate) struct Answer {
    pub(crate) columns: Vec<Column>,
    /// `None` when all have been read.
    rows: Option<Rows>,
    /// A batch that was read and is not begun.
    ahead: Option<RecordBatch>,
    /// The batch that is being sent, and the next row of it.
    batch: Option<(Columns, usize)>,
    place: Option<Place>,
    /// The permits that all of it was read under: a cursor holds rows for long.
    pub(crate) terms: Terms,
    /// What is written down of it.
    pub(crate) out: Out,
}

/// What was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sent {
    pub(crate) rows: usize,
    /// Whether there is no row left.
    pub(crate) is_over: bool,
}

impl Answer {
    /// Reads until the first row, so that what fails at once fails before anything is counted or sent.
    pub(crate) async fn open(
        mut rows: Rows,
        names: &Names,
        place: Option<Place>,
        ends: &mut Ends,
    ) -> Result<Self> {
        let columns = columns(&rows.schema(), names);
        let terms = rows.terms().clone();
        let first = ends.unless(rows.next()).await?;
        let first = first.transpose();
        let first = first.map_err(|error| Fault::of_lake(&error, place.as_ref()))?;
        Ok(Self {
            columns,
            rows: first.is_some().then_some(rows),
            ahead: first,
            batch: None,
            place,
            terms,
            out: Out::default(),
        })
    }

    /// Rows that are all there.
    pub(crate) fn of_rows(rows: RecordBatch, names: &Names) -> Self {
        Self {
            columns: columns(&rows.schema(), names),
            rows: None,
            ahead: Some(rows),
            batch: None,
            place: None,
            terms: Terms::default(),
            out: Out::default(),
        }
    }

    /// Some texts, as columns of these names.
    pub(crate) fn of_texts(names: &[&str], rows: &[Vec<String>]) -> Result<Self> {
        let fields = names
            .iter()
            .map(|name| Field::new(*name, DataType::Utf8, true));
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        let texts = (0..names.len()).map(|place| {
            let column: StringArray = rows.iter().map(|row| row.get(place)).collect();
            Arc::new(column) as ArrayRef
        });
        let batch = RecordBatch::try_new(Arc::clone(&schema), texts.collect());
        let batch = batch.map_err(|error| Fault::internal(&error))?;
        Ok(Self::of_rows(batch, &Names::default()))
    }

    /// Sends at most `most` rows; only counts them where no socket is given.
    pub(crate) async fn send<S: Stream>(
        &mut self,
        mut socket: Option<&mut Socket<S>>,
        formats: &[i16],
        most: Option<usize>,
        ends: &mut Ends,
    ) -> Result<Sent> {
        let handing = self.hand_out(socket.as_deref_mut(), formats, most, ends);
        let sent = handing.await;
        match &sent {
            Ok(sent) if sent.is_over => {
                // An answer without rows tells something too.
                if let Some(socket) = socket {
                    self.out.before(socket, 0).await?;
                }
                self.out.end().await;
            }
            Ok(_) => {}
            Err(fault) => self.out.break_off(fault),
        }
        sent
    }

    async fn hand_out<S: Stream>(
        &mut self,
        mut socket: Option<&mut Socket<S>>,
        formats: &[i16],
        most: Option<usize>,
        ends: &mut Ends,
    ) -> Result<Sent> {
        let formats = self.formats(formats)?;
        let mut sent = 0;
        while most.is_none_or(|most| sent < most) {
            let Some((columns, next)) = self.batch.take() else {
                if !self.begin_next(ends).await? {
                    return Ok(Sent {
                        rows: sent,
                        is_over: true,
                    });
                }
                continue;
            };
            self.must_hold()?;
            let left = columns.rows() - next;
            let count = most.map_or(left, |most| left.min(most - sent));
            if let Some(socket) = socket.as_deref_mut() {
                self.out.before(socket, count).await?;
                let rows = next..next + count;
                let sending = send_rows(socket, &mut self.out, &columns, rows, &formats);
                ends.patiently(&self.terms, sending).await?;
            }
            sent += count;
            if count < left {
                self.batch = Some((columns, next + count));
            }
        }
        // Whoever has enough does not wait for what may come.
        Ok(Sent {
            rows: sent,
            is_over: self.batch.is_none() && self.ahead.is_none() && self.rows.is_none(),
        })
    }

    /// Takes the rows that are read next, from a place on; none when there are no more.
    pub(crate) async fn take(&mut self, ends: &mut Ends) -> Result<Option<(Columns, usize)>> {
        if self.batch.is_none() && !self.begin_next(ends).await? {
            return Ok(None);
        }
        self.must_hold()?;
        Ok(self.batch.take())
    }

    /// What waits here is not handed over any more once a permit has ended.
    fn must_hold(&self) -> Result<()> {
        let held = self.terms.check();
        held.map_err(|error| Fault::of_lake(&error, self.place.as_ref()))
    }

    /// Takes the next batch that has rows; false when there is none.
    async fn begin_next(&mut self, ends: &mut Ends) -> Result<bool> {
        loop {
            let batch = if let Some(batch) = self.ahead.take() {
                batch
            } else {
                let Some(rows) = &mut self.rows else {
                    return Ok(false);
                };
                let Some(batch) = ends.unless(rows.next()).await? else {
                    self.rows = None;
                    return Ok(false);
                };
                batch.map_err(|error| Fault::of_lake(&error, self.place.as_ref()))?
            };
            if batch.num_rows() > 0 {
                let columns = Columns::new(&batch).map_err(|_| {
                    Fault::new(
                        "22003",
                        "a value is too large for the type that its column has here",
                    )
                })?;
                self.batch = Some((columns, 0));
                return Ok(true);
            }
        }
    }

    fn formats(&self, codes: &[i16]) -> Result<Vec<Format>> {
        if codes.len() > 1 && codes.len() != self.columns.len() {
            return Err(Fault::protocol("there are not as many formats as columns"));
        }
        let formats = (0..self.columns.len()).map(|place| Format::of(codes, place));
        let formats: Option<_> = formats.collect();
        formats.ok_or_else(|| Fault::protocol("a format is neither text nor binary"))
    }
}

async fn send_rows<S: Stream>(
    socket: &mut Socket<S>,
    out: &mut Out,
    columns: &Columns,
    rows: std::ops::Range<usize>,
    formats: &[Format],
) -> Result<()> {
    for row in rows {
        let mut bytes = BytesMut::new();
        columns.write(row, formats, &mut bytes);
        out.take(&bytes, 1);
        let message = DataRow::new(bytes, columns.count() as i16);
        let message = PgWireBackendMessage::DataRow(message);
        socket.feed(message).await.map_err(lost)?;
    }
    Ok(())
}
