//! Packs take force only where `yandu pack check` finds no error in them: their SQL too, and the grades that flow through it.
//!
//! Conditions of policies may go on naming a column that is renamed with these packs: what is in force means fields.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use yandu_pack::difference::What;
use yandu_pack::{Code, CompiledModel, Compiler, ModelInput, Pack, Packs, Problem, SqlProblem};
use yandu_words::id::DatasetId;

use super::installed::Offered;
use super::plan::Plan;
use crate::{Error, Result, SqlConditions};

/// Refuses packs with errors, which `plan` would install.
pub(super) async fn vet(offered: &Offered, plan: &Plan) -> Result<()> {
    let changes = plan.datasets.iter().flat_map(|plan| &plan.changes);
    let renamed = changes.filter(|change| change.what == What::ColumnRenamed);
    let renamed = renamed.filter_map(|change| Some((change.from.clone()?, change.to.clone()?)));
    let compiler = Renaming(renamed.collect());
    refuse(offered, compiler, |_| true).await
}

/// Refuses packs of before with errors. What their policies name was looked at when they were in force, and is looked at by the door.
pub(super) async fn vet_back(offered: &Offered) -> Result<()> {
    let compiler = Renaming(Vec::new());
    refuse(offered, compiler, |problem| problem.code != Code::Policy).await
}

/// Reads the files of packs once more, with all that is checked of them.
async fn refuse(
    offered: &Offered,
    compiler: Renaming,
    counts: impl Fn(&Problem) -> bool,
) -> Result<()> {
    let packs = offered.packs.packs();
    let folders: Vec<PathBuf> = packs.map(Pack::folder).map(ToOwned::to_owned).collect();
    let read = move || Packs::load(&folders, &compiler).problems;
    let found = tokio::task::spawn_blocking(read).await?;
    let errors = found.iter().filter(|one| one.is_error() && counts(one));
    let problems: Vec<String> = errors.map(ToString::to_string).collect();
    if problems.is_empty() {
        Ok(())
    } else {
        Err(Error::Packs {
            what: "the packs",
            problems,
        })
    }
}

/// The SQL of the lake, in which conditions on rows may name columns as they were called before: the former name, and the present one.
struct Renaming(Vec<(String, String)>);

impl Renaming {
    /// A schema with the former names of its columns beside the present ones.
    fn with_former(&self, schema: &SchemaRef) -> SchemaRef {
        let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
        for (from, to) in &self.0 {
            if let (Ok(field), Err(_)) = (schema.field_with_name(to), schema.field_with_name(from))
            {
                fields.push(Arc::new(field.clone().with_name(from)));
            }
        }
        Arc::new(Schema::new(fields))
    }
}

impl Compiler for Renaming {
    fn condition(&self, schema: &SchemaRef, sql: &str) -> Result<(), SqlProblem> {
        SqlConditions.condition(schema, sql)
    }

    fn row_condition(
        &self,
        schema: &SchemaRef,
        sql: &str,
        values: &[&str],
    ) -> Result<(), SqlProblem> {
        let compiled = SqlConditions.row_condition(schema, sql, values);
        if compiled.is_err() && !self.0.is_empty() {
            let former = SqlConditions.row_condition(&self.with_former(schema), sql, values);
            return former.or(compiled);
        }
        compiled
    }

    fn inputs(&self, sql: &str) -> Result<Option<Vec<ModelInput>>, SqlProblem> {
        SqlConditions.inputs(sql)
    }

    fn model(
        &self,
        schemas: &HashMap<DatasetId, SchemaRef>,
        sql: &str,
    ) -> Result<Option<CompiledModel>, SqlProblem> {
        SqlConditions.model(schemas, sql)
    }

    fn measure(&self, schema: &SchemaRef, sql: &str) -> Result<Option<DataType>, SqlProblem> {
        SqlConditions.measure(schema, sql)
    }
}
