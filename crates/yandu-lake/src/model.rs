//! The SQL of models, compiled over the declared columns of datasets: no row is read and no table needs to be there.
//!
//! A model is one SELECT over datasets that gives the same rows whenever it is computed from the same rows: it knows no
//! clock and no chance, and selects its columns by name, so that a new column of an input does not change it.

use std::collections::HashMap;
use std::ops::ControlFlow;

use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use datafusion::common::tree_node::{TreeNode, TreeNodeRecursion};
use datafusion::logical_expr::expr::{AggregateFunction, ScalarFunction};
use datafusion::logical_expr::{Expr, LogicalPlan, Volatility};
use datafusion::sql::parser::{DFParserBuilder, Statement};
use datafusion::sql::sqlparser::ast::{
    ObjectName, Query, Select, SelectItem, SetExpr, Spanned, Statement as SqlStatement,
    TableFactor, Visit, Visitor,
};
use datafusion::sql::sqlparser::dialect::GenericDialect;
use datafusion::sql::sqlparser::tokenizer::Span;
use futures::FutureExt;
use yandu_words::id::DatasetId;

use crate::condition::{SqlProblem, at_word, closest};
use crate::lineage::{self, SqlLineage};
use crate::session::depth::refuse_deep;
use crate::session::problem;

mod declared;

/// What a SELECT is made of.
#[derive(Debug, Clone)]
pub struct CompiledModel {
    /// The datasets that it reads, each once, in the order in which it names them.
    pub inputs: Vec<DatasetId>,
    /// Its columns.
    pub schema: SchemaRef,
    /// Where each column is selected, as far as that is known.
    pub places: Vec<Option<SqlPlace>>,
    /// Where its columns come from.
    pub lineage: SqlLineage,
}

/// A table that a SELECT names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelInput {
    /// As it is understood: unquoted words in lower case, joined by dots.
    pub name: String,
    pub place: SqlPlace,
}

/// A place in a SQL text: line and column in characters from 1. A length of 0 stands for the word there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SqlPlace {
    pub line: u64,
    pub column: u64,
    pub length: u64,
}

/// The tables that one SELECT names, each once, without looking whether they are there.
pub fn model_inputs(sql: &str) -> Result<Vec<ModelInput>, SqlProblem> {
    Ok(Parsed::read(sql)?.inputs)
}

/// Compiles the SELECT of a model over datasets with these columns.
#[expect(
    clippy::implicit_hasher,
    reason = "all maps of this house have one hasher"
)]
pub fn compile_model(
    schemas: &HashMap<DatasetId, SchemaRef>,
    sql: &str,
) -> Result<CompiledModel, SqlProblem> {
    let planned = Planned::read(schemas, sql)?;
    refuse_chance(sql, &planned.plan)?;
    let schema = declared::typed(&planned.plan)
        .map_err(|error| problem_in(sql, schemas, &planned.inputs, &error))?;
    let places = if planned.outputs.len() == schema.fields().len() {
        planned.outputs
    } else {
        vec![None; schema.fields().len()]
    };
    let lineage = lineage::of_plan(&planned.plan)
        .map_err(|error| problem_in(sql, schemas, &planned.inputs, &error))?;
    Ok(CompiledModel {
        inputs: planned.inputs,
        schema,
        places,
        lineage,
    })
}

/// Where the columns of a model come from, over datasets with these columns.
#[expect(
    clippy::implicit_hasher,
    reason = "all maps of this house have one hasher"
)]
pub fn model_lineage(
    schemas: &HashMap<DatasetId, SchemaRef>,
    sql: &str,
) -> Result<SqlLineage, SqlProblem> {
    let planned = Planned::read(schemas, sql)?;
    lineage::of_plan(&planned.plan)
        .map_err(|error| problem_in(sql, schemas, &planned.inputs, &error))
}

/// A SELECT with its plan.
struct Planned {
    inputs: Vec<DatasetId>,
    plan: LogicalPlan,
    outputs: Vec<Option<SqlPlace>>,
}

impl Planned {
    fn read(schemas: &HashMap<DatasetId, SchemaRef>, sql: &str) -> Result<Self, SqlProblem> {
        let parsed = Parsed::read(sql)?;
        let mut inputs = Vec::new();
        for input in &parsed.inputs {
            match input.name.parse::<DatasetId>() {
                Ok(id) if schemas.contains_key(&id) => inputs.push(id),
                _ => return Err(missing(schemas, input)),
            }
        }
        let plan = declared::plan(schemas, parsed.statement)
            .now_or_never()
            .unwrap_or_else(|| {
                Err(DataFusionError::Internal(
                    "planning over declared columns waits for nothing".to_owned(),
                ))
            })
            .map_err(|error| problem_in(sql, schemas, &inputs, &error))?;
        Ok(Self {
            inputs,
            plan,
            outputs: parsed.outputs,
        })
    }
}

