//! The declaration of a dataset, compiled with the SQL of the lake.

use std::collections::HashMap;
use std::sync::Arc;

use arrow::datatypes::{DataType, SchemaRef};
use yandu_check::Expectations;
use yandu_check::key::KeySet;
use yandu_lake::{
    Flow, FlowKind, check_row_condition, compile_condition, compile_measure, compile_model,
    model_inputs,
};
use yandu_pack::declare;
use yandu_pack::expectation::CheckProblem;
use yandu_pack::{CompiledModel, Dataset, ModelFlow, ModelInput, ModelOutput, Packs};
use yandu_words::id::DatasetId;

pub(crate) use yandu_pack::expectation::target_column;

/// Compiles a dataset. `known` holds the keys of the datasets that its hard references point at.
pub(crate) fn compile(
    packs: &Packs,
    dataset: &Dataset,
    known: &HashMap<declare::ReferenceTarget, Arc<KeySet>>,
) -> Result<Expectations, CheckProblem> {
    yandu_pack::expectation::compile(
        packs,
        dataset,
        known,
        &|schema, sql| match compile_condition(schema, sql) {
            Ok(condition) => Ok(Arc::new(condition)),
            Err(problem) => Err(problem.message),
        },
    )
}

/// The SQL of the lake, for the loader of packs.
#[derive(Debug, Clone, Copy, Default)]
pub struct SqlConditions;

impl yandu_pack::Compiler for SqlConditions {
    fn condition(&self, schema: &SchemaRef, sql: &str) -> Result<(), yandu_pack::SqlProblem> {
        match compile_condition(schema, sql) {
            Ok(_) => Ok(()),
            Err(problem) => Err(in_pack(problem)),
        }
    }

    fn row_condition(
        &self,
        schema: &SchemaRef,
        sql: &str,
        values: &[&str],
    ) -> Result<(), yandu_pack::SqlProblem> {
        check_row_condition(schema, sql, values).map_err(in_pack)
    }

    fn inputs(&self, sql: &str) -> Result<Option<Vec<ModelInput>>, yandu_pack::SqlProblem> {
        let inputs = model_inputs(sql).map_err(in_pack)?;
        let inputs = inputs.into_iter().map(|input| ModelInput {
            name: input.name,
            place: place(input.place),
        });
        Ok(Some(inputs.collect()))
    }

    fn model(
        &self,
        schemas: &HashMap<DatasetId, SchemaRef>,
        sql: &str,
    ) -> Result<Option<CompiledModel>, yandu_pack::SqlProblem> {
        let compiled = compile_model(schemas, sql).map_err(in_pack)?;
        let fields = compiled.schema.fields().iter().zip(compiled.places);
        let columns = fields.zip(compiled.lineage.columns);
        let outputs = columns.map(|((field, selected), followed)| ModelOutput {
            name: field.name().clone(),
            data_type: field.data_type().clone(),
            place: selected.map(place),
            from: followed.from.into_iter().filter_map(flow).collect(),
        });
        Ok(Some(CompiledModel {
            outputs: outputs.collect(),
        }))
    }

    fn measure(
        &self,
        schema: &SchemaRef,
        sql: &str,
    ) -> Result<Option<DataType>, yandu_pack::SqlProblem> {
        let measure = compile_measure(schema, sql).map_err(in_pack)?;
        Ok(Some(measure.data_type().clone()))
    }
}

/// A flow of values; what only decides is none.
fn flow(flow: Flow) -> Option<ModelFlow> {
    flow.kind.is_direct().then(|| ModelFlow {
        is_aggregated: flow.kind == FlowKind::Aggregated,
        dataset: flow.dataset,
        column: flow.column,
    })
}

fn in_pack(problem: yandu_lake::SqlProblem) -> yandu_pack::SqlProblem {
    yandu_pack::SqlProblem {
        message: problem.message,
        line: problem.line,
        column: problem.column,
        help: problem.help,
    }
}

fn place(place: yandu_lake::SqlPlace) -> yandu_pack::SqlPlace {
    yandu_pack::SqlPlace {
        line: place.line,
        column: place.column,
        length: place.length,
    }
}

#[cfg(test)]
mod tests;
