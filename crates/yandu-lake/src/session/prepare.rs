//! Questions with places for values: `$1`, `$2` and so on.

use std::collections::HashMap;

use arrow::array::ArrayRef;
use arrow::datatypes::{DataType, SchemaRef};
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::common::{DataFusionError, ParamValues, ScalarValue};
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::expr::Placeholder;
use datafusion::logical_expr::{Expr, LogicalPlan};

use crate::{Error, QueryCause, QueryProblem, Result, Session};

/// The most places for values of a question.
const MOST: usize = 65_535;

/// What is known of a question before its values are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// The columns of the answer.
    pub schema: SchemaRef,
    /// The type of each place, from `$1` on; `None` where nothing says what it could be.
    pub parameters: Vec<Option<DataType>>,
}

impl Session {
    /// The same reader, who says what `$1`, `$2` … of a question stand for: each an array of one value.
    pub fn with_parameters(mut self, values: &[ArrayRef]) -> Result<Self> {
        let values = values
            .iter()
            .map(|value| ScalarValue::try_from_array(value, 0))
            .collect::<Result<Vec<ScalarValue>, _>>();
        let values = values.map_err(|error| Error::Engine(Box::new(error)))?;
        self.parameters = Some(values.into());
        Ok(self)
    }

    /// What a question would give, without asking it. `declared` are types of places that whoever asks has said.
    pub async fn prepare(&self, sql: &str, declared: &[Option<DataType>]) -> Result<Prepared> {
        let _switching = self.lake.inner.switching.read().await;
        let (context, _) = self.context();
        let plan = self.plan(&context, sql).await?;
        let failed = |error| self.failed(sql, error);
        let mut found = plan.get_parameter_types().map_err(failed)?;
        found.extend(said(&plan).map_err(failed)?);
        let mut parameters = declared.to_vec();
        for (name, data_type) in found {
            let place = place(&name).ok_or_else(|| Error::Query(no_place(&name)))?;
            if parameters.len() <= place {
                parameters.resize(place + 1, None);
            }
            if let Some(parameter) = parameters.get_mut(place)
                && parameter.is_none()
            {
                *parameter = data_type.filter(|found| *found != DataType::Null);
            }
        }
        let empty = parameters
            .iter()
            .map(|data_type| ScalarValue::try_from(data_type.as_ref().unwrap_or(&DataType::Utf8)))
            .collect::<Result<Vec<ScalarValue>, _>>()
            .map_err(failed)?;
        let plan = filled(plan, &empty).map_err(failed)?;
        Ok(Prepared {
            schema: answered(&context.state(), plan),
            parameters,
        })
    }
}

/// The columns of an answer, as the engine will make them: what a plan says before it is analysed is not yet made of one kind,
/// such as the sides of a union. What is wrong with it is told by the one who asks.
fn answered(state: &SessionState, plan: LogicalPlan) -> SchemaRef {
    let written = plan.schema().inner().clone();
    // What these look into is another plan; their own columns are always the same.
    if matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_)) {
        return written;
    }
    let analysed = state
        .analyzer()
        .execute_and_check(plan, state.config_options(), |_, _| {});
    analysed.map_or(written, |plan| plan.schema().inner().clone())
}

/// The plan with values in their places.
pub(crate) fn filled(
    plan: LogicalPlan,
    values: &[ScalarValue],
) -> Result<LogicalPlan, DataFusionError> {
    let values: Vec<_> = values.iter().cloned().map(Into::into).collect();
    plan.with_param_values(ParamValues::List(values))
}

/// The types of places that the engine does not look for: what a place is cast to, and numbers of rows.
fn said(plan: &LogicalPlan) -> Result<HashMap<String, Option<DataType>>, DataFusionError> {
    let mut found = HashMap::new();
    let mut note = |expr: &Expr, data_type: &DataType| {
        if let Expr::Placeholder(Placeholder { id, field: None }) = expr {
            found.insert(id.clone(), Some(data_type.clone()));
        }
    };
    plan.apply_with_subqueries(|node| {
        if let LogicalPlan::Limit(limit) = node {
            for rows in [&limit.skip, &limit.fetch].into_iter().flatten() {
                note(rows, &DataType::Int64);
            }
        }
        node.apply_expressions(|expr| {
            expr.apply(|expr| {
                if let Expr::Cast(cast) = expr {
                    note(&cast.expr, cast.field.data_type());
                }
                Ok(TreeNodeRecursion::Continue)
            })
        })
    })?;
    Ok(found)
}

