//! A refresh in full that finds most rows as they are: only those that differ are exchanged, so that the history of the
//! model says what changed, and what reads the model can follow it.

use std::sync::Arc;

use arrow::array::RecordBatch;
use futures::{StreamExt, stream};
use yandu_check::Expectations;
use yandu_check::key::KeySet;
use yandu_lake::Change;
use yandu_pack::Dataset;

use super::compute::{add_keys, conform_all};
use super::decide::{FEW, SHARE};
use super::net::Net;
use super::pass::Pass;
use super::{Prepared, paths};
use crate::model::Model;
use crate::progress::Progress;
use crate::run::Run;
use crate::transform::Transform;
use crate::{Error, Result};

/// Rows that are held in memory to be compared; a model with more is written anew.
const COMPARED: usize = 200_000;

/// The rows of a query, as long as they are few.
#[derive(Default)]
pub(super) struct Held {
    rows: Vec<RecordBatch>,
    count: usize,
}

impl Held {
    pub(super) fn take(&mut self, rows: &RecordBatch) {
        self.count += rows.num_rows();
        if self.count > COMPARED {
            self.rows.clear();
        } else {
            self.rows.push(rows.clone());
        }
    }

    pub(super) fn all(self) -> Option<Vec<RecordBatch>> {
        (self.count <= COMPARED).then_some(self.rows)
    }
}

impl Transform {
    /// How rows differ from those that a model has; `None` when the model has none, has others, or has no key by which
    /// single rows can be exchanged.
    pub(super) async fn difference(
        &self,
        model: &Model,
        dataset: &Dataset,
        rows: &[RecordBatch],
    ) -> Result<Option<Net>> {
        let schema = dataset.schema();
        if dataset.file().key.is_empty() || self.lake().version(&model.id).await?.is_none() {
            return Ok(None);
        }
        let columns: Vec<&str> = schema
            .fields()
            .iter()
            .map(|field| field.name().as_str())
            .collect();
        let sql = format!("SELECT {} FROM {}", columns.join(", "), model.id);
        let there = self.session().query(&sql).await?.collect().await?;
        let count = |rows: &[RecordBatch]| rows.iter().map(RecordBatch::num_rows).sum::<usize>();
        if count(&there) > COMPARED {
            return Ok(None);
        }
        let of = |rows: &[RecordBatch]| match conform_all(model, rows, &schema) {
            Err(Error::NotFollowed(_)) => Ok(None),
            conformed => conformed.map(Some),
        };
        let (Some(came), Some(went)) = (of(rows)?, of(&there)?) else {
            return Ok(None);
        };
        let net = Net::of(&schema, &came, &went)?;
        let changed = net.came.num_rows() + net.went.num_rows();
        let is_small =
            changed as u64 <= FEW || (changed as u64).saturating_mul(SHARE) <= count(&there) as u64;
        Ok(is_small.then_some(net))
    }

    /// What was computed in full, as an exchange of the rows that differ.
    pub(super) async fn exchanging(
        &self,
        run: &Run,
        model: &Model,
        prepared: Prepared,
        net: Net,
        expectations: &Expectations,
        progress: &Arc<Progress>,
    ) -> Result<Prepared> {
        let mut keys = KeySet::default();
        add_keys(expectations, &net.went, &mut keys);
        if keys.len() != net.went.num_rows() {
            // Rows that share a key cannot be told apart by it.
            return Ok(prepared);
        }
        self.lake().sweep(&model.id, &paths(&prepared.files)).await;
        let note = "only the rows that differ were exchanged".to_owned();
        if net.is_empty() {
            return Ok(Prepared {
                note: Some(note),
                change: None,
                files: Vec::new(),
                rows_added: 0,
                ..prepared
            });
        }
        let gone = net.went.num_rows() as u64;
        let pass = Pass::new(self.lake(), &model.id, &run.id, expectations.clone());
        let came = stream::iter([Ok::<_, Error>(net.came)]).boxed();
        let passed = pass.run(came, progress).await?;
        keys.extend(passed.keys);
        Ok(Prepared {
            note: Some(note),
            change: Some(Change::Exchange {
                keys: Arc::new(keys),
                rows: gone,
                went: Some(net.went),
            }),
            files: passed.files,
            rows_added: passed.rows,
            rows_removed: gone,
            ..prepared
        })
    }
}