fn missing(schemas: &HashMap<DatasetId, SchemaRef>, input: &ModelInput) -> SqlProblem {
    let mut names: Vec<&str> = schemas.keys().map(DatasetId::as_str).collect();
    names.sort_unstable();
    SqlProblem {
        message: format!("there is no dataset `{}`", input.name),
        line: input.place.line,
        column: input.place.column,
        help: closest(&input.name, names).map(|name| format!("did you mean `{name}`?")),
    }
}

fn problem_in(
    sql: &str,
    schemas: &HashMap<DatasetId, SchemaRef>,
    inputs: &[DatasetId],
    error: &DataFusionError,
) -> SqlProblem {
    let described = problem::describe(error, Some(sql));
    if let Some(unknown) = problem::unknown_column(error) {
        let name = unknown.rsplit('.').next().unwrap_or(&unknown);
        let columns = inputs.iter().filter_map(|id| schemas.get(id));
        let columns =
            columns.flat_map(|schema| schema.fields().iter().map(|field| field.name().as_str()));
        let help = closest(name, columns).map(|name| format!("did you mean `{name}`?"));
        let found = at_word(sql, name, &format!("there is no column `{unknown}`"));
        return SqlProblem {
            line: described.line.unwrap_or(found.line),
            column: described.column.unwrap_or(found.column),
            help,
            ..found
        };
    }
    SqlProblem {
        message: described.message,
        line: described.line.unwrap_or(1),
        column: described.column.unwrap_or(1),
        help: described.help,
    }
}

/// Refuses functions that do not follow from their arguments, and values that are filled in later.
fn refuse_chance(sql: &str, plan: &LogicalPlan) -> Result<(), SqlProblem> {
    let mut refused = None;
    let _ = plan.apply_with_subqueries(|node| {
        node.apply_expressions(|expr| {
            expr.apply(|part| {
                refused = chance(part);
                Ok(stop_if(refused.is_some()))
            })
        })?;
        Ok(stop_if(refused.is_some()))
    });
    let Some((name, message, help)) = refused else {
        return Ok(());
    };
    Err(SqlProblem {
        help: Some(help.to_owned()),
        ..at_word(sql, &name, &message)
    })
}

fn stop_if(stop: bool) -> TreeNodeRecursion {
    if stop {
        TreeNodeRecursion::Stop
    } else {
        TreeNodeRecursion::Continue
    }
}

fn chance(expr: &Expr) -> Option<(String, String, &'static str)> {
    let (name, volatility) = match expr {
        Expr::ScalarFunction(ScalarFunction { func, .. }) => {
            (func.name(), func.signature().volatility)
        }
        Expr::AggregateFunction(AggregateFunction { func, .. }) => {
            (func.name(), func.signature().volatility)
        }
        Expr::Placeholder(placeholder) => {
            return Some((
                placeholder.id.clone(),
                format!(
                    "`{}` stands for a value that a model does not have",
                    placeholder.id
                ),
                "use a setting of the pack as `${name}`",
            ));
        }
        _ => return None,
    };
    let (why, help) = match volatility {
        Volatility::Immutable => return None,
        Volatility::Stable => (
            "tells the time of the refresh, so the rows would change without any input",
            "compare with the newest date of the data, or with a setting of the pack as `${name}`",
        ),
        Volatility::Volatile => (
            "gives another value each time, so no row could be followed to what it was made of",
            "leave it out; a row is named by its key",
        ),
    };
    Some((name.to_owned(), format!("`{name}` {why}"), help))
}

/// A SELECT that is the only statement of a text.
struct Parsed {
    statement: Statement,
    inputs: Vec<ModelInput>,
    /// The places of the items of the outermost SELECT.
    outputs: Vec<Option<SqlPlace>>,
}

