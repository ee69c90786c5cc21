//! From rows on to what was made of them.

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{Field, Schema, SchemaRef};
use futures::future::{BoxFuture, FutureExt, try_join_all};
use yandu_lake::{BATCH, Error as LakeError, Principal, ROW, ReadPoint, Touched};
use yandu_words::id::DatasetId;

use super::back::Following;
use super::named::told_apart;
use super::{Limits, Named, Onward, Step, in_time};
use crate::refresh::versions_of;
use crate::run::Run;
use crate::transform::Transform;
use crate::{Error, Result};

impl Transform {
    /// The rows of models that rows of a dataset took part in, through the models that read those, and so on: the trail
    /// the other way round. Rows are named as for [`Transform::trail`]; each model is looked at as its last refresh left it.
    pub async fn trail_onward(
        &self,
        principal: &Principal,
        dataset: &DatasetId,
        rows: &[Named],
        limits: Limits,
    ) -> Result<Onward> {
        let following = Following::new(self, principal, limits);
        in_time(async {
            let step = following
                .rows_of(dataset, rows, ReadPoint::default())
                .await?;
            following.onward(step, limits.depth).await
        })
        .await
    }
}

impl Following<'_> {
    fn onward(&self, step: Step, depth: usize) -> BoxFuture<'_, Result<Onward>> {
        async move {
            let readers = if depth == 0 || step.rows.num_rows() == 0 {
                Vec::new()
            } else {
                let readers = self.transform.readers(&step.dataset).await;
                let reading = readers
                    .iter()
                    .map(|reader| self.reader(&step, reader, depth));
                try_join_all(reading).await?.into_iter().flatten().collect()
            };
            Ok(Onward { step, readers })
        }
        .boxed()
    }

    /// The rows of a model that the rows of a step took part in; `None` for a model that was never refreshed.
    async fn reader(&self, step: &Step, model: &DatasetId, depth: usize) -> Result<Option<Onward>> {
        let Some(run) = self.transform.inner.runs.newest_done(model).await? else {
            return Ok(None);
        };
        let Some(sql) = self.transform.query_of(&run).await? else {
            let why = "the query of that refresh was not kept";
            return Ok(Some(self.unread(model, &run, why.to_owned())));
        };
        let session = self.session(versions_of(&run));
        let places = places(&step.rows)?;
        let touched = session
            .touched(&sql, &step.dataset, &places, self.limits.rows)
            .await;
        let touched = match touched {
            Ok(touched) => touched,
            // One model that cannot be looked at does not hide the others.
            Err(
                error @ (LakeError::Vacuumed { .. }
                | LakeError::NoVersion { .. }
                | LakeError::NoDataset(_)
                | LakeError::Query(_)),
            ) => return Ok(Some(self.unread(model, &run, error.to_string()))),
            Err(error) => return Err(error.into()),
        };
        let mut at = ReadPoint::default();
        at.versions
            .extend(run.version.map(|version| (model.clone(), version)));
        let session = self.session(at);
        let rows = told_apart(&self.key_of(model), &touched.rows)?;
        let rows = typed_as(&rows, &session.schema(model)?)?;
        let mut reached = self.rows_in(&session, model, &rows).await?;
        let Touched {
            more,
            decides,
            doubts,
            ..
        } = touched;
        reached.more |= more;
        if more {
            reached.count = None;
        }
        reached.contributes = true;
        reached.decides = decides;
        reached.doubts = doubts;
        self.onward(reached, depth - 1).await.map(Some)
    }

    /// A model that reads the rows, and of which none can be shown.
    fn unread(&self, model: &DatasetId, run: &Run, why: String) -> Onward {
        Onward {
            step: Step {
                version: run.version,
                gone: Some(why),
                ..Step::without_rows(model, self.owner(model))
            },
            readers: Vec::new(),
        }
    }
}

/// The rows by where they are.
fn places(rows: &RecordBatch) -> Result<RecordBatch> {
    let schema = rows.schema();
    let places = [BATCH, ROW].map(|name| schema.index_of(name));
    let places: Vec<usize> = places.into_iter().collect::<Result<_, _>>()?;
    Ok(rows.project(&places)?)
}

/// What a query gives, with the types that the columns of the model have.
fn typed_as(rows: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch> {
    let mut fields = Vec::new();
    let mut columns = Vec::new();
    for (field, column) in rows.schema().fields().iter().zip(rows.columns()) {
        let Ok(declared) = schema.field_with_name(field.name()) else {
            continue;
        };
        columns.push(cast(column, declared.data_type())?);
        fields.push(Field::new(field.name(), declared.data_type().clone(), true));
    }
    RecordBatch::try_new(Schema::new(fields).into(), columns).map_err(Error::from)
}
