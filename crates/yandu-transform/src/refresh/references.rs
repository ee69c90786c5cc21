//! The declared checks of a model, with the keys that its references point at.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use futures::TryStreamExt;
use yandu_check::Expectations;
use yandu_check::key::{KeySet, hash_rows};
use yandu_lake::compile_condition;
use yandu_pack::declare::{CheckKind, ReferenceTarget};
use yandu_pack::expectation::{compile, target_column};
use yandu_pack::{Dataset, Packs};

use crate::Result;
use crate::transform::Transform;

/// Values that are looked up one by one; for more, all keys are read.
const FEW: usize = 500;

impl Transform {
    /// Compiles the checks of a model. Of a reference only the keys of `rows` are read when those are few.
    pub(super) async fn expectations(
        &self,
        packs: &Packs,
        dataset: &Dataset,
        rows: Option<&RecordBatch>,
    ) -> Result<Expectations> {
        let mut found: HashMap<ReferenceTarget, KeySet> = HashMap::new();
        for check in &dataset.file().checks {
            let CheckKind::References { column, target } = &check.kind else {
                continue;
            };
            let Some(target_column) = target_column(packs, target) else {
                continue;
            };
            let sql = format!("SELECT {target_column} FROM {}", target.dataset);
            let few = rows.and_then(|rows| few_values(rows, column.as_str()));
            let sql = match few {
                Some(few) if few.is_empty() => continue,
                Some(few) => format!("{sql} WHERE {target_column} IN ({})", few.join(", ")),
                None => sql,
            };
            let keys = found.entry(target.clone()).or_default();
            let mut blocks = self.session().query(&sql).await?;
            while let Some(block) = blocks.try_next().await? {
                keys.extend(
                    hash_rows(block.columns(), block.num_rows())
                        .into_iter()
                        .flatten(),
                );
            }
        }
        let known = found
            .into_iter()
            .map(|(target, keys)| (target, Arc::new(keys)))
            .collect();
        let condition = |schema: &_, sql: &str| match compile_condition(schema, sql) {
            Ok(condition) => Ok(Arc::new(condition) as Arc<dyn yandu_check::Condition>),
            Err(problem) => Err(problem.message),
        };
        Ok(compile(packs, dataset, &known, &condition)?)
    }
}

/// The different texts of a column as literals, when it is one of texts and they are few.
fn few_values(rows: &RecordBatch, column: &str) -> Option<Vec<String>> {
    let texts = rows.column_by_name(column)?.as_string_view_opt()?;
    let values: BTreeSet<&str> = texts.iter().flatten().collect();
    let literal = |text: &&str| format!("'{}'", text.replace('\'', "''"));
    (values.len() <= FEW).then(|| values.iter().map(literal).collect())
}