impl Parsed {
    fn read(sql: &str) -> Result<Self, SqlProblem> {
        let mut statements = refuse_deep(sql)
            .and_then(|()| {
                DFParserBuilder::new(sql)
                    .with_dialect(&GenericDialect {})
                    .build()
            })
            .and_then(|mut parser| parser.parse_statements())
            .map_err(|error| {
                let described = problem::describe(&error, Some(sql));
                SqlProblem {
                    message: described.message,
                    line: described.line.unwrap_or(1),
                    column: described.column.unwrap_or(1),
                    help: described.help,
                }
            })?;
        let Some(statement) = statements.pop_front() else {
            return Err(at(
                Span::empty(),
                "a model is one SELECT, and there is none",
            ));
        };
        if let Some(second) = statements.pop_front() {
            let place = statement_span(&second);
            return Err(SqlProblem {
                help: Some(
                    "make it a model of its own, or a common table expression: WITH … AS (…)"
                        .to_owned(),
                ),
                ..at(
                    place,
                    "a second statement starts here; a model is one SELECT",
                )
            });
        }
        let Some(query) = query_of(&statement) else {
            return Err(SqlProblem {
                help: Some(
                    "write a SELECT; the declaration beside it says what becomes of its rows"
                        .to_owned(),
                ),
                ..at(
                    statement_span(&statement),
                    "a model only reads, and this is no SELECT",
                )
            });
        };
        let mut reader = Reader::default();
        if let ControlFlow::Break(problem) = query.visit(&mut reader) {
            return Err(*problem);
        }
        let inputs = reader.inputs();
        if inputs.is_empty() {
            return Err(SqlProblem {
                help: Some("rows that nothing makes belong into a file under data/".to_owned()),
                ..at(
                    query.span(),
                    "a model reads at least one dataset, and this reads none",
                )
            });
        }
        let outputs = outputs(query);
        Ok(Self {
            statement,
            inputs,
            outputs,
        })
    }
}

fn query_of(statement: &Statement) -> Option<&Query> {
    match statement {
        Statement::Statement(statement) => match statement.as_ref() {
            SqlStatement::Query(query) => Some(query),
            _ => None,
        },
        _ => None,
    }
}

fn statement_span(statement: &Statement) -> Span {
    match statement {
        Statement::Statement(statement) => statement.span(),
        _ => Span::empty(),
    }
}

fn outputs(query: &Query) -> Vec<Option<SqlPlace>> {
    let mut body = query.body.as_ref();
    loop {
        match body {
            SetExpr::Select(select) => {
                return select
                    .projection
                    .iter()
                    .map(|item| place(item.span()))
                    .collect();
            }
            SetExpr::SetOperation { left, .. } => body = left,
            SetExpr::Query(query) => body = query.body.as_ref(),
            _ => return Vec::new(),
        }
    }
}

/// What a query names, and what it must not say.
#[derive(Default)]
struct Reader {
    tables: Vec<ModelInput>,
    /// Names that a `WITH` gives, wherever it stands.
    own: Vec<String>,
}

impl Reader {
    /// The tables that are no parts of the query itself.
    fn inputs(self) -> Vec<ModelInput> {
        let mut inputs: Vec<ModelInput> = Vec::new();
        for table in self.tables {
            if !self.own.contains(&table.name) && inputs.iter().all(|seen| seen.name != table.name)
            {
                inputs.push(table);
            }
        }
        inputs
    }
}

impl Visitor for Reader {
    type Break = Box<SqlProblem>;

    fn pre_visit_query(&mut self, query: &Query) -> ControlFlow<Self::Break> {
        let with = query.with.iter().flat_map(|with| &with.cte_tables);
        self.own.extend(with.map(|table| {
            let name = &table.alias.name;
            understood(&name.value, name.quote_style)
        }));
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &Select) -> ControlFlow<Self::Break> {
        for item in &select.projection {
            if matches!(
                item,
                SelectItem::Wildcard(_) | SelectItem::QualifiedWildcard(..)
            ) {
                return ControlFlow::Break(Box::new(SqlProblem {
                    help: Some(
                        "name the columns: a new column of an input would change the model unseen"
                            .to_owned(),
                    ),
                    ..at(
                        item.span(),
                        "a model selects its columns by name, and this is `*`",
                    )
                }));
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<Self::Break> {
        if let TableFactor::Table {
            name, args: None, ..
        } = factor
        {
            self.tables.push(ModelInput {
                name: name_of(name),
                place: place(name.span()).unwrap_or(SqlPlace {
                    line: 1,
                    column: 1,
                    length: 0,
                }),
            });
        }
        ControlFlow::Continue(())
    }
}

fn name_of(name: &ObjectName) -> String {
    let parts = name.0.iter().map(|part| match part.as_ident() {
        Some(ident) => understood(&ident.value, ident.quote_style),
        None => part.to_string(),
    });
    parts.collect::<Vec<_>>().join(".")
}

fn understood(name: &str, quote: Option<char>) -> String {
    if quote.is_some() {
        name.to_owned()
    } else {
        name.to_lowercase()
    }
}

/// A place of the parser, which has none for some parts of a query.
fn place(span: Span) -> Option<SqlPlace> {
    let length = if span.start.line == span.end.line {
        span.end.column.saturating_sub(span.start.column)
    } else {
        0
    };
    (span.start.line > 0).then_some(SqlPlace {
        line: span.start.line,
        column: span.start.column,
        length,
    })
}

fn at(span: Span, message: &str) -> SqlProblem {
    SqlProblem {
        message: message.to_owned(),
        line: span.start.line.max(1),
        column: span.start.column.max(1),
        help: None,
    }
}

#[cfg(test)]
mod tests;
