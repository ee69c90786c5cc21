//! Look-ups by key: the bloom filters of key columns, kept in memory, say which row groups can hold a value.
//!
//! The engine could read the filters itself, from the files and again for every query; in a table of millions of
//! rows that is most of the time of a look-up.

use std::collections::HashMap;
use std::fs::File;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use datafusion::common::{Column, ScalarValue};
use datafusion::logical_expr::expr::InList;
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::bloom_filter::Sbbf;

use crate::table::Table;
use crate::version::TableVersion;
use crate::{Error, Result};

/// One filter per row group of a file; a row group without one may hold anything.
type Filters = Arc<Vec<Option<Sbbf>>>;

/// The filters of one file that have been read, by column.
#[derive(Debug, Default)]
pub(crate) struct BloomFilters(Mutex<HashMap<String, Filters>>);

/// A value that a key column must have.
#[derive(Debug)]
struct Wanted {
    column: String,
    /// It is one of these.
    values: Vec<Value>,
}

/// Of more values nearly every row group holds one.
const MOST_VALUES: usize = 200;

#[derive(Debug)]
enum Value {
    Text(String),
    Number(i64),
}

/// The row groups that a look-up has to read, by file, in the order of the version's files.
#[derive(Debug)]
pub(crate) struct Selection {
    pub(crate) files: Vec<SelectedGroups>,
}

#[derive(Debug)]
pub(crate) struct SelectedGroups {
    /// How many row groups the file has.
    pub(crate) count: usize,
    pub(crate) groups: Vec<usize>,
}

impl Value {
    fn may_be_in(&self, filter: &Sbbf) -> bool {
        match self {
            Self::Text(text) => filter.check(text.as_str()),
            Self::Number(number) => filter.check(number),
        }
    }
}

impl BloomFilters {
    fn of(&self, path: &Path, column: &str) -> Result<Filters> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(filters) = known().get(column) {
            return Ok(Arc::clone(filters));
        }
        let filters = Arc::new(read(path, column)?);
        known().insert(column.to_owned(), Arc::clone(&filters));
        Ok(filters)
    }
}

fn read(path: &Path, column: &str) -> Result<Vec<Option<Sbbf>>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let reader =
        ParquetRecordBatchReaderBuilder::try_new(file).map_err(Error::file("open", path))?;
    let groups = reader.metadata().num_row_groups();
    let place = reader
        .parquet_schema()
        .columns()
        .iter()
        .position(|found| found.name() == column);
    (0..groups)
        .map(|group| match place {
            Some(place) => reader
                .get_row_group_column_bloom_filter(group, place)
                .map_err(Error::file("read", path)),
            None => Ok(None),
        })
        .collect()
}

/// What a query by key has to read of a version; `None` when its filters name no key.
pub(crate) async fn select(
    table: &Arc<Table>,
    version: &Arc<TableVersion>,
    filters: &[Expr],
) -> Result<Option<Selection>> {
    let wanted: Vec<Wanted> = filters
        .iter()
        .filter_map(|filter| wanted(table, filter))
        .collect();
    if wanted.is_empty() {
        return Ok(None);
    }
    let wanted = Arc::new(wanted);
    let share = version.files.len().div_ceil(table.options.threads).max(1);
    let looking: Vec<_> = version
        .files
        .chunks(share)
        .map(|files| {
            let (table, wanted, files) = (Arc::clone(table), Arc::clone(&wanted), files.to_vec());
            tokio::task::spawn_blocking(move || {
                files
                    .iter()
                    .map(|file| selected_groups(&table, file, &wanted))
                    .collect::<Result<Vec<_>>>()
            })
        })
        .collect();
    let mut files = Vec::with_capacity(version.files.len());
    for looked in looking {
        files.extend(looked.await??);
    }
    Ok(Some(Selection { files }))
}

fn selected_groups(
    table: &Table,
    file: &crate::file::DataFile,
    wanted: &[Wanted],
) -> Result<SelectedGroups> {
    let path = file.full_path(&table.folder);
    let filters = wanted
        .iter()
        .map(|wanted| file.blooms.of(&path, &wanted.column))
        .collect::<Result<Vec<_>>>()?;
    let count = filters.first().map_or(0, |filters| filters.len());
    let groups = (0..count)
        .filter(|group| {
            wanted.iter().zip(&filters).all(|(wanted, filters)| {
                filters
                    .get(*group)
                    .and_then(Option::as_ref)
                    .is_none_or(|filter| wanted.values.iter().any(|value| value.may_be_in(filter)))
            })
        })
        .collect();
    Ok(SelectedGroups { count, groups })
}

/// `key = constant`, either way round, or `key IN (constants)`, for texts and integers.
fn wanted(table: &Table, filter: &Expr) -> Option<Wanted> {
    let (column, literals) = match filter {
        Expr::BinaryExpr(BinaryExpr {
            left,
            op: Operator::Eq,
            right,
        }) => match (left.as_ref(), right.as_ref()) {
            (Expr::Column(column), literal @ Expr::Literal(..))
            | (literal @ Expr::Literal(..), Expr::Column(column)) => {
                (column, std::slice::from_ref(literal))
            }
            _ => return None,
        },
        Expr::InList(InList {
            expr,
            list,
            negated: false,
        }) if list.len() <= MOST_VALUES => match expr.as_ref() {
            Expr::Column(column) => (column, list.as_slice()),
            _ => return None,
        },
        _ => return None,
    };
    let Column { name, .. } = column;
    let field = table.schema.field_with_name(name).ok()?;
    if !table.key.contains(name) {
        return None;
    }
    let values = literals.iter().map(|literal| match literal {
        Expr::Literal(value, _) if value.data_type() == *field.data_type() => match value {
            ScalarValue::Utf8View(Some(text)) => Some(Value::Text(text.clone())),
            ScalarValue::Int64(Some(number)) => Some(Value::Number(*number)),
            _ => None,
        },
        _ => None,
    });
    Some(Wanted {
        column: name.clone(),
        values: values.collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests;
