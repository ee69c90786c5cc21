//! Reading the rows that contributed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{AsArray, RecordBatch, UInt64Array};
use arrow::compute::{concat_batches, take_record_batch};
use arrow::datatypes::Int64Type;
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::execution::context::SessionContext;
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::execute_stream;
use futures::TryStreamExt;
use futures::future::try_join_all;
use yandu_words::id::DatasetId;

use super::condition::conditions;
use super::trace::{Place, Trace};
use super::wanted::Wanted;
use super::{Amount, Contribution, Provenance};
use crate::derive;
use crate::session::rows::Task;
use crate::session::{interruptible, provider::Pins};
use crate::{BATCH, Error, Places, ROW, Result, Session};

/// A planned query: where it is carried out, the versions that it reads, its plan, and its datasets with their columns.
pub(super) type Opened = (
    SessionContext,
    Arc<Pins>,
    LogicalPlan,
    BTreeMap<DatasetId, SchemaRef>,
);

/// The readings of one dataset, and what came of them.
struct Found {
    dataset: DatasetId,
    schema: SchemaRef,
    places: Vec<Place>,
}

impl Session {
    /// The rows of the datasets that rows of a query were made of.
    ///
    /// The rows are named by values in columns of the answer: each row of `rows` stands for all rows of the answer that
    /// have its values, where a missing one stands for a missing one. It has the time limit of a query, and reads all
    /// datasets at one moment.
    pub async fn provenance(
        &self,
        sql: &str,
        rows: &RecordBatch,
        amount: Amount,
    ) -> Result<Provenance> {
        let (session, sql, rows) = (self.clone(), sql.to_owned(), rows.clone());
        self.carry_out(async move { session.contributed(&sql, &rows, amount).await })
            .await
    }

    /// Carries work out on the threads of the lake, within the time of a query; it stops when nobody waits any more.
    pub(super) async fn carry_out<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let seconds = self.seconds();
        let mut task = Task::new(self.lake.inner.threads.handle().spawn(work));
        match tokio::time::timeout(Duration::from_secs(seconds), task.joined()).await {
            Ok(done) => done?,
            Err(_) => Err(Error::TimeLimit { seconds }),
        }
    }

    /// Plans a query, and takes the versions of all that it reads.
    pub(super) async fn plan_at_once(&self, sql: &str) -> Result<Opened> {
        self.needs_administrator("which rows a row was made of")?;
        let (context, pins) = self.context();
        // Until the versions of all tables are taken.
        let _switching = self.lake.inner.switching.read().await;
        let plan = self.plan_select(&context, sql).await?;
        let inputs = derive::columns(&plan).map_err(|error| self.failed(sql, error))?;
        self.take(&pins, inputs.keys()).await?;
        Ok((context, pins, plan, inputs))
    }

    async fn contributed(
        &self,
        sql: &str,
        rows: &RecordBatch,
        amount: Amount,
    ) -> Result<Provenance> {
        let failed = |error| self.failed(sql, error);
        let (context, pins, plan, inputs) = self.plan_at_once(sql).await?;
        let mut wanted = Wanted {
            conditions: conditions(plan.schema(), rows).map_err(failed)?,
            ..Wanted::default()
        };
        if let Some(why) = derive::unsteady(&plan).map_err(failed)? {
            wanted = wanted.doubted(why);
        }
        let mut trace = Trace::default();
        trace.walk(&plan, wanted).map_err(failed)?;
        let mut by_dataset: BTreeMap<DatasetId, Vec<Place>> = BTreeMap::new();
        for place in trace.places {
            by_dataset
                .entry(place.dataset.clone())
                .or_default()
                .push(place);
        }
        let reading = inputs.into_keys().map(|dataset| {
            let places = by_dataset.remove(&dataset).unwrap_or_default();
            let decides = trace.deciding.contains(&dataset);
            let (context, pins) = (&context, &pins);
            async move {
                let schema = self.schema(&dataset)?;
                let found = Found {
                    dataset,
                    schema,
                    places,
                };
                let read = found.read(context, pins, amount, decides).await;
                read.map_err(|error| self.failed(sql, error))
            }
        });
        Ok(Provenance {
            contributions: try_join_all(reading).await?,
        })
    }
}

impl Found {
    async fn read(
        self,
        context: &SessionContext,
        pins: &Pins,
        amount: Amount,
        decides: bool,
    ) -> Result<Contribution, DataFusionError> {
        let mut held = Held::new(amount.rows);
        let mut counted = Places::default();
        let mut doubts: BTreeSet<String> = BTreeSet::new();
        let mut schema = Arc::clone(&self.schema);
        for mut place in self.places.iter().cloned() {
            schema = Arc::clone(place.scan.schema().inner());
            let read = read_place(context, &place, amount, &mut held, &mut counted).await;
            if let Err(error) = read {
                if !is_of_planning(&error) {
                    return Err(error);
                }
                place.wanted = place.wanted.simple();
                read_place(context, &place, amount, &mut held, &mut counted).await?;
            }
            doubts.extend(place.wanted.doubts);
        }
        let rows = held.rows(&schema)?;
        let known = (!held.more).then_some(rows.num_rows() as u64);
        Ok(Contribution {
            version: pins.versions().get(&self.dataset).copied(),
            dataset: self.dataset,
            more: held.more,
            count: if amount.counted {
                Some(counted.len())
            } else {
                known
            },
            rows,
            contributes: !self.places.is_empty(),
            decides,
            doubts: doubts.into_iter().collect(),
        })
    }
}