/// From 0.
fn place(name: &str) -> Option<usize> {
    let place: usize = name.strip_prefix('$')?.parse().ok()?;
    place.checked_sub(1).filter(|place| *place < MOST)
}

fn no_place(name: &str) -> QueryProblem {
    QueryProblem {
        cause: QueryCause::Syntax,
        message: format!("`{name}` is no place for a value"),
        line: None,
        column: None,
        help: Some("write `$1`, `$2` and so on".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};
    use arrow::datatypes::DataType;

    use crate::fixture::Fixture;
    use crate::{Principal, ReadPoint};

    async fn people() -> Fixture {
        let lake = Fixture::new();
        lake.append("b1", &[("1", "a"), ("2", "b"), ("3", "c")])
            .await;
        lake
    }

    #[tokio::test]
    async fn places_get_the_type_of_what_they_are_compared_with() {
        let lake = people().await;
        let me = Principal::local_administrator();
        let session = lake.lake.session(&me, ReadPoint::default());
        let sql = "SELECT id, $3 AS said, $5::date FROM population.person WHERE height > $1 AND name = $2 LIMIT $4";
        let prepared = session.prepare(sql, &[]).await.unwrap();
        let [height, name, said, limit, day] = prepared.parameters.as_slice() else {
            panic!("{prepared:?}");
        };
        assert_eq!(height, &Some(DataType::Int64));
        assert_eq!(name, &Some(DataType::Utf8View));
        assert_eq!(said, &None);
        assert_eq!(limit, &Some(DataType::Int64));
        assert_eq!(day, &Some(DataType::Date32));
        assert_eq!(prepared.schema.field(1).data_type(), &DataType::Utf8);
    }

    #[tokio::test]
    async fn the_columns_that_are_told_are_those_that_come() {
        let lake = people().await;
        let me = Principal::local_administrator();
        let session = lake.lake.session(&me, ReadPoint::default());
        for sql in [
            "SELECT 1 AS a UNION ALL SELECT 2.5",
            "SELECT height AS a FROM population.person UNION SELECT 0.5",
            "SELECT coalesce(height, 0.5) AS a, CASE WHEN id = '1' THEN 1 ELSE 2.5 END AS b FROM population.person",
            "WITH t AS (SELECT 1 AS a EXCEPT SELECT 2.5) SELECT a, sum(a) OVER () AS b FROM t",
        ] {
            let told = session.prepare(sql, &[]).await.unwrap().schema;
            let rows = session.query(sql).await.unwrap();
            let types = |schema: &arrow::datatypes::Schema| {
                let fields = schema.fields().iter();
                fields
                    .map(|field| field.data_type().clone())
                    .collect::<Vec<_>>()
            };
            assert_eq!(types(&told), types(&rows.schema()), "{sql}");
        }
    }

    #[tokio::test]
    async fn a_value_is_a_value_and_never_part_of_the_text() {
        let lake = people().await;
        let me = Principal::local_administrator();
        let session = lake.lake.session(&me, ReadPoint::default());
        let values: Vec<ArrayRef> = vec![
            Arc::new(StringArray::from(vec!["b' OR 'a' = 'a"])),
            Arc::new(Int64Array::from(vec![10])),
        ];
        let asking = session.with_parameters(&values).unwrap();
        let sql = "SELECT id FROM population.person WHERE name = $1 LIMIT $2";
        let rows = asking.query(sql).await.unwrap().collect().await.unwrap();
        assert_eq!(
            rows.iter()
                .map(arrow::array::RecordBatch::num_rows)
                .sum::<usize>(),
            0
        );
    }

    #[tokio::test]
    async fn a_place_without_a_value_is_a_fault_of_the_question() {
        let lake = people().await;
        let me = Principal::local_administrator();
        let session = lake.lake.session(&me, ReadPoint::default());
        let asking = session.with_parameters(&[]).unwrap();
        let error = asking.query("SELECT $1").await.unwrap_err();
        assert_eq!(error.code(), "query", "{error:?}");
    }
}
