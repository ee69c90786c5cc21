//! Metrics: columns of the model that they stand on, and SQL that gives a number whichever rows are put together.

use arrow::datatypes::{DataType, SchemaRef};
use yandu_words::{ColumnName, ValueType};

use super::{Checker, condition};
use crate::dataset;
use crate::declare::{Comparison, DatasetFile, DimensionKind, MetricFile, PeriodUnit};
use crate::load::{Compiler, Declared, SqlProblem};
use crate::model::Expanded;
use crate::problem::{Code, Problem, quoted};
use crate::schema::FileKind;

pub(super) fn check(checker: &mut Checker<'_>, compiler: &dyn Compiler) {
    let drafts = checker.drafts;
    for metric in &drafts.metrics {
        thresholds(checker, metric);
        basis(checker, metric);
        fresh(checker, metric);
        let Some(dataset) = checker.dataset(metric, "/of", &metric.declaration.of) else {
            continue;
        };
        if dataset.kind != FileKind::Model {
            checker.push(no_model(metric, dataset));
            continue;
        }
        time(checker, metric, dataset);
        dimensions(checker, metric, dataset);
        if !dataset.has_lost("/columns") {
            let schema = dataset::schema(&dataset.declaration);
            sql(checker, compiler, metric, &schema);
        }
    }
}

fn no_model(metric: &Declared<MetricFile>, dataset: &Declared<DatasetFile>) -> Problem {
    let id = &dataset.declaration.dataset;
    let message = format!("`{id}` is no model, and a metric is computed from the rows of one");
    metric.at(Code::WrongOrigin, "/of", message).help(
        "write a model that counts by period and by what the metric is asked for, and name it here",
    )
}

fn time(checker: &mut Checker<'_>, metric: &Declared<MetricFile>, dataset: &Declared<DatasetFile>) {
    let column = &metric.declaration.time.column;
    let at = "/time/column";
    if !metric.has_lost(at)
        && checker.column(metric, at, dataset, column)
        && let Some(found) = type_of(dataset, column)
        && found != ValueType::Date
    {
        let message = format!("the periods are dates, and `{column}` is {found}");
        let problem = metric.at(Code::TypeMismatch, at, message);
        checker.push(problem.help("let the model select the first day of the period, such as `cast(date_trunc('month', …) as date)`"));
    }
}

fn dimensions(
    checker: &mut Checker<'_>,
    metric: &Declared<MetricFile>,
    dataset: &Declared<DatasetFile>,
) {
    let file = &metric.declaration;
    let mut area: Option<&ColumnName> = None;
    for (name, dimension) in &file.dimensions {
        let pointer = format!("/dimensions/{name}");
        if metric.has_lost(&pointer) {
            continue;
        }
        let at = match dimension.column {
            Some(_) => format!("{pointer}/column"),
            None => pointer.clone(),
        };
        let column = dimension.column.as_ref().unwrap_or(name);
        if !checker.column(metric, &at, dataset, column) {
            continue;
        }
        let found = type_of(dataset, column);
        if let Some(found) = found
            && found != ValueType::Text
        {
            let message = format!("a number is asked for by words, and `{column}` is {found}");
            let problem = metric.at(Code::TypeMismatch, &at, message);
            checker.push(problem.help("let the model select it as text"));
        }
        if dimension.kind == DimensionKind::Area
            && let Some(first) = area.replace(name)
        {
            let message = format!("`{first}` is the area of the metric already");
            let problem = metric.at(Code::WrongKeys, &pointer, message);
            checker.push(problem.help("make the other one `kind: class`"));
        }
    }
}

fn type_of(dataset: &Declared<DatasetFile>, column: &ColumnName) -> Option<ValueType> {
    if dataset.has_lost(&format!("/columns/{column}")) {
        return None;
    }
    let column = dataset.declaration.columns.get(column)?;
    Some(column.value_type())
}

