//! Questions for the rows of one key of a dataset, planned once and answered again and again.
//!
//! A program asks by keys thousands of times a second, and to plan a question takes longer than to answer it. What is here
//! answers questions of one form: columns of one dataset, where every column of its key is equal to something. Rows come from
//! `blocks` and the hot tail; what a reader sees of them is decided by the same sight as behind the barrier, in the same
//! order: conditions on rows, masks, and only then what was asked. Any other question, and any fault, is left to the engine.

mod blocks;
mod form;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, RecordBatch, RecordBatchOptions, UInt32Array};
use arrow::compute::{concat_batches, filter_record_batch, take};
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::DataFusionError;
use datafusion::physical_expr::PhysicalExpr;
use yandu_words::id::DatasetId;

use crate::door::{Rights, Terms};
use crate::session::scan::View;
use crate::table::Table;
use crate::{Error, Result, Session, Version};

pub(crate) use blocks::Keys;
use blocks::{Columns, Sought};

/// A question that was planned, for one reader under the rights of one moment.
#[derive(Debug, Clone)]
pub struct Lookup {
    table: Arc<Table>,
    /// `None` where everything is seen.
    rights: Option<Arc<Rights>>,
    /// What its rows are seen under.
    terms: Terms,
    /// The values of the question, as columns `$1`, `$2` ….
    values: SchemaRef,
    /// What each column of the key is equal to, over the values.
    key: Vec<Arc<dyn PhysicalExpr>>,
    /// Casts of values, which can fail whatever rows there are.
    casts: Vec<Arc<dyn PhysicalExpr>>,
    /// The columns that are read, those of the key among them.
    stored: Columns,
    /// Which rows are seen, over the stored columns; `None` for all.
    seen: Option<Arc<dyn PhysicalExpr>>,
    /// What is seen of the columns, over the stored ones.
    shown: Vec<Arc<dyn PhysicalExpr>>,
    /// The columns as they are seen, and the values behind them.
    whole: SchemaRef,
    /// Which rows are asked for, over both.
    asked: Arc<dyn PhysicalExpr>,
    /// The columns of the answer, by their places among those that are seen.
    answer: Vec<usize>,
    schema: SchemaRef,
}

/// What was found of a key.
#[derive(Debug, Clone)]
pub struct LookedUp {
    pub rows: RecordBatch,
    /// The version that was read; `None` of a table without a commit.
    pub version: Option<Version>,
    /// The permits that the rows were read under.
    pub terms: Terms,
}

impl Session {
    /// The look-up that a question is, with values of these types for `$1`, `$2` …; `None` where it is another question.
    pub async fn lookup(&self, sql: &str, values: &[DataType]) -> Result<Option<Lookup>> {
        if !self.is_present() {
            return Ok(None);
        }
        let _switching = self.lake.inner.switching.read().await;
        let (context, _) = self.context();
        let plan = self.plan(&context, sql).await?;
        let rights = self.principal().rights().cloned();
        // What cannot be made ready here may still be answered by the engine, or fails there.
        Ok(form::lookup(&plan, values, rights).ok().flatten())
    }
}

impl Lookup {
    /// The dataset whose rows are looked up.
    pub fn dataset(&self) -> &DatasetId {
        &self.table.id
    }

    /// The columns of the answer.
    pub fn schema(&self) -> SchemaRef {
        Arc::clone(&self.schema)
    }

    /// The rows, with one value for each `$1`, `$2` …: an array of one. `None` where a session reads under other rights than
    /// it was planned for, or the table is another one, or something fails: the engine is asked then, and says what.
    pub async fn rows(&self, session: &Session, values: &[ArrayRef]) -> Option<LookedUp> {
        self.read(session, values).await.ok().flatten()
    }

