//! Pages: what a kind of page needs, columns that are there, and SQL that gives what is drawn.

use std::collections::HashMap;

use arrow::datatypes::{DataType, SchemaRef};
use yandu_words::{ColumnName, DatasetId};

use super::{Checker, condition};
use crate::dataset;
use crate::declare::{Chart, ChartType, PageFile, PageKind};
use crate::load::{CompiledModel, Compiler, Declared, SqlProblem};
use crate::model::Expanded;
use crate::problem::{Code, alternatives, quoted};

pub(super) fn check(checker: &mut Checker<'_>, compiler: &dyn Compiler) {
    let drafts = checker.drafts;
    let mut queries = Queries {
        compiler,
        schemas: None,
    };
    for page in &drafts.pages {
        shape(checker, page);
        list(checker, page);
        for (index, tile) in page.declaration.tiles.iter().enumerate() {
            let at = format!("/tiles/{index}/sql");
            if let Some(found) = queries.compile(checker, page, &at, &tile.sql) {
                one_number(checker, page, &at, &found);
            }
        }
        for (index, chart) in page.declaration.charts.iter().enumerate() {
            let at = format!("/charts/{index}");
            drawn(checker, page, &at, chart);
            if let Some(found) = queries.compile(checker, page, &format!("{at}/sql"), &chart.sql) {
                columns(checker, page, &at, chart, &found);
            }
        }
    }
}

/// What a kind of page has, and what belongs to the other.
fn shape(checker: &mut Checker<'_>, page: &Declared<PageFile>) {
    let file = &page.declaration;
    if page.has_lost("/kind") {
        return;
    }
    let parts = [
        ("dataset", file.dataset.is_some(), PageKind::List),
        ("columns", !file.columns.is_empty(), PageKind::List),
        ("filters", !file.filters.is_empty(), PageKind::List),
        ("sort", !file.sort.is_empty(), PageKind::List),
        ("tiles", !file.tiles.is_empty(), PageKind::Dashboard),
        ("charts", !file.charts.is_empty(), PageKind::Dashboard),
    ];
    for (key, is_there, kind) in parts {
        if is_there && kind != file.kind {
            let message = format!(
                "`{key}` belongs to a {}, and this page is a {}",
                kind.name(),
                file.kind.name()
            );
            let problem = page.at_key(Code::WrongKeys, &format!("/{key}"), message);
            checker.push(problem.help(format!(
                "leave it out, or make the page `kind: {}`",
                kind.name()
            )));
        }
    }
    let (is_empty, help) = match file.kind {
        PageKind::List => (
            file.dataset.is_none() && !page.has_lost("/dataset"),
            "add `dataset`: the dataset whose rows are shown",
        ),
        PageKind::Dashboard => (
            file.tiles.is_empty()
                && file.charts.is_empty()
                && !page.has_lost("/tiles")
                && !page.has_lost("/charts"),
            "add `tiles` or `charts`",
        ),
    };
    if is_empty {
        let message = format!("this {} shows nothing", file.kind.name());
        checker.push(page.at(Code::MissingKey, "/kind", message).help(help));
    }
}

fn list(checker: &mut Checker<'_>, page: &Declared<PageFile>) {
    let file = &page.declaration;
    let Some(id) = &file.dataset else {
        return;
    };
    let Some(dataset) = checker.dataset(page, "/dataset", id) else {
        return;
    };
    for (index, column) in file.columns.iter().enumerate() {
        checker.column(page, &format!("/columns/{index}"), dataset, column);
    }
    for (index, column) in file.filters.iter().enumerate() {
        checker.column(page, &format!("/filters/{index}"), dataset, column);
    }
    for (index, sort) in file.sort.iter().enumerate() {
        let at = format!("/sort/{index}/column");
        checker.column(page, &at, dataset, &sort.column);
    }
}

/// Compiles the SQL of pages as that of models: it reads datasets and knows no clock.
struct Queries<'a> {
    compiler: &'a dyn Compiler,
    schemas: Option<HashMap<DatasetId, SchemaRef>>,
}