fn thresholds(checker: &mut Checker<'_>, metric: &Declared<MetricFile>) {
    let file = &metric.declaration;
    let bounds = file.thresholds.as_ref();
    if let Some(bounds) = bounds
        && let (Some(below), Some(above)) = (bounds.below, bounds.above)
        && below >= above
    {
        let message = format!("every number is below {below} or above {above}");
        let problem = metric.at(Code::WrongBound, "/thresholds", message);
        checker.push(problem.help("an alert is raised under `below` and over `above`"));
    }
    if file.comparison == Comparison::Change
        && file.baseline.is_none()
        && !metric.has_lost("/baseline")
    {
        let problem = metric
            .at(
                Code::Incomplete,
                "/comparison",
                "a change is counted from a baseline, and there is none",
            )
            .help("add `baseline`, or leave it out knowingly: answers say that it is missing");
        checker.push(problem);
    }
}

/// Lateness is told in whole days of the calendar.
fn fresh(checker: &mut Checker<'_>, metric: &Declared<MetricFile>) {
    let Some(fresh) = metric.declaration.fresh else {
        return;
    };
    if fresh.unit != PeriodUnit::Day {
        let message = format!("a number is late by days, and `{fresh}` is no number of them");
        let problem = metric.at(Code::WrongSchedule, "/fresh", message);
        checker.push(problem.help("write it in days, such as `45 d`"));
    }
}

fn basis(checker: &mut Checker<'_>, metric: &Declared<MetricFile>) {
    let basis = metric.declaration.basis.as_ref();
    let says = basis.is_some_and(|basis| !basis.zh.trim().is_empty());
    if !says && !metric.has_lost("/basis") {
        let problem = metric
            .at_key(
                Code::Incomplete,
                "/metric",
                "nothing says who asks for this number",
            )
            .help("add `basis`: the law, standard or plan that it is computed for");
        checker.push(problem);
    }
}

fn sql(
    checker: &mut Checker<'_>,
    compiler: &dyn Compiler,
    metric: &Declared<MetricFile>,
    schema: &SchemaRef,
) {
    let file = &metric.declaration;
    if let Some(condition) = &file.condition
        && let Some(expanded) = expanded(checker, metric, "/where", condition)
        && let Err(found) = compiler.condition(schema, &expanded.text)
    {
        checker.push(wrong(metric, "/where", condition, &expanded, found));
    }
    let Some(expanded) = expanded(checker, metric, "/measure", &file.measure) else {
        return;
    };
    match compiler.measure(schema, &expanded.text) {
        Ok(Some(found)) if !is_number(&found) => {
            let message = format!("a metric is a number, and this is {found}");
            checker.push(metric.at(Code::TypeMismatch, "/measure", message));
        }
        Ok(_) => {}
        Err(found) => checker.push(wrong(metric, "/measure", &file.measure, &expanded, found)),
    }
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric()
}

/// A text with the settings of its pack put in. A setting that the pack does not have is reported.
fn expanded(
    checker: &mut Checker<'_>,
    metric: &Declared<MetricFile>,
    pointer: &str,
    sql: &str,
) -> Option<Expanded> {
    let expanded = Expanded::new(&checker.settings_of(metric.folder), sql).ok();
    if expanded.is_none() {
        super::settings::used(checker, metric, pointer, sql);
    }
    expanded
}

fn wrong(
    metric: &Declared<MetricFile>,
    pointer: &str,
    sql: &str,
    expanded: &Expanded,
    found: SqlProblem,
) -> Problem {
    let offset = condition::offset(&expanded.text, found.line, found.column)
        .map(|offset| expanded.written(offset));
    let message = found.message.trim_end_matches('.').to_owned();
    let message = if message.is_empty() {
        quoted(sql)
    } else {
        message
    };
    condition::in_yaml(metric, pointer, sql, Code::WrongSql, offset, message).help_if(found.help)
}