async fn read_place(
    context: &SessionContext,
    place: &Place,
    amount: Amount,
    held: &mut Held,
    counted: &mut Places,
) -> Result<(), DataFusionError> {
    let plan = place.wanted.clone().among(place.scan.clone())?;
    if amount.counted {
        count(context, plan.clone(), counted).await?;
    }
    held.read(context, plan).await
}

/// Whether the engine could not plan a query, rather than carry it out.
pub(super) fn is_of_planning(error: &DataFusionError) -> bool {
    matches!(
        error.find_root(),
        DataFusionError::Plan(_)
            | DataFusionError::NotImplemented(_)
            | DataFusionError::SchemaError(..)
            | DataFusionError::Internal(_)
    )
}

pub(super) async fn rows_of(
    context: &SessionContext,
    plan: &LogicalPlan,
) -> Result<datafusion::execution::SendableRecordBatchStream, DataFusionError> {
    let physical = context.state().create_physical_plan(plan).await?;
    execute_stream(interruptible(physical)?, context.task_ctx())
}

/// Adds the places of all rows of a plan.
async fn count(
    context: &SessionContext,
    plan: LogicalPlan,
    counted: &mut Places,
) -> Result<(), DataFusionError> {
    let places = [BATCH, ROW].map(|name| {
        let column = plan
            .schema()
            .columns()
            .into_iter()
            .find(|column| column.name == name);
        column.map(Expr::Column)
    });
    let plan = LogicalPlanBuilder::from(plan)
        .project(places.into_iter().flatten())?
        .build()?;
    let mut rows = rows_of(context, &plan).await?;
    while let Some(rows) = rows.try_next().await? {
        for (batch, row) in places_of(&rows) {
            counted.insert(batch, row);
        }
    }
    Ok(())
}

/// The batch of each row and its place in it.
fn places_of(rows: &RecordBatch) -> impl Iterator<Item = (&str, i64)> {
    let batches = rows
        .column_by_name(BATCH)
        .and_then(|column| column.as_string_view_opt());
    let places = rows
        .column_by_name(ROW)
        .and_then(|column| column.as_primitive_opt::<Int64Type>());
    let places = places
        .into_iter()
        .flat_map(|places| places.values().iter().copied());
    batches
        .into_iter()
        .flat_map(|batches| batches.iter().flatten())
        .zip(places)
}

/// Rows that were read, each once.
struct Held {
    limit: usize,
    seen: Places,
    batches: Vec<RecordBatch>,
    count: usize,
    more: bool,
}

impl Held {
    fn new(limit: usize) -> Self {
        Self {
            limit,
            seen: Places::default(),
            batches: Vec::new(),
            count: 0,
            more: false,
        }
    }

    /// Reads rows that are not there yet, one more than are wanted at most.
    async fn read(
        &mut self,
        context: &SessionContext,
        plan: LogicalPlan,
    ) -> Result<(), DataFusionError> {
        if self.more {
            return Ok(());
        }
        // Of one plan no row comes twice, but those that are there already may all come again.
        let fetch = self.limit + self.count + 1;
        let plan = LogicalPlanBuilder::from(plan)
            .limit(0, Some(fetch))?
            .build()?;
        let mut rows = rows_of(context, &plan).await?;
        while let Some(rows) = rows.try_next().await? {
            self.take(&rows)?;
            if self.more {
                break;
            }
        }
        Ok(())
    }

    fn take(&mut self, rows: &RecordBatch) -> Result<(), DataFusionError> {
        let mut new: Vec<u64> = Vec::new();
        for (index, (batch, row)) in places_of(rows).enumerate() {
            if !self.seen.insert(batch, row) {
                continue;
            }
            if self.count == self.limit {
                self.more = true;
                break;
            }
            self.count += 1;
            new.push(index as u64);
        }
        if !new.is_empty() {
            let indices = UInt64Array::from(new);
            self.batches.push(take_record_batch(rows, &indices)?);
        }
        Ok(())
    }

    /// The rows in order of batch and place.
    fn rows(&self, schema: &SchemaRef) -> Result<RecordBatch, DataFusionError> {
        let rows = concat_batches(schema, &self.batches)?;
        let mut order: Vec<(&str, i64, u64)> = places_of(&rows)
            .zip(0_u64..)
            .map(|((batch, row), index)| (batch, row, index))
            .collect();
        order.sort_unstable();
        let indices = order.iter().map(|(_, _, index)| *index);
        let indices = UInt64Array::from_iter_values(indices);
        Ok(take_record_batch(&rows, &indices)?)
    }
}