    async fn read(&self, session: &Session, values: &[ArrayRef]) -> Result<Option<LookedUp>> {
        let fields = self.values.fields();
        let types = fields.iter().map(|field| field.data_type());
        let is_meant = values.iter().map(|value| value.data_type()).eq(types)
            && values.iter().all(|value| value.len() == 1);
        if !is_meant {
            return Ok(None);
        }
        let one = RecordBatchOptions::new().with_row_count(Some(1));
        let values = values.to_vec();
        let values = RecordBatch::try_new_with_options(Arc::clone(&self.values), values, &one);
        let values = values.map_err(Error::rows(&self.table.id))?;
        let key = self.key.iter().map(|value| evaluated(value, &values));
        let Ok(key) = key.collect::<Result<Vec<_>, _>>() else {
            return Ok(None);
        };
        if self
            .casts
            .iter()
            .any(|cast| evaluated(cast, &values).is_err())
        {
            return Ok(None);
        }
        let Some(view) = self.view(session).await? else {
            return Ok(None);
        };
        let version = view.version.as_ref().map(|version| version.version);
        let found = match Sought::new(&key) {
            Some(sought) => self.found(&view, &sought).await?,
            None => None,
        };
        // Rows may have been read from the disk, and rights ended meanwhile.
        if !self.holds(session) {
            return Ok(None);
        }
        let answer = match found {
            Some(found) => self.answer(&found, &values).ok(),
            None => Some(RecordBatch::new_empty(self.schema())),
        };
        Ok(answer.map(|rows| LookedUp {
            rows,
            version,
            terms: self.terms.clone(),
        }))
    }

    /// Whether it is what the session would plan now.
    fn holds(&self, session: &Session) -> bool {
        let lake = &session.lake;
        let is_same_reader = match (session.principal().rights(), &self.rights) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            (now, then) => now.is_none() && then.is_none(),
        };
        is_same_reader
            && session.is_present()
            && lake
                .table(&self.table.id)
                .is_ok_and(|now| Arc::ptr_eq(&now, &self.table))
            && self.terms.check().is_ok()
    }

    /// The table as it is now; `None` where it became another one while this waited.
    async fn view(&self, session: &Session) -> Result<Option<View>> {
        let _switching = session.lake.inner.switching.read().await;
        if !self.holds(session) {
            return Ok(None);
        }
        let present = self.table.present().await?;
        if present.tail.is_read(&self.table) {
            return View::present(&self.table, present).map(Some);
        }
        // What was written since the last look is put together once, not on the thread of whoever asks.
        let table = Arc::clone(&self.table);
        let threads = session.lake.inner.threads.handle();
        let looking = threads.spawn(async move { View::present(&table, present) });
        looking.await?.map(Some)
    }

    /// The rows that may have a key, as they are stored; `None` where there are none.
    async fn found(&self, view: &View, sought: &Sought) -> Result<Option<RecordBatch>> {
        if let Some(row) = view.tail_row(sought.key()) {
            let stored = row.project(&self.stored.places);
            return stored.map(Some).map_err(Error::rows(&self.table.id));
        }
        let mut found = Vec::new();
        for file in view.version.iter().flat_map(|version| version.files.iter()) {
            blocks::rows(&self.table, file, sought, &self.stored, &mut found).await?;
        }
        match found.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(one.clone())),
            [first, ..] => {
                let together = concat_batches(first.schema_ref(), &found);
                together.map(Some).map_err(Error::rows(&self.table.id))
            }
        }
    }

    /// What a reader sees of rows, and has asked for.
    fn answer(
        &self,
        stored: &RecordBatch,
        values: &RecordBatch,
    ) -> Result<RecordBatch, DataFusionError> {
        let seen = match &self.seen {
            Some(seen) => &passing(stored, seen)?,
            None => stored,
        };
        let mut whole: Vec<ArrayRef> = self
            .shown
            .iter()
            .map(|shown| evaluated(shown, seen))
            .collect::<Result<_, _>>()?;
        let repeated = UInt32Array::from(vec![0; seen.num_rows()]);
        for value in values.columns() {
            whole.push(take(value, &repeated, None)?);
        }
        let whole = RecordBatch::try_new(Arc::clone(&self.whole), whole)?;
        let asked = passing(&whole, &self.asked)?;
        let answer = self.answer.iter();
        let answer = answer.map(|place| Arc::clone(asked.column(*place)));
        let count = RecordBatchOptions::new().with_row_count(Some(asked.num_rows()));
        Ok(RecordBatch::try_new_with_options(
            self.schema(),
            answer.collect(),
            &count,
        )?)
    }
}

fn evaluated(
    expr: &Arc<dyn PhysicalExpr>,
    rows: &RecordBatch,
) -> Result<ArrayRef, DataFusionError> {
    expr.evaluate(rows)?.into_array(rows.num_rows())
}

fn passing(
    rows: &RecordBatch,
    condition: &Arc<dyn PhysicalExpr>,
) -> Result<RecordBatch, DataFusionError> {
    let verdict = evaluated(condition, rows)?;
    let Some(verdict) = verdict.as_boolean_opt() else {
        let message = "a condition that gives no verdict".to_owned();
        return Err(DataFusionError::Internal(message));
    };
    Ok(filter_record_batch(rows, verdict)?)
}