impl Queries<'_> {
    fn compile(
        &mut self,
        checker: &mut Checker<'_>,
        page: &Declared<PageFile>,
        pointer: &str,
        sql: &str,
    ) -> Option<CompiledModel> {
        let Ok(expanded) = Expanded::new(&checker.settings_of(page.folder), sql) else {
            super::settings::used(checker, page, pointer, sql);
            return None;
        };
        let wrong = |wrong: SqlProblem, code: Code| {
            let offset = condition::offset(&expanded.text, wrong.line, wrong.column)
                .map(|offset| expanded.written(offset));
            let message = wrong.message.trim_end_matches('.').to_owned();
            condition::in_yaml(page, pointer, sql, code, offset, message).help_if(wrong.help)
        };
        let inputs = match self.compiler.inputs(&expanded.text) {
            Ok(inputs) => inputs?,
            Err(problem) => {
                checker.push(wrong(problem, Code::WrongSql));
                return None;
            }
        };
        let mut is_whole = true;
        for input in inputs {
            let known = input.name.parse::<DatasetId>().ok();
            let known = known.and_then(|id| checker.datasets.get(&id).copied());
            if let Some(known) = known {
                checker.uses(page, pointer, &known.declaration.dataset.pack());
                is_whole &= !known.has_lost("/columns");
                continue;
            }
            is_whole = false;
            if !checker.drafts.is_unread_dataset(&input.name) {
                let problem = SqlProblem {
                    message: format!("there is no dataset {}", quoted(&input.name)),
                    line: input.place.line,
                    column: input.place.column,
                    help: checker.other_datasets(&input.name),
                };
                checker.push(wrong(problem, Code::MissingDataset));
            }
        }
        if !is_whole {
            return None;
        }
        let schemas = self.schemas.get_or_insert_with(|| {
            let datasets = checker.datasets.iter();
            datasets
                .map(|(id, dataset)| (id.clone(), dataset::schema(&dataset.declaration)))
                .collect()
        });
        match self.compiler.model(schemas, &expanded.text) {
            Ok(compiled) => compiled,
            Err(problem) => {
                checker.push(wrong(problem, Code::WrongSql));
                None
            }
        }
    }
}

fn is_number(data_type: &DataType) -> bool {
    data_type.is_numeric() || matches!(data_type, DataType::Null)
}

fn one_number(
    checker: &mut Checker<'_>,
    page: &Declared<PageFile>,
    pointer: &str,
    found: &CompiledModel,
) {
    let message = match found.outputs.as_slice() {
        [only] if is_number(&only.data_type) => return,
        [only] => format!("a tile shows a number, and `{}` is none", only.name),
        columns => format!(
            "a tile shows one number, and this gives {} columns",
            columns.len()
        ),
    };
    checker.push(
        page.at(Code::TypeMismatch, pointer, message)
            .help("select one number, such as `count(*)`"),
    );
}

/// What can be drawn, whatever the SQL gives.
fn drawn(checker: &mut Checker<'_>, page: &Declared<PageFile>, at: &str, chart: &Chart) {
    let several = chart.y.len() > 1;
    if several && (chart.series.is_some() || chart.chart_type == ChartType::Pie) {
        let why = if chart.series.is_some() {
            "with `series`"
        } else {
            "in a pie"
        };
        let message = format!(
            "one column of numbers is drawn {why}, and `y` has {}",
            chart.y.len()
        );
        let problem = page.at(Code::WrongKeys, &format!("{at}/y"), message);
        checker.push(problem.help("make each of them a chart of its own"));
    }
    if chart.chart_type == ChartType::Pie && chart.series.is_some() {
        let problem = page.at_key(
            Code::WrongKeys,
            &format!("{at}/series"),
            "the pieces of a pie are named by `x`",
        );
        checker.push(problem.help("leave `series` out, or draw bars"));
    }
}

fn columns(
    checker: &mut Checker<'_>,
    page: &Declared<PageFile>,
    at: &str,
    chart: &Chart,
    found: &CompiledModel,
) {
    let mut named = vec![(format!("{at}/x"), &chart.x, false)];
    for (index, column) in chart.y.iter().enumerate() {
        named.push((format!("{at}/y/{index}"), column, true));
    }
    named.extend(
        chart
            .series
            .iter()
            .map(|column| (format!("{at}/series"), column, false)),
    );
    for (pointer, column, must_be_number) in named {
        let output = found
            .outputs
            .iter()
            .find(|output| output.name == column.as_str());
        match output {
            Some(output) if must_be_number && !is_number(&output.data_type) => {
                let message = format!("`{column}` is drawn by its size, and it is no number");
                checker.push(page.at(Code::TypeMismatch, &pointer, message));
            }
            Some(_) => {}
            None => checker.push(unselected(page, &pointer, column, found)),
        }
    }
}

fn unselected(
    page: &Declared<PageFile>,
    pointer: &str,
    column: &ColumnName,
    found: &CompiledModel,
) -> crate::Problem {
    let known: Vec<&str> = found
        .outputs
        .iter()
        .map(|output| output.name.as_str())
        .collect();
    page.at(
        Code::MissingColumn,
        pointer,
        format!("the SQL of the chart selects no column `{column}`"),
    )
    .help_if(alternatives(column.as_str(), "columns", known))
}
